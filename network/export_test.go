package network

// Parameters is the column of that name of Plan.String.
func Parameters(s Step) string { return s.parameters() }
