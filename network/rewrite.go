package network

import "slices"

// rewriter edits a graph in place. Its passes find a pattern at a node, change
// it, and report whether they did. What they look up is kept up to date edit by
// edit, so that optimising takes time in proportion to the graph.
//
// A node that has been taken out leaves nil in the graph's list until compact.
type rewriter struct {
	g        *Graph
	place    map[*Node]int // in the graph's list
	producer map[*Value]*Node
	readers  map[*Value][]*Node // a node once for every input that it reads the value by
	output   map[*Value]bool
}

func newRewriter(g *Graph) *rewriter {
	r := &rewriter{g: g, place: map[*Node]int{}, producer: map[*Value]*Node{}, readers: map[*Value][]*Node{}, output: map[*Value]bool{}}
	for i, n := range g.Nodes {
		r.place[n] = i
		r.link(n)
		for _, v := range n.Outputs {
			r.producer[v] = n
		}
	}
	for _, v := range g.Outputs {
		r.output[v] = true
	}
	return r
}

// each calls f on every node, in order, until f changes the graph no more.
func (r *rewriter) each(f func(*Node) bool) (changed bool) {
	for again := true; again; {
		again = false
		for i := range r.g.Nodes {
			if n := r.g.Nodes[i]; n != nil && f(n) {
				again, changed = true, true
			}
		}
	}
	r.compact()
	return changed
}

// compact closes the gaps that nodes have left.
func (r *rewriter) compact() {
	r.g.Nodes = slices.DeleteFunc(r.g.Nodes, func(n *Node) bool { return n == nil })
	for i, n := range r.g.Nodes {
		r.place[n] = i
	}
}

// private gives the node that makes v when one reader alone sees v.
func (r *rewriter) private(v *Value) *Node {
	if len(r.readers[v]) != 1 || r.output[v] {
		return nil
	}
	return r.producer[v]
}

func (r *rewriter) link(n *Node) {
	for _, v := range n.Inputs {
		if v != nil {
			r.readers[v] = append(r.readers[v], n)
		}
	}
}

func (r *rewriter) unlink(n *Node) {
	for _, v := range n.Inputs {
		if v != nil {
			i := slices.Index(r.readers[v], n)
			r.readers[v] = slices.Delete(r.readers[v], i, i+1)
		}
	}
}

// setInputs lets n read other values.
func (r *rewriter) setInputs(n *Node, inputs ...*Value) {
	r.unlink(n)
	n.Inputs = inputs
	r.link(n)
}

// setOutput lets n make another value in the place of output i.
func (r *rewriter) setOutput(n *Node, i int, v *Value) {
	delete(r.producer, n.Outputs[i])
	n.Outputs[i] = v
	r.producer[v] = n
}

// remove takes a node out.
func (r *rewriter) remove(n *Node) {
	r.unlink(n)
	for _, v := range n.Outputs {
		delete(r.producer, v)
	}
	r.g.Nodes[r.place[n]] = nil
	delete(r.place, n)
}

// absorb lets p, whose only output is read by n alone, make n's output itself,
// and takes n out.
func (r *rewriter) absorb(p, n *Node) {
	r.remove(n)
	r.setOutput(p, 0, n.Outputs[0])
	p.Beyond = n.Beyond
	p.layers = append(p.Layers(), n.Layers()...) // its own since clone
}

// moveTo puts p, which comes earlier, where n stands, and takes n out. Nothing
// between them may read what p makes.
func (r *rewriter) moveTo(p, n *Node) {
	from, to := r.place[p], r.place[n]
	r.absorb(p, n)
	r.g.Nodes[from], r.g.Nodes[to] = nil, p
	r.place[p] = to
}

// bypass takes out a node that changes nothing. It reports false where that
// would rename an input or output of the graph.
func (r *rewriter) bypass(n *Node) bool {
	in, out := n.Inputs[0], n.Outputs[0]
	if !r.output[out] {
		r.remove(n)
		r.replace(out, in)
		return true
	}
	p := r.producer[in]
	if p == nil || r.output[in] {
		return false
	}
	r.remove(n)
	r.setOutput(p, slices.Index(p.Outputs, in), out)
	p.Beyond = n.Beyond
	r.replace(in, out)
	return true
}

// replace makes every reader of old read v.
func (r *rewriter) replace(old, v *Value) {
	for _, n := range r.readers[old] {
		n.Inputs[slices.Index(n.Inputs, old)] = v
	}
	r.readers[v] = append(r.readers[v], r.readers[old]...)
	delete(r.readers, old)
}
