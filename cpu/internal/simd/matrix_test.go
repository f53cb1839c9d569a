package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Panels are of equal height, or nearly, and lower for AVX-512's short sums.
func TestHeights(t *testing.T) {
	for _, c := range []struct {
		level       Level
		rows, depth int
		want        []int
	}{
		{AVX512, 20, shallow + 1, []int{7, 7, 6}},
		{AVX512, 20, shallow, []int{4, 4, 4, 4, 4}},
		{AVX512, 6, shallow, []int{3, 3}},
		{AVX512, 3, 1, []int{3}},
		{AVX2, 20, shallow, []int{5, 5, 5, 5}},
		{AVX2, 7, 100, []int{4, 3}},
	} {
		if got := c.level.heights(c.rows, c.depth); !slices.Equal(got, c.want) {
			t.Errorf("%v: %d rows of %d in panels of %v, want %v", c.level, c.rows, c.depth, got, c.want)
		}
	}
}

// Products of odd shapes, in an arena whose every other float is NaN and must stay
// so.
func TestMultiply(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, level := range Levels() {
		for _, rows := range []int{1, 2, 3, 5, 7, 8, 9, 12, 17, 20, 33} {
			for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 20, 21, 24, 31, 32, 33, 47, 48, 49, 50, 52, 56, 63, 64, 65, 98, 100, 104, 176} {
				for _, depth := range []int{1, 9, shallow, shallow + 1} {
					for _, add := range []bool{false, true} {
						testMultiply(t, r, Pack, level, rows, n, depth, 5, n+3, add)
					}
				}
			}
		}
	}
}

// Rows that all begin at the same place of a cache line, whichever it is.
func TestMultiplyFromTheMiddleOfALine(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, level := range Levels() {
		for start := range 16 {
			for _, n := range []int{64, 100, 113} {
				for _, depth := range []int{3, 130} {
					testMultiply(t, r, Pack, level, 13, n, depth, start, 128, start%2 == 0)
				}
			}
		}
	}
}

func testMultiply(t *testing.T, r *rand.Rand, pack packer, level Level, rows, n, depth, start, pitch int, add bool) {
	t.Helper()
	nan := float32(math.NaN())
	planes := rows*2 + depth
	arena := make([]float32, planes*pitch+start)
	for i := range arena {
		arena[i] = nan
	}
	at := make([]int32, planes)
	for i, to := range r.Perm(planes) {
		at[i] = int32(start + to*pitch)
	}
	fill := func(to []int32) {
		for _, o := range to {
			for j := range n {
				arena[int(o)+j] = r.Float32()*2 - 1
			}
		}
	}
	p := &Product{X: arena, Rows: at[:depth], Y: arena, YRows: at[depth : depth+rows], Lo: -0.7, Hi: 1.1}
	fill(p.Rows)
	if add {
		p.Add, p.AddRows = arena, at[depth+rows:]
		fill(p.AddRows)
	}
	w, bias := make([]float32, rows*depth), make([]float32, rows)
	for i := range w {
		w[i] = (r.Float32()*2 - 1) / float32(math.Sqrt(float64(depth)))
	}
	for i := range bias {
		bias[i] = r.Float32()
	}
	before := append([]float32(nil), arena...)
	m := pack(level, w, rows, depth, bias)
	const guard = 32
	scratch := make([]float32, m.Scratch()+guard)
	for i := range scratch {
		scratch[i] = nan
	}
	p.Scratch = scratch[:m.Scratch()]
	defer func() {
		for i, v := range scratch[m.Scratch():] {
			if v == v {
				t.Fatalf("%v, %d rows of %d, depth %d: float %d behind the scratch memory is written", level, rows, n, depth, i)
			}
		}
	}()
	if half := m.Panels() / 2; half > 0 {
		m.Multiply(p, n, 0, half)
		m.Multiply(p, n, half, m.Panels())
	} else {
		m.Multiply(p, n, 0, m.Panels())
	}
	for i, o := range p.YRows {
		for j := range n {
			want := float64(bias[i])
			for k, x := range p.Rows {
				want += float64(w[i*depth+k]) * float64(arena[int(x)+j])
			}
			if add {
				want += float64(arena[int(p.AddRows[i])+j])
			}
			want = min(max(want, float64(p.Lo)), float64(p.Hi))
			if got := arena[int(o)+j]; !(math.Abs(float64(got)-want) < 1e-5) {
				t.Fatalf("%v, %d rows of %d, depth %d, added %t: element %d, %d is %v, want %v", level, rows, n, depth, add, i, j, got, want)
			}
			before[int(o)+j] = arena[int(o)+j]
		}
	}
	for i := range arena {
		if math.Float32bits(arena[i]) != math.Float32bits(before[i]) {
			t.Fatalf("%v, %d rows of %d, depth %d: float %d of the arena is written", level, rows, n, depth, i)
		}
	}
}

func TestNaNAndInfinityPass(t *testing.T) {
	inf := math.Inf(1)
	for _, level := range Levels() {
		for _, n := range []int{1, 4, 16, 50} {
			for _, c := range []struct{ w, x, want float64 }{
				{0, math.NaN(), math.NaN()}, {math.NaN(), 1, math.NaN()}, {0, inf, math.NaN()}, {1, inf, inf}, {-1, inf, 0},
			} {
				x, y := make([]float32, n), make([]float32, n)
				for i := range x {
					x[i] = float32(c.x)
				}
				m := Pack(level, []float32{float32(c.w)}, 1, 1, nil)
				m.Multiply(&Product{X: x, Rows: []int32{0}, Y: y, YRows: []int32{0}, Lo: 0, Hi: float32(inf)}, n, 0, 1)
				for i, v := range y {
					if float64(v) != c.want && !(math.IsNaN(c.want) && v != v) {
						t.Errorf("%v: %v·%v of %d is %v at %d, want %v", level, c.w, c.x, n, v, i, c.want)
					}
				}
			}
		}
	}
}

func TestEvens(t *testing.T) {
	for n := range 100 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(i * i % 13)
		}
		dst := make([]float32, (n+1)/2)
		Evens(dst, x)
		for i, v := range dst {
			if v != x[2*i] {
				t.Errorf("of %d, even float %d is %v, want %v", n, i, v, x[2*i])
			}
		}
	}
}

func BenchmarkPeak(b *testing.B) {
	for _, l := range Levels() {
		b.Run(l.String(), func(b *testing.B) {
			best := 0.0
			for b.Loop() {
				best = max(best, l.Peak())
			}
			b.ReportMetric(best/1e9, "GMAC/s")
		})
	}
}

func BenchmarkMultiply(b *testing.B) {
	for _, l := range Levels() {
		for _, s := range []struct{ rows, n, depth int }{{20, 784, 80}, {80, 784, 20}, {160, 196, 40}, {80, 49, 320}, {320, 49, 80}, {24, 12544, 27}, {256, 196, 256}} {
			benchMultiply(b, Pack, l, s.rows, s.depth, s.n)
		}
	}
}

type packer func(level Level, w []float32, rows, depth int, bias []float32) *Matrix

func benchMultiply(b *testing.B, pack packer, l Level, rows, depth, n int) {
	b.Run(fmt.Sprintf("%v/%dx%dx%d", l, rows, depth, n), func(b *testing.B) {
		pitch := (n + 3) / 4 * 4
		x, y := make([]float32, pitch*depth), make([]float32, pitch*rows)
		at := make([]int32, max(rows, depth))
		for i := range at {
			at[i] = int32(i * pitch)
		}
		m := pack(l, make([]float32, rows*depth), rows, depth, nil)
		p := &Product{X: x, Rows: at[:depth], Y: y, YRows: at[:rows], Hi: 1, Scratch: make([]float32, m.Scratch())}
		for b.Loop() {
			m.Multiply(p, n, 0, m.Panels())
		}
		b.ReportMetric(float64(rows*n*depth)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GMAC/s")
	})
}
