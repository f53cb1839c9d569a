package network

import "slices"

// fuses reports whether the operator's kernels apply an epilogue: all that
// compute something do. (Batch normalisation has none: it is lowered.)
func fuses(op Op) bool {
	_, norm := op.(BatchNorm)
	return !norm && !movesNoData(op)
}

// fuseActivation moves an activation into the operator that computes its
// operand, through views: relu(concat(a, b)) is concat(relu(a), relu(b)).
func (r *rewriter) fuseActivation(n *Node) bool {
	op, ok := n.Op.(Activate)
	if !ok || n.AddsLast {
		return false
	}
	act, ok := op.Fn.Then(n.Act)
	if !ok || !r.takesActivation(n.Inputs[0], act) {
		return false
	}
	p := r.producer[n.Inputs[0]]
	r.activate(p, act, n.Layers())
	r.absorb(p, n)
	return true
}

// takesActivation reports whether v can be made activated at no cost: one reader
// alone sees it, and it is computed by operators that fuse, or is a view of such.
func (r *rewriter) takesActivation(v *Value, act Activation) bool {
	p := r.private(v)
	if p == nil {
		return false
	}
	if fuses(p.Op) {
		_, ok := p.Act.Then(act)
		return ok
	}
	switch p.Op.(type) {
	case Concat, ChannelShuffle, Reshape, Transpose, Identity:
		return !slices.ContainsFunc(p.Inputs, func(x *Value) bool { return !r.takesActivation(x, act) })
	}
	return false
}

// activate makes p apply an activation itself, or what p is a view of.
func (r *rewriter) activate(p *Node, act Activation, layers []string) {
	p.Beyond, _ = p.Beyond.Then(act) // Beyond is the end of Act, so this goes too
	if fuses(p.Op) {
		p.Act, _ = p.Act.Then(act)
		return
	}
	for _, v := range p.Inputs {
		q := r.producer[v]
		r.activate(q, act, layers)
		q.layers = append(slices.Clone(q.Layers()), layers...)
	}
}

// fuseAdd lets the operator that computes one operand of an addition add the
// other in its store.
func (r *rewriter) fuseAdd(n *Node) bool {
	if b, ok := n.Op.(Binary); !ok || b.Fn != FnAdd || n.AddsLast || n.Inputs[0] == n.Inputs[1] ||
		!n.Inputs[0].Shape.Equal(n.Inputs[1].Shape) {
		return false
	}
	for _, cheap := range []bool{true, false} { // convolutions first
		for i := len(n.Inputs) - 1; i >= 0; i-- {
			p := r.private(n.Inputs[i])
			if p == nil || p.Act.On() || p.AddsLast {
				continue
			}
			switch p.Op.(type) {
			case Conv, ConvTranspose, FullyConnected:
			case Pool, GlobalPool:
				if cheap {
					continue
				}
			default:
				continue
			}
			p.AddsLast, p.Act = true, n.Act
			other := n.Inputs[1-i] // may be computed after p: p moves to the sum's place
			r.moveTo(p, n)
			r.setInputs(p, append(slices.Clone(p.Inputs), other)...)
			return true
		}
	}
	return false
}
