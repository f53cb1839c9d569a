package cpu

import (
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
)

// Fused convolutions of two threads are cut where rows begin, into as many tasks as are
// not too small, and not at all where pixels cannot be shared out evenly.
func TestCutFused(t *testing.T) {
	for _, c := range []struct {
		what                               string
		groups, rows, depth, height, width int
		starts                             []int
		tasks                              int
	}{
		{"four for each thread", 1, 144, 36, 28, 28, []int{0, 4 * 28, 7 * 28, 11 * 28, 14 * 28, 18 * 28, 21 * 28, 25 * 28, 28 * 28}, 8},
		{"three groups, each in two parts", 3, 80, 20, 28, 28, []int{0, 7 * 28, 14 * 28, 21 * 28, 28 * 28}, 12},
		{"groups enough", 8, 48, 12, 28, 28, []int{0, 14 * 28, 28 * 28}, 16},
		{"too little work", 1, 36, 9, 28, 28, []int{0, 14 * 28, 28 * 28}, 2},
		{"too few pixels", 1, 576, 144, 7, 7, []int{0, 49}, 2},
	} {
		g, tasks := cutFused(simd.AVX2, simd.AVX2.Panels(c.rows, c.depth), 1, c.groups, c.rows, c.depth, c.height, c.width, 0, 2)
		if !slices.Equal(g.starts, c.starts) || tasks != c.tasks {
			t.Errorf("%s: %v, %d tasks; want %v, %d", c.what, g.starts, tasks, c.starts, c.tasks)
		}
	}
}
