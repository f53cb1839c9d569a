package network

import "slices"

// rewriter edits a graph in place. Its passes find a pattern, change it, and
// report whether they did; what they look up is brought up to date by index.
type rewriter struct {
	g        *Graph
	producer map[*Value]*Node
	uses     map[*Value]int // readers, a graph output counting as one
	output   map[*Value]bool
}

func newRewriter(g *Graph) *rewriter {
	r := &rewriter{g: g}
	r.index()
	return r
}

func (r *rewriter) index() {
	r.producer, r.uses, r.output = map[*Value]*Node{}, map[*Value]int{}, map[*Value]bool{}
	for _, n := range r.g.Nodes {
		for _, v := range n.Inputs {
			if v != nil {
				r.uses[v]++
			}
		}
		for _, v := range n.Outputs {
			r.producer[v] = n
		}
	}
	for _, v := range r.g.Outputs {
		r.uses[v]++
		r.output[v] = true
	}
}

// each calls f on every node until f changes the graph no more.
func (r *rewriter) each(f func(*Node) bool) (changed bool) {
	for again := true; again; {
		again = false
		for _, n := range slices.Clone(r.g.Nodes) {
			if slices.Contains(r.g.Nodes, n) && f(n) {
				r.index()
				again, changed = true, true
			}
		}
	}
	return changed
}

// private gives the node that makes v when one reader alone sees v.
func (r *rewriter) private(v *Value) *Node {
	if r.uses[v] != 1 || r.output[v] {
		return nil
	}
	return r.producer[v]
}

// remove takes a node out.
func (r *rewriter) remove(n *Node) {
	r.g.Nodes = slices.DeleteFunc(r.g.Nodes, func(m *Node) bool { return m == n })
}

// absorb lets p, whose only output is read by n alone, make n's output itself,
// and takes n out.
func (r *rewriter) absorb(p, n *Node) {
	p.Outputs[0] = n.Outputs[0]
	p.layers = append(slices.Clone(p.Layers()), n.Layers()...)
	r.remove(n)
}

// bypass takes out a node that changes nothing. It reports false where that
// would rename an input or output of the graph.
func (r *rewriter) bypass(n *Node) bool {
	in, out := n.Inputs[0], n.Outputs[0]
	if !r.output[out] {
		r.replace(out, in)
		r.remove(n)
		return true
	}
	p := r.producer[in]
	if p == nil || r.output[in] {
		return false
	}
	p.Outputs[slices.Index(p.Outputs, in)] = out
	r.replace(in, out)
	r.remove(n)
	return true
}

// replace makes every reader of old read v.
func (r *rewriter) replace(old, v *Value) {
	for _, n := range r.g.Nodes {
		for i := range n.Inputs {
			if n.Inputs[i] == old {
				n.Inputs[i] = v
			}
		}
	}
}
