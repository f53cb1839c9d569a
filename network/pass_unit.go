package network

import "slices"

// fuseUnit lets the launch of a depthwise and a pointwise convolution do the pointwise
// one before them too, and the channel shuffle between: all of a ShuffleNet unit. A
// work group computes for its tile what the depthwise convolution's window needs, so
// that neighbours compute borders twice.
func (r *rewriter) fuseUnit(n *Node, opt PlanOptions) bool {
	op, ok := n.Op.(Conv)
	if !ok || n.First == nil || n.First.First != nil {
		return false
	}
	// A tile's windows must lie together, and each meet the map.
	w := n.First.Op.Normal()
	if w.Dilation != [2]int{1, 1} || max(w.Stride[0], w.Stride[1]) > 2 ||
		max(w.Pads.Top, w.Pads.Bottom) >= w.Kernel[0] || max(w.Pads.Left, w.Pads.Right) >= w.Kernel[1] {
		return false
	}
	p, groups := r.private(n.Inputs[0]), 1
	var between *Node
	if p != nil {
		if s, ok := p.Op.(ChannelShuffle); ok && !opt.CopyShuffles {
			between, groups = p, s.Groups
			p = r.private(p.Inputs[0])
		}
	}
	if p == nil {
		return false
	}
	expand, ok := p.Op.(Conv)
	if !ok || !expand.Pointwise() || len(p.Inputs[0].Shape) != 4 {
		return false
	}
	first := prior(p, expand)
	if first == nil {
		return false
	}
	f := *n.First
	f.First, f.Shuffle = first, groups
	layers := n.Layers()
	if between != nil {
		n.layers = slices.Concat(between.Layers(), layers)
	}
	if !r.fuse(n, p, &f, []int{n.Outputs[0].Shape[1] / op.G()}, opt) {
		n.layers = layers
		return false
	}
	if between != nil {
		r.remove(between)
	}
	return true
}
