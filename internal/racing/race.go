//go:build race

package racing

// Detector tells whether the race detector watches.
const Detector = true
