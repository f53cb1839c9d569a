package pixelstats

import (
	"math"
	"slices"
)

// solve is Cramer's rule for three unknowns; ok is false if the equations do not
// determine them.
func solve(a [3][3]float64, b [3]float64) (x [3]float64, ok bool) {
	det := func(m [3][3]float64) float64 {
		return m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) -
			m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) +
			m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
	}
	d := det(a)
	if !(math.Abs(d) > 1e-6*a[0][0]*a[1][1]*a[2][2]) {
		return x, false
	}
	for i := range 3 {
		m := a
		for j := range 3 {
			m[j][i] = b[j]
		}
		x[i] = det(m) / d
	}
	return x, true
}

func median(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}
