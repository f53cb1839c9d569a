package kernels

import (
	"math"
	"testing"
)

// OpenGL ES lets a division be 2.5 units in the last place off (GLSL ES 3.10, 4.7.1), more
// than software renderers make use of: whatever that does to quotient.glsl's, it rounds down
// to the right number.
func TestQuotientsMayBeOff(t *testing.T) {
	for n := 1; n <= mostInFloats; n += 1 + n/50 {
		last := mostInFloats / n * n
		for _, i := range []int{0, n - 1, n, 2*n - 1, last - n, last - 1, last, mostInFloats} {
			if i < 0 || i > mostInFloats {
				continue
			}
			exact := (float64(i) + 0.5) / float64(n)
			off := 2.5 * (float64(math.Nextafter32(float32(exact), math.MaxFloat32)) - float64(float32(exact)))
			for _, q := range []float64{exact - off, exact + off} {
				if int(q) != i/n {
					t.Fatalf("%d over %d may be %v", i, n, q)
				}
			}
		}
	}
}
