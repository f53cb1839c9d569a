package simd

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shufflegl/shufflegl/internal/half"
)

// compactKinds are the ways to keep elements, and how far each may be from what it was.
var compactKinds = []struct {
	name string
	pack func(level Level, w []float32, rows, depth int, bias []float32) (*Compact, error)
	kept func(v, largest float64) (most float64) // of a row
}{
	{"fp16", PackHalf, func(v, _ float64) float64 { return max(math.Abs(v)*0x1p-11, 0x1p-25) }},
	{"24 bits", func(level Level, w []float32, rows, depth int, bias []float32) (*Compact, error) {
		m, ok := PackFixed(level, w, rows, depth, bias)
		if !ok {
			return nil, errors.New("not packed")
		}
		return m, nil
	}, func(_, largest float64) float64 {
		_, exp := math.Frexp(largest)
		return math.Ldexp(1, exp-24) // half a step, at most 2^-23 of the largest
	}},
}

// eachCompact runs a test for every kind and level.
func eachCompact(t *testing.T, test func(t *testing.T, level Level, kind int)) {
	for kind, k := range compactKinds {
		for _, level := range Levels() {
			t.Run(fmt.Sprintf("%s/%v", k.name, level), func(t *testing.T) { test(t, level, kind) })
		}
	}
}

// compactProduct is the product with a column whose elements lie three apart among NaN, in a random order.
func compactProduct(m *Compact, r *rand.Rand, column []float32) []float32 {
	x, at := make([]float32, 3*len(column)), make([]int32, len(column))
	for i := range x {
		x[i] = float32(math.NaN())
	}
	for k, i := range r.Perm(len(column)) {
		at[k], x[3*i] = int32(3*i), column[k]
	}
	var y []float32
	for b := range m.Blocks() {
		var sums [CompactRows]float32
		for i := range sums {
			sums[i] = float32(math.NaN())
		}
		m.Multiply(&sums, b, x, at)
		from, to := m.Rows(b)
		y = append(y, sums[:to-from]...)
	}
	return y
}

// Columns of the unit matrix give elements as they are kept: rounded by no more than said. Rows fill
// blocks and strips, or do not, and are of different magnitudes.
func TestCompactElements(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	eachCompact(t, func(t *testing.T, level Level, kind int) {
		for _, size := range [][2]int{{1, 1}, {3, 5}, {16, 3}, {17, 4}, {63, 2}, {64, 7}, {65, 1}, {130, 9}} {
			rows, depth := size[0], size[1]
			w, largest := make([]float32, rows*depth), make([]float64, rows)
			for i := range w {
				w[i] = float32(math.Ldexp(r.NormFloat64(), i/depth%19-9)) // with all of their bits
				largest[i/depth] = max(largest[i/depth], math.Abs(float64(w[i])))
			}
			m, err := compactKinds[kind].pack(level, w, rows, depth, nil)
			if err != nil {
				t.Fatal(err)
			}
			for k := range depth {
				unit := make([]float32, depth)
				unit[k] = 1
				y := compactProduct(m, r, unit)
				if len(y) != rows {
					t.Fatalf("%d of %d rows", len(y), rows)
				}
				for i, got := range y {
					want := float64(w[i*depth+k])
					if most := compactKinds[kind].kept(want, largest[i]); !(math.Abs(float64(got)-want) <= most) {
						t.Fatalf("%dx%d: element %d,%d is %g, not %g within %g", rows, depth, i, k, got, want, most)
					}
				}
			}
		}
	})
}

// Products are sums of all elements, and a bias.
func TestCompactProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	eachCompact(t, func(t *testing.T, level Level, kind int) {
		for _, size := range [][2]int{{1, 1}, {40, 33}, {64, 100}, {130, 257}} {
			rows, depth := size[0], size[1]
			w, bias, x := make([]float32, rows*depth), make([]float32, rows), make([]float32, depth)
			for i := range w {
				w[i] = float32(r.IntN(255)-127) / 64 // which each kind keeps as it is
			}
			for i := range bias {
				bias[i] = r.Float32()
			}
			for i := range x {
				x[i] = r.Float32()*2 - 1
			}
			m, err := compactKinds[kind].pack(level, w, rows, depth, bias)
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range compactProduct(m, r, x) {
				want, all := float64(bias[i]), 1.
				for k, v := range x {
					want += float64(w[i*depth+k]) * float64(v)
					all += math.Abs(float64(w[i*depth+k]) * float64(v))
				}
				if !(math.Abs(float64(got)-want) <= 1e-6*all) {
					t.Fatalf("%dx%d, row %d: %g, want %g", rows, depth, i, got, want)
				}
			}
		}
	})
}

// No sum overflows that would not with float32, and infinities and NaN are what they would be.
func TestCompactRange(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	eachCompact(t, func(t *testing.T, level Level, kind int) {
		m, err := compactKinds[kind].pack(level, []float32{0.5, -0.25, 0, 0}, 2, 2, []float32{0, 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ x0, x1, want, second float32 }{
			{math.MaxFloat32, math.MaxFloat32, math.MaxFloat32 / 4, 3}, {inf, 1, inf, nan}, {1, inf, -inf, nan}, {nan, 1, nan, nan}, {0x1p-90, 0, 0x1p-91, 3},
		} {
			y := compactProduct(m, r, []float32{c.x0, c.x1})
			for i, want := range []float32{c.want, c.second} {
				if got := y[i]; got != want && !(got != got && want != want) {
					t.Errorf("of %g and %g: row %d is %g, want %g", c.x0, c.x1, i, got, want)
				}
			}
		}
	})
}

// What integers of 24 bits do not hold is told, and what they hold is there again.
func TestPackFixed(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		w  []float32
		ok bool
	}{
		{[]float32{1, -2, 3, 4}, true}, {[]float32{0, 0, 1, 2}, true}, {[]float32{0x1.fffffcp126, -0x1p126, 1, 1}, true}, {[]float32{0x1p-96, 0x1p-118, 1, 1}, true},
		{[]float32{0x1p127, 0, 1, 1}, false}, {[]float32{1, inf, 1, 1}, false}, {[]float32{1, 1, nan, 1}, false}, {[]float32{1, 1, 1, -inf}, false}, {[]float32{0x1p-97, 0, 1, 1}, false},
	} {
		m, ok := PackFixed(Best(), c.w, 2, 2, nil)
		if ok != c.ok || FitsFixed(c.w, 2, 2) != ok {
			t.Errorf("%v: %t", c.w, ok)
		}
		for k := range 2 {
			if !ok {
				break
			}
			column := make([]float32, 2)
			column[k] = 1
			for i, got := range compactProduct(m, r, column) {
				if want := c.w[2*i+k]; got != want {
					t.Errorf("%v: element %d,%d is %g", c.w, i, k, got)
				}
			}
		}
	}
}

func TestPackHalfRange(t *testing.T) {
	if _, err := PackHalf(Go, []float32{1, -7e4}, 1, 2, nil); !errors.Is(err, half.ErrRange) {
		t.Errorf("%v", err)
	}
	m, err := PackHalf(Best(), []float32{1, 65504}, 2, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if y := compactProduct(m, rand.New(rand.NewPCG(1, 2)), []float32{2}); y[0] != 2 || y[1] != 131008 {
		t.Errorf("%v", y)
	}
}

// BenchmarkCompact compares ways to keep a matrix, one that stays in a cache and as many in turns as do not.
func BenchmarkCompact(b *testing.B) {
	for _, size := range [][2]int{{64, 64}, {128, 256}, {1000, 576}, {1000, 960}, {4096, 9216}} {
		rows, depth := size[0], size[1]
		w, x, at := make([]float32, rows*depth), make([]float32, depth), make([]int32, depth)
		y, yRows := make([]float32, rows), make([]int32, rows)
		for i := range w {
			w[i] = float32(i%251)/251 - 0.5
		}
		for k := range at {
			at[k] = int32(k)
		}
		for i := range yRows {
			yRows[i] = int32(i)
		}
		inf := float32(math.Inf(1))
		p := &Product{X: x, Rows: at, Y: y, YRows: yRows, Lo: -inf, Hi: inf}
		for _, level := range Levels() {
			for _, many := range []int{1, (64 << 20) / (4 * len(w))} {
				run := func(kind string, multiply []func()) {
					b.Run(fmt.Sprintf("%dx%d/of%d/%v/%s", rows, depth, many, level, kind), func(b *testing.B) {
						for i := 0; b.Loop(); i++ {
							multiply[i%len(multiply)]()
						}
					})
				}
				if many == 0 {
					continue
				}
				var full []func()
				for range many {
					m := Pack(level, w, rows, depth, nil)
					full = append(full, func() { m.Multiply(p, 1, 0, m.Panels()) })
				}
				run("fp32", full)
				for _, kind := range compactKinds {
					var of []func()
					for range many {
						m, err := kind.pack(level, w, rows, depth, nil)
						if err != nil {
							b.Fatal(err)
						}
						of = append(of, func() {
							var sums [CompactRows]float32
							for i := range m.Blocks() {
								m.Multiply(&sums, i, x, at)
							}
						})
					}
					run(kind.name, of)
				}
			}
		}
	}
}
