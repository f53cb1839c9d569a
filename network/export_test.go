package network

// Parameters is the column of that name of Plan.String.
func Parameters(s Step) string { return s.parameters() }

// Together is how plans write the names of a launch's layers.
var Together = together
