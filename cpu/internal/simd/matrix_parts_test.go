package simd

import (
	"math/rand/v2"
	"testing"
)

// Sums in parts are held to the same as whole ones, with few products in each.
func TestMultiplyParts(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, level := range Levels() {
		for _, parts := range []int{2, 3} {
			pack := func(level Level, w []float32, rows, depth int, bias []float32) *Matrix {
				return packParts(level, w, Sizes{Rows: rows, Depth: depth}, bias, parts)
			}
			for _, rows := range []int{1, 5, 12, 20} {
				for _, n := range []int{1, 8, 17, 49, 52} {
					for _, depth := range []int{3, 7, 40} {
						for _, add := range []bool{false, true} {
							testMultiply(t, r, pack, level, rows, n, depth, 5, n+3, add)
						}
					}
				}
			}
		}
	}
}

// What a sum in parts is added to may lie where the result will.
func TestMultiplyPartsInPlace(t *testing.T) {
	for _, level := range Levels() {
		const rows, n = 3, 20
		m := packParts(level, []float32{1, 2, 3, 4, 5, 6}, Sizes{Rows: rows, Depth: 2}, []float32{10, 20, 30}, 2)
		x, y := make([]float32, 2*n), make([]float32, rows*n)
		for i := range x {
			x[i] = float32(i)
		}
		for i := range y {
			y[i] = 1
		}
		at := []int32{0, n, 2 * n}
		m.Multiply(&Product{X: x, Rows: at[:2], Y: y, YRows: at, Add: y, AddRows: at, Lo: 0, Hi: 200}, n, 0, m.Panels())
		for i, v := range y {
			row, j := i/n, i%n
			want := min(float32(10*(row+1)+1+(2*row+1)*j+(2*row+2)*(n+j)), 200)
			if v != want {
				t.Errorf("%v: row %d, column %d: %g, want %g", level, row, j, v, want)
			}
		}
	}
}

func TestPartsWherePay(t *testing.T) {
	for _, c := range []struct {
		Sizes
		want int
	}{
		{Sizes{512, 2304, 49, false}, 9}, {Sizes{1024, 512, 49, false}, 2}, {Sizes{1024, 1024, 24, false}, 4}, {Sizes{260, 520, 30, false}, 3},
		{Sizes{144, 576, 49, false}, 1},  // few panels share a column
		{Sizes{576, 144, 49, true}, 1},   // a column stays in the first cache
		{Sizes{1000, 1024, 1, false}, 1}, // as does one pixel's
	} {
		if got := AVX2.parts(c.Sizes); got != c.want {
			t.Errorf("%+v: %d parts", c, got)
		}
		if Go.parts(c.Sizes) != 1 || AVX512.parts(c.Sizes) != 1 {
			t.Errorf("%+v: a level that was not measured has parts", c)
		}
	}
}
