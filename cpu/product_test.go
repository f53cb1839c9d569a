package cpu

import (
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
)

func TestGridCoversEverythingOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 7, 8} {
		for _, s := range []struct{ samples, groups, rows, columns, depth int }{
			{1, 1, 1, 1, 1}, {1, 1, 1024, 49, 1024}, {2, 3, 20, 784, 80}, {1, 8, 48, 12544, 27}, {3, 1, 100, 50, 3000}, {1, 1, 64, 30, 3000}, {1, 1, 64, 17, 3000},
			{1, 1, 512, 196, 512}, {2, 1, 256, 784, 128}, {1, 2, 100, 3136, 150}, {1, 1, 72, 392, 288}, // by Strassen's algorithm, where columns suffice
		} {
			weights := make([]*simd.Matrix, s.groups)
			for i := range weights {
				sizes := simd.Sizes{Rows: s.rows, Depth: s.depth, Columns: s.columns / threads}
				weights[i] = simd.PackFor(simd.AVX2, make([]float32, s.rows*s.depth), sizes, nil)
			}
			g, tasks := newGrid(simd.AVX2, s.samples, weights, s.columns, 1, 0, threads)
			count := make([]uint8, s.samples*s.groups*s.rows*s.columns)
			for task := range tasks {
				part := g.tile(task)
				if part.n < 1 {
					t.Errorf("%d threads, %+v: task %d of %d is %+v", threads, s, task, tasks, part)
				}
				if n := part.last - part.first; n < min(weights[0].Fewest(), weights[0].Panels()) {
					t.Errorf("%d threads, %+v: task %d has %d panels", threads, s, task, n)
				}
				first, last := weights[0].Rows(part.first, part.last)
				for m := first; m < last; m++ {
					at := (part.plane+m)*s.columns + part.column
					for i := range part.n {
						count[at+i]++
					}
				}
			}
			for i, c := range count {
				if c != 1 {
					t.Fatalf("%d threads, %+v: element %d is computed %d times", threads, s, i, c)
				}
			}
		}
	}
}

// Every thread gets as many tasks, of columns that begin at cache lines.
func TestGridIsEven(t *testing.T) {
	for _, columns := range []int{49, 196, 784, 3136} {
		for groups := 1; groups <= 4; groups++ {
			for threads := 2; threads < 4; threads++ {
				testEvenGrid(t, groups, 120, 240, columns, threads)
			}
		}
		testEvenGrid(t, 3, 40, 20, columns, 2) // little work, and groups that are no multiple of threads
	}
}

func testEvenGrid(t *testing.T, groups, rows, depth, columns, threads int) {
	t.Helper()
	var weights []*simd.Matrix
	for range groups {
		weights = append(weights, simd.Pack(simd.Best(), make([]float32, rows*depth), rows, depth, nil))
	}
	g, tasks := newGrid(simd.Best(), 1, weights, columns, 1, 0, threads)
	work := make([]int, threads)
	for i := range threads {
		for task := tasks * i / threads; task < tasks*(i+1)/threads; task++ {
			tile := g.tile(task)
			from, to := weights[0].Rows(tile.first, tile.last)
			work[i] += tile.n * (to - from)
			if tile.column%min(lineFloats, weights[0].Columns()) != 0 {
				t.Errorf("%d columns: a tile begins at %d", columns, tile.column)
			}
		}
	}
	if most := slices.Max(work) * threads; float64(most) > 1.12*float64(rows*columns*groups) {
		t.Errorf("%d groups of %dx%d, %d columns, %d threads: shares %v", groups, rows, depth, columns, threads, work)
	}
}

// So do tasks of Strassen's products, though a share that begins with a row does not.
func TestStrassenTasksBeginAtLines(t *testing.T) {
	const rows, columns, pitch = 256, 784, 28
	w := simd.PackFor(simd.AVX2, make([]float32, rows*rows), simd.Sizes{Rows: rows, Depth: rows, Columns: columns / 2}, nil)
	if unit := w.Columns(); unit != 2*lineFloats {
		t.Fatalf("columns are cut at multiples of %d", unit)
	}
	g, tasks := newGrid(simd.AVX2, 1, []*simd.Matrix{w}, columns, pitch, 0, 2)
	for task := range tasks {
		if tile := g.tile(task); tile.column%lineFloats != 0 && tile.column != columns/2 {
			t.Errorf("task %d of %d begins at column %d", task, tasks, tile.column)
		}
	}
}

// Two threads share maps of an even number of rows in the middle, with AVX-512, and tiles begin at
// lines where planes do not.
func TestHalvesOfMaps(t *testing.T) {
	for _, c := range []struct {
		side, lead int
		starts     []int
	}{
		{14, 14, []int{0, 48, 98, 146, 196}}, // two pixels are beside a last tile
		{28, 8, []int{0, 104, 248, 392, 488, 632, 784}},
		{7, 0, []int{0, 49}}, // cut by rows of weights
	} {
		var g grid
		g.cutColumns(simd.AVX512, simd.AVX512.Tile(), c.side*c.side, c.side, c.lead, 6, 2)
		if !slices.Equal(g.starts, c.starts) {
			t.Errorf("%dx%d: tiles begin at %v, want %v", c.side, c.side, g.starts, c.starts)
		}
	}
}

func TestInside(t *testing.T) {
	for in := range 6 {
		for out := range 6 {
			for stride := 1; stride < 4; stride++ {
				for shift := -8; shift < 8; shift++ {
					lo, hi := inside(in, out, stride, shift)
					for i := range out {
						at := i*stride + shift
						if met := at >= 0 && at < in; met != (i >= lo && i < hi) {
							t.Fatalf("inside(%d, %d, %d, %d) = [%d, %d), but output %d meets %d", in, out, stride, shift, lo, hi, i, at)
						}
					}
					if lo < 0 || lo > hi || hi > out {
						t.Fatalf("inside(%d, %d, %d, %d) = [%d, %d)", in, out, stride, shift, lo, hi)
					}
				}
			}
		}
	}
}
