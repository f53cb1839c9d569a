package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
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

// bounds are what a kernel can do as it stores: clamp. What it cannot is left to
// be done after.
func (e *epilogue) bounds() (lo, hi float32, after bool) {
	if e.act.Fn == network.FnClamp {
		return e.act.A, e.act.B, false
	}
	inf := float32(math.Inf(1))
	return -inf, inf, e.act.On()
}

// multiply computes n pixels of the planes of m's panels [first, last), from pixel
// px on, where m's row 0 is plane p. Pixels are counted as in store. scratch is for
// multiplyScratch(m, n) floats.
func (e *epilogue) multiply(arena, scratch []float32, m *simd.Matrix, x []float32, rows []int32, p, px, n, pitch, first, last int) {
	if !e.flat || pitch != e.out.Width {
		e.multiplyRows(arena, scratch, m, x, rows, p, px, n, pitch, first, last)
		return
	}
	lo, hi, after := e.bounds()
	product := simd.Product{X: x, Rows: rows, Y: arena[px:], YRows: e.out.Planes[p:], Lo: lo, Hi: hi, Scratch: scratch}
	if e.residual != nil {
		product.Add, product.AddRows = product.Y, e.residual.Planes[p:]
	}
	m.Multiply(&product, n, first, last)
	if after {
		from, to := m.Rows(first, last)
		for _, at := range e.out.Planes[p+from : p+to] {
			activate(arena[int(at)+px:][:n], e.act)
		}
	}
}

// multiplyRows is multiply by way of scratch memory, a panel at a time.
func (e *epilogue) multiplyRows(arena, scratch []float32, m *simd.Matrix, x []float32, rows []int32, p, px, n, pitch, first, last int) {
	inf := float32(math.Inf(1))
	var at [simd.MaxHeight]int32
	sums, scratch := scratch[:m.MostRows()*n], scratch[m.MostRows()*n:]
	for ; first < last; first++ {
		from, to := m.Rows(first, first+1)
		for i := range to - from {
			at[i] = int32(i * n)
		}
		m.Multiply(&simd.Product{X: x, Rows: rows, Y: sums, YRows: at[:to-from], Skip: from, Lo: -inf, Hi: inf, Scratch: scratch}, n, first, first+1)
		for i := range to - from {
			e.store(arena, p+from+i, px, pitch, sums[i*n:(i+1)*n])
		}
	}
}

// multiplyScratch is what multiply needs for n pixels.
func multiplyScratch(m *simd.Matrix, n int) int { return m.MostRows()*n + m.Scratch() }

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
