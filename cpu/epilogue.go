package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
)

// epilogue is what every kernel does as it stores: add the residual, then activate.
type epilogue struct {
	out      network.View
	residual *network.View
	act      network.Activation
	flat     bool // both views' planes are single runs
}

func newEpilogue(s *network.Step) epilogue {
	return epilogue{s.Output, s.Residual, s.Act, flat(s.Output) && (s.Residual == nil || flat(*s.Residual))}
}

// flat reports whether the rows of a plane follow each other without gaps.
func flat(v network.View) bool { return v.Height == 1 || v.RowStride == v.Width }

// store writes src to plane p of the output, from pixel px on. Pixels are
// counted in rows of the given pitch; those beyond the output's width are left
// out.
func (e *epilogue) store(arena []float32, p, px, pitch int, src []float32) {
	width := e.out.Width
	if e.flat && pitch == width {
		e.put(arena, p, px, px, src)
		return
	}
	for len(src) > 0 {
		y, x := px/pitch, px%pitch
		run := min(pitch-x, len(src))
		if x < width {
			residual := 0
			if e.residual != nil {
				residual = y*e.residual.RowStride + x
			}
			e.put(arena, p, y*e.out.RowStride+x, residual, src[:min(run, width-x)])
		}
		src, px = src[run:], px+run
	}
}

// put stores src at out floats into plane p, and adds what is residual floats
// into the residual's plane p.
func (e *epilogue) put(arena []float32, p, out, residual int, src []float32) {
	var add []float32
	if e.residual != nil {
		add = arena[int(e.residual.Planes[p])+residual:]
	}
	finish(arena[int(e.out.Planes[p])+out:], src, add, e.act)
}

// one stores a single element: of views whose planes are single elements.
func (e *epilogue) one(arena []float32, p int, v float32) {
	if e.residual != nil {
		v += arena[e.residual.Planes[p]]
	}
	arena[e.out.Planes[p]] = activated(v, e.act)
}

// finish is dst[i] = act(src[i] + add[i]) for every i of src; add may be nil.
// Go's min and max keep a NaN.
func finish(dst, src, add []float32, act network.Activation) {
	dst = dst[:len(src)]
	if act.On() && act.Fn != network.FnClamp {
		finish(dst, src, add, network.Activation{})
		activate(dst, act)
		return
	}
	lo, hi := act.A, act.B
	switch {
	case add == nil && !act.On():
		copy(dst, src)
	case add == nil && math.IsInf(float64(hi), 1):
		for i, v := range src {
			dst[i] = max(v, lo)
		}
	case add == nil:
		for i, v := range src {
			dst[i] = min(max(v, lo), hi)
		}
	case !act.On():
		add = add[:len(src)]
		for i, v := range src {
			dst[i] = v + add[i]
		}
	default:
		add = add[:len(src)]
		for i, v := range src {
			dst[i] = min(max(v+add[i], lo), hi)
		}
	}
}
