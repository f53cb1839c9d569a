package network

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// hoistShuffle moves a channel shuffle from behind a depthwise convolution to
// before it, and the convolution's weights with it. The convolution then finds its
// planes by index, once for each, and what reads it finds them in order, so that
// the two can be one launch. (Megvii's ShuffleNet v1 shuffles there; the paper
// shuffles before.)
func (r *rewriter) hoistShuffle(n *Node) bool {
	s, ok := n.Op.(ChannelShuffle)
	if !ok || n.hoisted { // once more, and a convolution would compute what the source does not have
		return false
	}
	p := r.private(n.Inputs[0])
	if p == nil || p.AddsLast || p.Beyond.On() {
		return false
	}
	conv, ok := p.Op.(Conv)
	x := p.Inputs[0]
	if !ok || len(x.Shape) != 4 || conv.G() != x.Shape[1] || n.Outputs[0].Shape[1] != x.Shape[1] || conv.G() == 1 {
		return false
	}
	for _, v := range p.Inputs[1:] {
		if v != nil && v.Const == nil {
			return false
		}
	}
	inputs := slices.Clone(p.Inputs)
	for i, v := range inputs {
		if i > 0 && v != nil {
			inputs[i] = r.g.Const(v.Name, shuffledRows(v.Const, s))
		}
	}
	// The nodes stay where they are in the list and change what they do, so that
	// each still follows what it reads.
	between := &Value{Name: x.Name + ", shuffled", Shape: x.Shape.Clone()}
	act, layers := p.Act, slices.Concat(p.Layers(), n.Layers())
	r.setInputs(p, x)
	r.setOutput(p, 0, between)
	p.Op, p.Act, p.layers, p.hoisted = s, Activation{}, n.Layers(), true
	inputs[0] = between
	r.setInputs(n, inputs...)
	n.Op, n.Act, n.layers = conv, act, layers
	return true
}

// shuffledRows permutes a tensor's first dimension as the shuffle does channels.
func shuffledRows(t *tensor.Tensor, s ChannelShuffle) *tensor.Tensor {
	out := tensor.New(t.Shape...)
	rows := t.Shape[0]
	row := len(t.Data) / rows
	for c := range rows {
		copy(out.Data[c*row:(c+1)*row], t.Data[s.Source(c, rows)*row:])
	}
	return out
}
