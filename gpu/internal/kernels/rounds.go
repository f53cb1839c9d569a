package kernels

// Rounds says how often each loop of a kernel runs when it is come to, on average over
// the invocations of a launch: some have none, and a loop in a loop is come to in each
// round of that.
type Rounds map[string]float64
