package simd

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Rows of odd sizes among floats that are NaN, which must neither count nor be written.
func TestHalves(t *testing.T) {
	if NewHalves(Best(), 1, 0, 1) == nil {
		t.Skip("no halves at this level")
	}
	r, nan := rand.New(rand.NewPCG(7, 8)), float32(math.NaN())
	for range 500 {
		width, column, n, rows := 1+r.IntN(100), r.IntN(9)-5, 1+r.IntN(50), r.IntN(5)
		pitch, to := width+r.IntN(4), n+r.IntN(4)
		x := slices.Repeat([]float32{nan}, rows*pitch+1)
		for y := range rows {
			for i := range width {
				x[y*pitch+i] = r.Float32()
			}
		}
		got := [2][]float32{slices.Repeat([]float32{nan}, rows*to+50), slices.Repeat([]float32{nan}, rows*to+50)}
		want := [2][]float32{slices.Clone(got[0]), slices.Clone(got[1])}
		for y := range rows {
			for j := range 2 * n {
				v := float32(0)
				if c := column + j; c >= 0 && c < width {
					v = x[y*pitch+c]
				}
				want[j%2][y*to+j/2] = v
			}
		}
		NewHalves(Best(), width, column, n).Run(got[0], got[1], to, x, pitch, rows)
		for half := range got {
			for i, v := range got[half] {
				if w := want[half][i]; v != w && !(v != v && w != w) {
					t.Fatalf("width %d from %d, %d pixels, %d rows, half %d: float %d is %v, not %v", width, column, n, rows, half, i, v, w)
				}
			}
		}
	}
}
