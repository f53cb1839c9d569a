package network

import "slices"

// Optimize returns a graph that computes the same outputs with fewer nodes. The
// graph given is left as it is.
//
// It drops operators that change nothing, folds batch normalisation and constants
// into the convolution before them, recognises channel shuffles and swishes, and
// fuses activations and additions behind the operator that computes their
// operand. Values keep their names: a fused node's output is named as the last
// node's that went into it.
func Optimize(g *Graph) *Graph {
	r := newRewriter(g.clone())
	r.dropUnused() // a node that no output depends on must not count as a reader
	passes := []func(*Node) bool{
		r.dropIdentity,
		r.recogniseShuffle,
		r.composeViews,
		r.recogniseSwish,
		r.foldAffine,
		r.lowerBatchNorm,
		r.fuseActivation,
		r.fuseAdd,
		r.joinCopies,
		r.hoistShuffle,
	}
	for changed := true; changed; {
		changed = false
		for _, pass := range passes {
			changed = r.each(pass) || changed
		}
	}
	return r.g
}

// fuseLaunches does what the options ask for beyond that.
func (r *rewriter) fuseLaunches(opt PlanOptions) {
	if opt.Fuse.has(FuseDepthwise) {
		r.each(func(n *Node) bool { return r.fuseDepthwise(n, opt) })
	}
	if opt.Fuse.has(FuseUnit) {
		r.each(func(n *Node) bool { return r.fuseUnit(n, opt) })
	}
	if opt.Fuse.has(FusePool) {
		r.each(func(n *Node) bool { return r.fusePool(n, opt) })
	}
	if opt.Fuse.has(FuseClassifier) {
		r.each(func(n *Node) bool { return r.fuseClassifier(n, opt) })
	}
}

// lower does only what the backends cannot do without.
func lower(g *Graph) *Graph {
	r := newRewriter(g.clone())
	r.dropUnused()
	r.each(r.lowerBatchNorm)
	return r.g
}

// dropUnused takes out nodes that no output depends on.
func (r *rewriter) dropUnused() {
	wanted := func(v *Value) bool { return r.output[v] || len(r.readers[v]) > 0 }
	for _, n := range slices.Backward(r.g.Nodes) {
		if !slices.ContainsFunc(n.Outputs, wanted) {
			r.remove(n)
		}
	}
	r.compact()
}

// dropIdentity takes out operators that change nothing.
func (r *rewriter) dropIdentity(n *Node) bool {
	x := n.Inputs[0]
	same := false
	switch op := n.Op.(type) {
	case Identity:
		same = true
	case Reshape:
		same = op.Shape.Equal(x.Shape)
	case Transpose:
		same = true
		for i, p := range op.Perm {
			same = same && i == p
		}
	case ChannelShuffle:
		same = op.Groups == 1 || op.Groups == x.Shape[1]
	case Concat:
		same = len(n.Inputs) == 1
	case Split:
		same = len(op.Sizes) == 1
	case Slice:
		same = n.Outputs[0].Shape.Equal(x.Shape)
	case Activate:
		same = !op.Fn.On()
	}
	return same && !n.AddsLast && !n.Act.On() && r.bypass(n)
}
