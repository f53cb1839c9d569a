package network

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// recogniseShuffle makes a ChannelShuffle of the Reshape, Transpose, Reshape
// that exporters write for one, in any rank.
func (r *rewriter) recogniseShuffle(n *Node) bool {
	if _, ok := n.Op.(Reshape); !ok {
		return false
	}
	tr := r.private(n.Inputs[0])
	if tr == nil {
		return false
	}
	perm, ok := tr.Op.(Transpose)
	if !ok {
		return false
	}
	first := r.private(tr.Inputs[0])
	if first == nil {
		return false
	}
	if _, ok := first.Op.(Reshape); !ok {
		return false
	}
	x := first.Inputs[0]
	if len(x.Shape) < 2 || !x.Shape.Equal(n.Outputs[0].Shape) {
		return false
	}
	groups := shuffleGroups(x.Shape, tr.Inputs[0].Shape, perm.Perm)
	if groups == 0 {
		return false
	}
	n.layers = slices.Concat(first.Layers(), tr.Layers(), n.Layers())
	n.Op = ChannelShuffle{groups}
	r.setInputs(n, x)
	r.remove(tr)
	r.remove(first)
	return true
}

// shuffleGroups gives G if reshaping x to mid, permuting mid and reshaping back
// is a channel shuffle with G groups, else 0.
func shuffleGroups(x, mid tensor.Shape, perm []int) int {
	// The trailing dimensions that stay must hold whole channels.
	lead := len(perm)
	for lead > 0 && perm[lead-1] == lead-1 {
		lead--
	}
	block, pixels := mid[lead:].Size(), x[2:].Size()
	if block%pixels != 0 {
		return 0
	}
	source := permutation(mid[:lead], perm[:lead])
	run, channels := block/pixels, x[1]
	from := func(plane int) int { return source(plane/run)*run + plane%run }
	if channels < 2 || from(1) < 1 || channels%from(1) != 0 {
		return 0
	}
	s := ChannelShuffle{channels / from(1)}
	for p := range x[0] * channels {
		if from(p) != p/channels*channels+s.Source(p%channels, channels) {
			return 0
		}
	}
	return s.Groups
}

// permutation gives the row-major index, in a tensor of the given shape, of each
// element of its transpose by perm.
func permutation(shape tensor.Shape, perm []int) func(i int) int {
	sizes, steps := make([]int, len(perm)), make([]int, len(perm))
	for d, p := range perm {
		sizes[d], steps[d] = shape[p], shape[p+1:].Size()
	}
	return func(i int) int {
		j := 0
		for d := len(sizes) - 1; d >= 0; d-- {
			j += i % sizes[d] * steps[d]
			i /= sizes[d]
		}
		return j
	}
}
