package network

import "fmt"

// maxPlanes bounds how many places a plan keeps for one value: a plane's each,
// or an element's each where a copy gathers single elements.
const maxPlanes = 1 << 23

// check sees that options are ones that a plan can follow.
func (o PlanOptions) check() error {
	if o.PlaneAlign < 0 || o.PlaneAlign > 1<<10 {
		return fmt.Errorf("network: planes aligned to %d floats: %w", o.PlaneAlign, ErrUnsupported)
	}
	if min(o.Align, o.Guard) < 0 || max(o.Align, o.Guard) > 1<<16 {
		return fmt.Errorf("network: rows aligned to %d floats with guards of %d: %w", o.Align, o.Guard, ErrUnsupported)
	}
	if o.ElementBytes < 0 || o.ElementBytes > 8 {
		return fmt.Errorf("network: elements of %d bytes: %w", o.ElementBytes, ErrUnsupported)
	}
	if o.SharedFloats < 0 || o.SharedFloats > 1<<16 {
		return fmt.Errorf("network: %d floats of shared memory: %w", o.SharedFloats, ErrUnsupported)
	}
	return o.Cost.check()
}

// check sees that every value is of a size that can be planned, is made once,
// and is made before it is read. Graphs built by Apply satisfy the latter unless
// they were mixed or edited by hand.
func (g *Graph) check(opt PlanOptions) error {
	known := map[*Value]bool{}
	define := func(v *Value, weights bool) error {
		if v == nil || known[v] {
			return fmt.Errorf("value is nil or made twice")
		}
		known[v] = true
		if err := v.check(); err != nil {
			return fmt.Errorf("%q: %w", v.Name, err)
		}
		planes, h, w := PlaneForm(v.Shape)
		if planes > maxPlanes && !weights { // weights are not kept by planes
			return fmt.Errorf("%q: %v is more than %d planes: %w", v.Name, v.Shape, maxPlanes, ErrUnsupported)
		}
		if plane := int64(h) * int64(align(w, max(opt.Align, 1))); plane > 1 && int64(planes)*(plane+int64(max(opt.PlaneAlign, 4))-1) > 2*maxElements {
			return fmt.Errorf("%q: %v takes too much memory with rows of %d floats: %w", v.Name, v.Shape, align(w, max(opt.Align, 1)), ErrUnsupported)
		}
		return nil
	}
	read := func(v *Value, weights bool) error {
		switch {
		case v == nil:
			return fmt.Errorf("value is nil")
		case known[v] && (weights || v.Const == nil):
			return nil
		case v.Const != nil:
			delete(known, v) // it may have been weights only, until now
			return define(v, weights)
		}
		return fmt.Errorf("%q is read, but nothing before makes it", v.Name)
	}
	for _, v := range g.Inputs {
		if err := define(v, false); err != nil {
			return fmt.Errorf("network: input of graph %q: %w", g.Name, err)
		}
	}
	for _, n := range g.Nodes {
		for i, v := range n.Inputs {
			if v == nil {
				continue // an absent operand
			}
			if err := read(v, n.hasWeights(i)); err != nil {
				return fmt.Errorf("network: %s %q: input %w", n.Op.Kind(), n.Name, err)
			}
		}
		for _, v := range n.Outputs {
			if err := define(v, false); err != nil {
				return fmt.Errorf("network: %s %q: output %w", n.Op.Kind(), n.Name, err)
			}
		}
	}
	for _, v := range g.Outputs {
		if err := read(v, false); err != nil {
			return fmt.Errorf("network: output of graph %q: %w", g.Name, err)
		}
	}
	return nil
}

// hasWeights reports whether a node's operand of that number is weights.
func (n *Node) hasWeights(operand int) bool {
	if operand == 0 || n.AddsLast && operand == len(n.Inputs)-1 {
		return false
	}
	switch n.Op.(type) {
	case Conv, ConvTranspose, FullyConnected, InstanceNorm:
		return true
	}
	return false
}
