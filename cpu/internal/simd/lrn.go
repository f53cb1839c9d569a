package simd

import "math"

// Norm says where the operands of a local response normalisation lie.
type Norm struct {
	X           []float32
	Rows        []int32 // where the rows begin whose squares count
	Centre      int32   // where the row to be normalised begins
	Y           []float32
	Scale, Bias float32
}

// Run normalises n pixels:
//
//	y[j] = x[centre+j] / (bias + scale·Σ_k x[rows[k]+j]²)^¾
func (p *Norm) Run(l Level, n int) {
	if l != Go && n > 0 && len(p.Rows) > 0 {
		p.run(l, n)
		return
	}
	root := func(v float32) float32 { return float32(math.Sqrt(float64(v))) }
	y := p.Y[:n]
	clear(y)
	for _, at := range p.Rows {
		for j, v := range p.X[at:][:n] {
			y[j] += v * v
		}
	}
	for j, v := range p.X[p.Centre:][:n] {
		r := root(p.Bias + p.Scale*y[j])
		y[j] = v / (r * root(r))
	}
}
