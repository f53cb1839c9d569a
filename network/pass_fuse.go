package network

import "slices"

// fuses reports whether every kernel of the operator applies an epilogue.
func fuses(op Op) bool {
	switch op.(type) {
	case Conv, FullyConnected, Pool, GlobalPool, Add, Activate:
		return true
	}
	return false
}

// fuseActivation moves an activation into the operator that computes its
// operand, through views: relu(concat(a, b)) is concat(relu(a), relu(b)).
func (r *rewriter) fuseActivation(n *Node) bool {
	op, ok := n.Op.(Activate)
	if !ok || n.AddsLast || !r.takesActivation(n.Inputs[0]) {
		return false
	}
	if !r.bypass(n) {
		return false
	}
	r.giveActivation(n, op.Fn.then(n.Act))
	return true
}

// takesActivation reports whether v can be made activated at no cost: one reader
// alone sees it, and it is computed by operators that fuse, or is a view of such.
func (r *rewriter) takesActivation(v *Value) bool {
	p := r.private(v)
	if p == nil {
		return false
	}
	switch p.Op.(type) {
	case Concat, ChannelShuffle, Reshape, Transpose, Identity:
		return !slices.ContainsFunc(p.Inputs, func(x *Value) bool { return !r.takesActivation(x) })
	}
	return fuses(p.Op)
}

// giveActivation lets the nodes behind the removed activation n apply it.
func (r *rewriter) giveActivation(n *Node, act Activation) {
	var give func(p *Node)
	give = func(p *Node) {
		if !fuses(p.Op) {
			for _, x := range p.Inputs {
				give(r.producer[x])
			}
			return
		}
		p.Act = p.Act.then(act)
		p.layers = append(slices.Clone(p.Layers()), n.Layers()...)
	}
	give(r.producer[n.Inputs[0]])
}

// fuseAdd lets the operator that computes one operand of an addition add the
// other in its store.
func (r *rewriter) fuseAdd(n *Node) bool {
	if _, ok := n.Op.(Add); !ok || n.AddsLast || n.Inputs[0] == n.Inputs[1] {
		return false
	}
	for _, cheap := range []bool{true, false} { // convolutions first
		for i := len(n.Inputs) - 1; i >= 0; i-- {
			p := r.private(n.Inputs[i])
			if p == nil || p.Act.On || p.AddsLast {
				continue
			}
			switch p.Op.(type) {
			case Conv, FullyConnected:
			case Pool, GlobalPool:
				if cheap {
					continue
				}
			default:
				continue
			}
			p.Inputs = append(slices.Clone(p.Inputs), n.Inputs[1-i])
			p.AddsLast, p.Act = true, n.Act
			// The other operand may be computed after p: p moves to the sum's place.
			r.remove(p)
			r.g.Nodes = slices.Insert(r.g.Nodes, slices.Index(r.g.Nodes, n), p)
			r.absorb(p, n)
			return true
		}
	}
	return false
}
