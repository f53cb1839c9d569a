package network

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// Depthwise is a depthwise convolution that a step does on its input before its
// own pointwise one, so that what lies between them never goes to memory.
type Depthwise struct {
	Op            Conv
	Weights, Bias *tensor.Tensor // bias may be nil
	Act           Activation
	Shape         tensor.Shape // of what lies between
}

// macs counts the multiply-adds.
func (d *Depthwise) macs() int64 {
	if d == nil {
		return 0
	}
	return int64(d.Shape.Size()) * int64(d.Weights.Shape[2]*d.Weights.Shape[3])
}

// mostTaps is the largest depthwise kernel that is fused: its factors are kept
// in registers.
const mostTaps = 25

// bandRows is how many rows a band must have at the least. Each row of results
// reads its rows of input whatever the band, so narrow bands cost no loads, only
// weights that are fetched more often.
const bandRows = 2

// fuseDepthwise lets a pointwise convolution do the depthwise one before it, if a
// band of rows of one group's channels is at most so many floats.
func (r *rewriter) fuseDepthwise(n *Node, shared int) bool {
	op, ok := n.Op.(Conv)
	if !ok || n.First != nil || !op.Pointwise() || len(n.Inputs[0].Shape) != 4 || n.Inputs[1].Const == nil {
		return false
	}
	p := r.private(n.Inputs[0])
	if p == nil || p.AddsLast || p.First != nil {
		return false
	}
	first, ok := p.Op.(Conv)
	x := n.Inputs[0].Shape
	channels := x[1] / op.G()
	if !ok || first.G() != x[1] || !p.Inputs[0].Shape.Equal(tensor.Shape{x[0], x[1], p.Inputs[0].Shape[2], p.Inputs[0].Shape[3]}) ||
		channels < 2 || x[2]*x[3] == 1 || channels*align(x[3], 4)*min(x[2], bandRows) > shared ||
		first.Kernel[0]*first.Kernel[1] > mostTaps || p.Inputs[1].Const == nil {
		return false
	}
	d := &Depthwise{Op: first, Weights: p.Inputs[1].Const, Act: p.Act, Shape: x}
	if len(p.Inputs) > 2 && p.Inputs[2] != nil {
		if d.Bias = p.Inputs[2].Const; d.Bias == nil {
			return false
		}
	}
	layers := slices.Concat(p.Layers(), n.Layers())
	inputs := slices.Clone(n.Inputs)
	inputs[0] = p.Inputs[0]
	r.setInputs(n, inputs...)
	r.remove(p)
	n.First, n.layers = d, layers
	return true
}
