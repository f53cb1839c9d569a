package network

import (
	"math"

	"github.com/shufflegl/shufflegl/tensor"
)

// scaleShift gives batch normalisation as y = s·x + t, or ok = false where its
// parameters are not constant.
func scaleShift(n *Node) (s, t []float64, ok bool) {
	var p [4][]float32
	for i, v := range n.Inputs[1:] {
		if v.Const == nil {
			return nil, nil, false
		}
		p[i] = v.Const.Data
	}
	scale, bias, mean, variance := p[0], p[1], p[2], p[3]
	eps := float64(n.Op.(BatchNorm).Epsilon)
	s, t = make([]float64, len(scale)), make([]float64, len(scale))
	for c := range scale {
		s[c] = float64(scale[c]) / math.Sqrt(float64(variance[c])+eps)
		t[c] = float64(bias[c]) - s[c]*float64(mean[c])
	}
	return s, t, true
}

// foldBatchNorm multiplies batch normalisation into the weights and bias of the
// convolution or fully connected layer before it.
func (r *rewriter) foldBatchNorm(n *Node) bool {
	if _, ok := n.Op.(BatchNorm); !ok {
		return false
	}
	p := r.private(n.Inputs[0])
	if p == nil || p.Act.On() || p.AddsLast {
		return false
	}
	switch p.Op.(type) {
	case Conv, FullyConnected:
	default:
		return false
	}
	if p.Inputs[1].Const == nil || len(p.Inputs) > 2 && p.Inputs[2] != nil && p.Inputs[2].Const == nil {
		return false
	}
	s, t, ok := scaleShift(n)
	if !ok {
		return false
	}
	w, b := p.Inputs[1].Const.Clone(), tensor.New(len(s))
	row := len(w.Data) / len(s)
	for m := range s {
		for i := range row {
			w.Data[m*row+i] = float32(float64(w.Data[m*row+i]) * s[m])
		}
		bias := t[m]
		if len(p.Inputs) > 2 && p.Inputs[2] != nil {
			bias += s[m] * float64(p.Inputs[2].Const.Data[m])
		}
		b.Data[m] = float32(bias)
	}
	r.setInputs(p, p.Inputs[0], r.g.Const(p.Name+".weight", w), r.g.Const(p.Name+".bias", b))
	r.absorb(p, n)
	return true
}

// lowerBatchNorm makes a depthwise 1×1 convolution of batch normalisation that
// has nothing to fold into.
func (r *rewriter) lowerBatchNorm(n *Node) bool {
	if _, ok := n.Op.(BatchNorm); !ok {
		return false
	}
	s, t, ok := scaleShift(n)
	if !ok {
		return false
	}
	// Beyond rank 4 a channel is several planes, which all take its factors.
	x := n.Inputs[0].Shape
	planes, _, _ := PlaneForm(x)
	repeat := planes / (x[0] * len(s))
	w, b := tensor.New(len(s)*repeat, 1, 1, 1), tensor.New(len(s)*repeat)
	for i := range w.Data {
		w.Data[i], b.Data[i] = float32(s[i/repeat]), float32(t[i/repeat])
	}
	n.Op, n.lowered = Conv{Window: Square(1, 1, 0), Groups: len(w.Data)}, true
	r.setInputs(n, n.Inputs[0], r.g.Const(n.Name+".weight", w), r.g.Const(n.Name+".bias", b))
	return true
}
