package network

// Optimize returns a graph that computes the same outputs with fewer nodes. The
// graph given is left as it is.
//
// It drops operators that change nothing, folds batch normalisation into the
// convolution before it, recognises channel shuffles, and fuses activations and
// additions behind the operator that computes their operand. Values keep their
// names: a fused node's output is named as the last node's that went into it.
func Optimize(g *Graph) *Graph {
	r := newRewriter(g.clone())
	passes := []func(*Node) bool{
		r.dropIdentity,
		r.recogniseShuffle,
		r.foldBatchNorm,
		r.lowerBatchNorm,
		r.fuseActivation,
		r.fuseAdd,
	}
	for changed := true; changed; {
		changed = false
		for _, pass := range passes {
			changed = r.each(pass) || changed
		}
	}
	r.dropUnused()
	return r.g
}

// lower does only what the backends cannot do without.
func lower(g *Graph) *Graph {
	r := newRewriter(g.clone())
	r.each(r.lowerBatchNorm)
	r.dropUnused()
	return r.g
}

// dropUnused takes out nodes that no output depends on.
func (r *rewriter) dropUnused() {
	for i := len(r.g.Nodes) - 1; i >= 0; i-- {
		n, used := r.g.Nodes[i], false
		for _, v := range n.Outputs {
			used = used || r.uses[v] > 0
		}
		if !used {
			r.remove(n)
			r.index()
		}
	}
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
		same = !op.Fn.On
	}
	return same && !n.AddsLast && !n.Act.On && r.bypass(n)
}
