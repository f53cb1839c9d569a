//go:build !noasm

package simd

import "math"

// windowArgs is what windows are given; gen/window.go knows the order.
type windowArgs struct {
	x      *float32
	pitch  int // floats
	y      *float32
	add    *float32
	scale  *float32
	w      *float32
	blocks *byte
	count  int
	bias   float32
	lo, hi float32
}

// Run slides the window over one plane.
func (w *Window) Run(s *Sweep) {
	if w.narrow != nil {
		w.runNarrow(s)
		return
	}
	f := &w.form
	a := windowArgs{x: &s.X[0], pitch: f.In.Pitch, y: &s.Y[0], blocks: &w.blocks[0], count: w.count,
		bias: s.Bias, lo: s.Lo, hi: s.Hi}
	if s.Add != nil {
		a.add = &s.Add[0]
	}
	if s.Scale != nil {
		a.scale = &s.Scale[0]
	}
	if f.Most {
		a.bias = float32(math.Inf(-1))
		stridedMax3(&a)
		return
	}
	a.w = &s.W[:f.Size*f.Size][0]
	switch {
	case f.Stride == 2:
		strided3(&a)
	case w.run:
		run3(&a)
	case f.Size == 3:
		window3(&a)
	default:
		window5(&a)
	}
}
