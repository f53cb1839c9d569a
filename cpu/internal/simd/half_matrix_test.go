package simd

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shufflegl/shufflegl/internal/half"
)

// Products at each level are those of the rounded weights, for rows that fill blocks
// and that do not, and columns whose elements lie anywhere among NaN.
func TestHalfMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, level := range Levels() {
		for _, size := range [][2]int{{1, 1}, {3, 5}, {63, 2}, {64, 7}, {65, 1}, {130, 33}} {
			rows, depth := size[0], size[1]
			t.Run(fmt.Sprintf("%v/%dx%d", level, rows, depth), func(t *testing.T) {
				w, bias, x := make([]float32, rows*depth), make([]float32, rows), make([]float32, 3*depth)
				for i := range w {
					w[i] = r.Float32()*2 - 1
				}
				for i := range bias {
					bias[i] = r.Float32()
				}
				at := make([]int32, depth)
				for i := range x {
					x[i] = float32(math.NaN())
				}
				for k, i := range r.Perm(depth) {
					at[k] = int32(3 * i)
					x[3*i] = r.Float32()*2 - 1
				}
				m, err := PackHalf(level, w, rows, depth, bias)
				if err != nil {
					t.Fatal(err)
				}
				rounded, kept := make([]uint16, len(w)), make([]float32, len(w))
				half.Round(rounded, w)
				half.Widen(kept, rounded)
				done := 0
				for b := range m.Blocks() {
					var sums [HalfRows]float32
					m.Multiply(&sums, b, x, at)
					from, to := m.Rows(b)
					for i := from; i < to; i++ {
						want := float64(bias[i])
						for k := range depth {
							want += float64(kept[i*depth+k]) * float64(x[at[k]])
						}
						if got := float64(sums[i-from]); !(math.Abs(got-want) <= 1e-5) {
							t.Fatalf("row %d: %g, want %g", i, got, want)
						}
						done++
					}
				}
				if done != rows {
					t.Errorf("%d of %d rows", done, rows)
				}
			})
		}
	}
}

func TestHalfMatrixRange(t *testing.T) {
	if _, err := PackHalf(Go, []float32{1, -7e4}, 1, 2, nil); !errors.Is(err, half.ErrRange) {
		t.Errorf("%v", err)
	}
	m, err := PackHalf(Best(), []float32{1, 65504}, 2, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	var sums [HalfRows]float32
	m.Multiply(&sums, 0, []float32{2}, []int32{0})
	if sums[0] != 2 || sums[1] != 131008 || sums[2] != 0 {
		t.Errorf("%v", sums[:3])
	}
}

func BenchmarkHalfMatrix(b *testing.B) {
	for _, size := range [][2]int{{1000, 960}, {4096, 9216}} {
		rows, depth := size[0], size[1]
		w, x, at := make([]float32, rows*depth), make([]float32, depth), make([]int32, depth)
		y, yRows := make([]float32, rows), make([]int32, rows)
		for k := range at {
			at[k] = int32(k)
		}
		for i := range yRows {
			yRows[i] = int32(i)
		}
		inf := float32(math.Inf(1))
		for _, level := range Levels() {
			full := Pack(level, w, rows, depth, nil)
			p := &Product{X: x, Rows: at, Y: y, YRows: yRows, Lo: -inf, Hi: inf}
			b.Run(fmt.Sprintf("%dx%d/%v/fp32", rows, depth, level), func(b *testing.B) {
				for b.Loop() {
					full.Multiply(p, 1, 0, full.Panels())
				}
			})
			m, err := PackHalf(level, w, rows, depth, nil)
			if err != nil {
				b.Fatal(err)
			}
			var sums [HalfRows]float32
			b.Run(fmt.Sprintf("%dx%d/%v/fp16", rows, depth, level), func(b *testing.B) {
				for b.Loop() {
					for i := range m.Blocks() {
						m.Multiply(&sums, i, x, at)
					}
				}
			})
		}
	}
}
