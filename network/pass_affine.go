package network

import (
	"math"

	"github.com/shufflegl/shufflegl/tensor"
)

// affine sees a node as y = s·x + t by channel, with x computed and s and t
// constant: batch normalisation, and sums, differences, products and quotients
// with one number a channel.
func affine(n *Node) (x *Value, s, t []float64, ok bool) {
	if n.AddsLast {
		return nil, nil, nil, false
	}
	switch op := n.Op.(type) {
	case BatchNorm:
		s, t, ok = scaleShift(n)
		return n.Inputs[0], s, t, ok
	case Binary:
		x, c := n.Inputs[0], n.Inputs[1]
		if x.Const != nil {
			x, c = c, x
		}
		numbers := perChannel(c, x.Shape)
		if x.Const != nil || numbers == nil || !n.Outputs[0].Shape.Equal(x.Shape) {
			return nil, nil, nil, false
		}
		first := c == n.Inputs[0]
		s, t = make([]float64, len(numbers)), make([]float64, len(numbers))
		for i, v := range numbers {
			switch {
			case op.Fn == FnAdd:
				s[i], t[i] = 1, v
			case op.Fn == FnSub && first:
				s[i], t[i] = -1, v
			case op.Fn == FnSub:
				s[i], t[i] = 1, -v
			case op.Fn == FnMul:
				s[i] = v
			case op.Fn == FnDiv && !first:
				s[i] = 1 / v
			default:
				return nil, nil, nil, false
			}
			if size := math.Abs(s[i]) + math.Abs(t[i]); !(size < 1e30) || s[i] != 0 && math.Abs(s[i]) < 1e-30 {
				return nil, nil, nil, false // infinities and the like stay as they are
			}
		}
		return x, s, t, true
	}
	return nil, nil, nil, false
}

// perChannel gives the one number that a constant, broadcast to shape, has for
// each channel, or nil if it has more or is none.
func perChannel(c *Value, shape tensor.Shape) []float64 {
	if c.Const == nil || len(shape) < 2 || len(c.Shape) > len(shape) {
		return nil
	}
	at := len(c.Shape) - (len(shape) - 1) // of the channels in c
	for d, size := range c.Shape {
		if d != at && size != 1 {
			return nil
		}
	}
	numbers := make([]float64, shape[1])
	for i := range numbers {
		numbers[i] = float64(c.Const.Data[i%len(c.Const.Data)])
	}
	return numbers
}

// maxCopies bounds how often folding copies large weights that nodes share: a
// small file may share them thousands of times.
const maxCopies = 8

// foldAffine multiplies and adds constants of one number a channel into the
// weights and bias of the convolution or fully connected layer before. Of two
// such nodes without one, the first is made a depthwise convolution.
func (r *rewriter) foldAffine(n *Node) bool {
	x, s, t, ok := affine(n)
	if !ok {
		return false
	}
	p := r.private(x)
	if p == nil || p.Act.On() || p.AddsLast {
		return false
	}
	switch p.Op.(type) {
	case Conv, FullyConnected, ConvTranspose:
	case Binary:
		from, ps, pt, ok := affine(p)
		if !ok {
			return false
		}
		r.makeDepthwise(p, from, ps, pt)
	default:
		return false
	}
	if p.Inputs[1].Const == nil || len(p.Inputs) > 2 && p.Inputs[2] != nil && p.Inputs[2].Const == nil {
		return false
	}
	if len(p.Inputs[1].Const.Data) > 4096 && len(r.readers[p.Inputs[1]]) > maxCopies {
		return false
	}
	w := p.Inputs[1].Const.Clone()
	outputs := len(w.Data) / max(w.Shape[0], 1) // weights that follow each other for one output
	channel := func(i int) int { return i / outputs }
	count := w.Shape[0]
	if c, ok := p.Op.(ConvTranspose); ok {
		per, pixels := w.Shape[1], w.Shape[2]*w.Shape[3]
		inputs := w.Shape[0] / c.G()
		count = per * c.G()
		channel = func(i int) int { return i/(pixels*per)/inputs*per + i/pixels%per }
	}
	// A depthwise convolution beyond four dimensions has several planes a channel.
	if count%len(s) != 0 {
		return false
	}
	repeat := count / len(s)
	for i := range w.Data {
		w.Data[i] = float32(float64(w.Data[i]) * s[channel(i)/repeat])
	}
	b := tensor.New(count)
	for m := range b.Data {
		bias := t[m/repeat]
		if len(p.Inputs) > 2 && p.Inputs[2] != nil {
			bias += s[m/repeat] * float64(p.Inputs[2].Const.Data[m])
		}
		b.Data[m] = float32(bias)
	}
	r.setInputs(p, p.Inputs[0], r.g.Const(p.Name+".weight", w), r.g.Const(p.Name+".bias", b))
	act := n.Act
	r.absorb(p, n)
	p.Act = act
	return true
}

// makeDepthwise makes a depthwise 1×1 convolution of s·x + t by channel. Beyond
// rank 4 a channel is several planes, which all take its factors.
func (r *rewriter) makeDepthwise(n *Node, x *Value, s, t []float64) {
	planes, _, _ := PlaneForm(x.Shape)
	repeat := planes / (x.Shape[0] * len(s))
	w, b := tensor.New(len(s)*repeat, 1, 1, 1), tensor.New(len(s)*repeat)
	for i := range w.Data {
		w.Data[i], b.Data[i] = float32(s[i/repeat]), float32(t[i/repeat])
	}
	n.Op, n.lowered = Conv{Window: Square(1, 1, 0), Groups: len(w.Data)}, true
	r.setInputs(n, x, r.g.Const(n.Name+".weight", w), r.g.Const(n.Name+".bias", b))
}
