package main

import (
	"math"
	"slices"
)

// A turn has so many runs, and takes so many milliseconds of whoever is quicker.
const (
	fewestRuns = 16
	turn       = 40
)

// timings are the milliseconds of an engine's runs, from all turns: early ones, and those of second halves.
type timings struct{ early, steady []float64 }

// add adds a turn.
func (t *timings) add(times []float64) {
	half := len(times) / 2
	t.early = append(t.early, times[:half]...)
	t.steady = append(t.steady, times[half:]...)
}

func (t *timings) sort() {
	slices.Sort(t.early)
	slices.Sort(t.steady)
}

// enough is how many runs a turn should have, where they take such times.
func enough(a, b []float64) (runs int) {
	quickest := min(slices.Min(a), slices.Min(b))
	return max(fewestRuns, int(math.Ceil(turn/quickest)))
}

// median is the upper one of sorted times.
func median(sorted []float64) float64 { return sorted[len(sorted)/2] }
