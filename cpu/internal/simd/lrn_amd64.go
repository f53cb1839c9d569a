//go:build !noasm

package simd

import "unsafe"

// normArgs is what norm… are given; gen/norm.go knows the order.
type normArgs struct {
	x           *float32
	rows        *int32
	count       int
	centre      int
	y           *float32
	turns       int            // registers
	mask        unsafe.Pointer // of the last register
	scale, bias float32
}

func (p *Norm) run(l Level, n int) {
	lanes := l.shape().lanes
	turns := (n + lanes - 1) / lanes
	a := normArgs{x: &p.X[0], rows: &p.Rows[0], count: len(p.Rows), centre: int(p.Centre), y: &p.Y[0],
		turns: turns, mask: l.mask(n - (turns-1)*lanes), scale: p.Scale, bias: p.Bias}
	if l == AVX512 {
		norm512(&a)
	} else {
		norm256(&a)
	}
}
