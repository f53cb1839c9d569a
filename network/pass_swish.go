package network

import "math"

// recogniseSwish makes one activation of those that exporters spell out, where
// σ and the hard sigmoid h(x) = clip(x/6 + 1/2, 0, 1) are nodes of their own:
//
//	x · σ(x)                      SiLU
//	x · h(x)                      hard swish
//	clip(x + b, 0, c) / c         hard sigmoid
//	x · clip(x + 3, 0, 6) / 6     hard swish
//	max(x, a·x), 0 ≤ a ≤ 1        leaky ReLU
func (r *rewriter) recogniseSwish(n *Node) bool {
	op, ok := n.Op.(Binary)
	if !ok || n.AddsLast {
		return false
	}
	switch op.Fn {
	case FnMul, FnDiv:
		if m, x, ok := scalar(n); ok {
			if op.Fn == FnDiv {
				if n.Inputs[0] != x {
					return false
				}
				m = 1 / m
			}
			return r.hardSigmoid(n, m, x) || r.hardSwish(n, m, x)
		}
		if op.Fn == FnMul {
			return r.gated(n)
		}
	case FnMax:
		for i, x := range n.Inputs {
			q := r.private(n.Inputs[1-i])
			if q == nil || q.Act.On() || q.AddsLast || !isBinary(q, FnMul) {
				continue
			}
			if a, y, ok := scalar(q); ok && y == x && a >= 0 && a <= 1 {
				r.activateInstead(n, x, Activation{Fn: FnLeakyReLU, A: float32(a)}, q)
				return true
			}
		}
	}
	return false
}

func isBinary(n *Node, fn BinaryFn) bool {
	b, ok := n.Op.(Binary)
	return ok && b.Fn == fn
}

// scalar gives the one constant number that a node combines its other operand,
// of the output's shape, with.
func scalar(n *Node) (c float64, x *Value, ok bool) {
	x, k := n.Inputs[0], n.Inputs[1]
	if x.Const != nil {
		x, k = k, x
	}
	if x.Const != nil || k.Const == nil || len(k.Const.Data) != 1 || !x.Shape.Equal(n.Outputs[0].Shape) {
		return 0, nil, false
	}
	return float64(k.Const.Data[0]), x, true
}

// near allows for constants that were written with seven digits.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Abs(b) }

// activation gives the private node that computes v if it does nothing but
// activate.
func (r *rewriter) activation(v *Value) (*Node, Activation) {
	p := r.private(v)
	if p == nil || p.AddsLast || p.Act.On() {
		return nil, Activation{}
	}
	a, ok := p.Op.(Activate)
	if !ok {
		return nil, Activation{}
	}
	return p, a.Fn
}

// shifted gives b and x of a private node x + b.
func (r *rewriter) shifted(v *Value) (q *Node, b float64, x *Value) {
	q = r.private(v)
	if q == nil || q.AddsLast || q.Act.On() || !isBinary(q, FnAdd) {
		return nil, 0, nil
	}
	b, x, ok := scalar(q)
	if !ok {
		return nil, 0, nil
	}
	return q, b, x
}

// hardSigmoid sees m·clip(x + b, 0, 1/m).
func (r *rewriter) hardSigmoid(n *Node, m float64, v *Value) bool {
	p, fn := r.activation(v)
	if p == nil || fn.Fn != FnClamp || fn.A != 0 || !near(m*float64(fn.B), 1) {
		return false
	}
	q, b, x := r.shifted(p.Inputs[0])
	if q == nil {
		return false
	}
	r.activateInstead(n, x, Activation{FnHardSigmoid, float32(m), float32(m * b)}, q, p)
	return true
}

// hardSwish sees (x·clip(x + 3, 0, 6))·m with m = 1/6.
func (r *rewriter) hardSwish(n *Node, m float64, v *Value) bool {
	mul := r.private(v)
	if !near(m, 1.0/6) || mul == nil || mul.AddsLast || mul.Act.On() || !isBinary(mul, FnMul) {
		return false
	}
	for i, x := range mul.Inputs {
		p, fn := r.activation(mul.Inputs[1-i])
		if p == nil || fn != ReLU6() {
			continue
		}
		if q, b, from := r.shifted(p.Inputs[0]); q != nil && b == 3 && from == x {
			r.activateInstead(n, x, Activation{Fn: FnHardSwish}, q, p, mul)
			return true
		}
	}
	return false
}

// gated sees x·σ(x) and x·h(x).
func (r *rewriter) gated(n *Node) bool {
	for i, x := range n.Inputs {
		p, fn := r.activation(n.Inputs[1-i])
		if p == nil || p.Inputs[0] != x {
			continue
		}
		switch {
		case fn.Fn == FnSigmoid:
			r.activateInstead(n, x, Activation{Fn: FnSiLU}, p)
			return true
		case fn.Fn == FnHardSigmoid && near(float64(fn.A), 1.0/6) && fn.B == 0.5:
			r.activateInstead(n, x, Activation{Fn: FnHardSwish}, p)
			return true
		}
	}
	return false
}

// activateInstead lets n activate x, and takes out the private nodes before it
// that did so bit by bit, given in order.
func (r *rewriter) activateInstead(n *Node, x *Value, a Activation, parts ...*Node) {
	var layers []string
	for _, p := range parts {
		layers = append(layers, p.Layers()...)
	}
	n.layers = append(layers, n.Layers()...)
	n.Op = Activate{Fn: a}
	r.setInputs(n, x)
	for i := len(parts) - 1; i >= 0; i-- {
		r.remove(parts[i])
	}
}
