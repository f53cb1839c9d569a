package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Rows of every length, among floats that are NaN.
func TestNorm(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	nan := float32(math.NaN())
	for _, level := range Levels() {
		for n := 1; n < 70; n++ {
			rows := 1 + n%7
			x, y := make([]float32, (rows+1)*100), make([]float32, n+20)
			for i := range x {
				x[i] = nan
			}
			for i := range y {
				y[i] = nan
			}
			p := &Norm{X: x, Y: y, Scale: 0.3, Bias: 1.5}
			for k := range rows {
				p.Rows = append(p.Rows, int32(k*100+k))
				for j := range n {
					x[k*101+j] = r.Float32()*4 - 2
				}
			}
			p.Centre = p.Rows[rows/2]
			p.Run(level, n)
			for j := range y {
				if j >= n {
					if y[j] == y[j] {
						t.Fatalf("%v: %d pixels: float %d is written", level, n, j)
					}
					continue
				}
				sum := 0.0
				for _, at := range p.Rows {
					sum += float64(x[int(at)+j]) * float64(x[int(at)+j])
				}
				want := float64(x[int(p.Centre)+j]) / math.Pow(1.5+float64(p.Scale)*sum, 0.75)
				if math.Abs(float64(y[j])-want) > 1e-6 {
					t.Fatalf("%v: %d pixels of %d rows: pixel %d is %v, want %v", level, n, rows, j, y[j], want)
				}
			}
		}
	}
}
