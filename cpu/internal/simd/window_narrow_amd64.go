//go:build !noasm

package simd

import "math"

// narrowArgs is what narrow… are given; gen/narrow.go knows the order.
type narrowArgs struct {
	x      *float32
	pitch  int // floats
	y      *float32
	add    *float32
	scale  *float32
	w      *float32
	blocks *byte
	count  int
	masks  *byte
	bias   float32
	lo, hi float32
}

func (w *Window) runNarrow(s *Sweep) {
	f, n := &w.form, w.narrow
	a := narrowArgs{x: &s.X[0], pitch: f.In.Pitch, y: &s.Y[0], blocks: &n.blocks[0], count: n.count, masks: &n.masks[0],
		bias: s.Bias, lo: s.Lo, hi: s.Hi}
	if s.Add != nil {
		a.add = &s.Add[0]
	}
	if s.Scale != nil {
		a.scale = &s.Scale[0]
	}
	if f.Most {
		a.bias = float32(math.Inf(-1))
		if f.Size == 2 {
			narrowMax2x2(&a)
		} else {
			narrowMax3x2(&a)
		}
		return
	}
	a.w = &s.W[:f.Size*f.Size][0]
	switch {
	case f.Size == 3 && f.Stride == 1:
		narrowSum3x1(&a)
	case f.Size == 3:
		narrowSum3x2(&a)
	case f.Stride == 1:
		narrowSum5x1(&a)
	default:
		narrowSum5x2(&a)
	}
}
