package network

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// composeViews makes one of operators that move no data where that helps:
// permutations of permutations, reshapes of reshapes, the slice of a
// concatenation that is a slice of one part, and a softmax between permutations
// that cancel each other.
func (r *rewriter) composeViews(n *Node) bool {
	switch op := n.Op.(type) {
	case Transpose:
		return r.transposeTwice(n, op) || r.transposeAround(n, op)
	case Reshape:
		p := r.private(n.Inputs[0])
		if p == nil {
			return false
		}
		if _, ok := p.Op.(Reshape); ok {
			r.skip(n, p)
			return true
		}
	case Slice:
		return r.sliceOfConcat(n, op)
	}
	return false
}

// skip lets n read what p reads, and takes p out.
func (r *rewriter) skip(n, p *Node) {
	n.layers = append(slices.Clone(p.Layers()), n.Layers()...)
	r.setInputs(n, p.Inputs...)
	r.remove(p)
}

func (r *rewriter) transposeTwice(n *Node, op Transpose) bool {
	p := r.private(n.Inputs[0])
	if p == nil {
		return false
	}
	first, ok := p.Op.(Transpose)
	if !ok {
		return false
	}
	n.Op = Transpose{composed(first.Perm, op.Perm)}
	r.skip(n, p)
	return true
}

// composed is the permutation that does first and then second.
func composed(first, second []int) []int {
	perm := make([]int, len(first))
	for i, p := range second {
		perm[i] = first[p]
	}
	return perm
}

// transposeAround sees a softmax whose axis is brought to another place and back.
func (r *rewriter) transposeAround(n *Node, op Transpose) bool {
	p := r.private(n.Inputs[0])
	if p == nil || p.AddsLast || p.Act.On() {
		return false
	}
	soft, ok := p.Op.(Softmax)
	if !ok {
		return false
	}
	q := r.private(p.Inputs[0])
	if q == nil {
		return false
	}
	first, ok := q.Op.(Transpose)
	if !ok {
		return false
	}
	for i, d := range composed(first.Perm, op.Perm) {
		if i != d {
			return false
		}
	}
	axis, err := axisOf(soft.Axis, p.Inputs[0].Shape)
	if err != nil {
		return false
	}
	n.Op = Softmax{first.Perm[axis]}
	r.skip(n, p)
	r.skip(n, q)
	return true
}

// sliceOfConcat lets a slice read the one part of a concatenation that it is of.
func (r *rewriter) sliceOfConcat(n *Node, op Slice) bool {
	p := r.producer[n.Inputs[0]]
	if p == nil {
		return false
	}
	c, ok := p.Op.(Concat)
	if !ok {
		return false
	}
	axis, err := axisOf(op.Axis, n.Inputs[0].Shape)
	along, err2 := axisOf(c.Axis, n.Inputs[0].Shape)
	if err != nil || err2 != nil || axis != along {
		return false
	}
	start := 0
	for _, part := range p.Inputs {
		size := part.Shape[axis]
		if op.Start >= start && op.End <= start+size {
			n.Op = Slice{axis, op.Start - start, op.End - start, op.Step}
			r.setInputs(n, part)
			if len(r.readers[p.Outputs[0]]) == 0 && !r.output[p.Outputs[0]] {
				r.remove(p)
			}
			return true
		}
		start += size
	}
	return false
}

// joinCopies makes one copy of several: a permutation that no addressing can
// express, and the views behind it. It comes after activations have found their
// way through views.
func (r *rewriter) joinCopies(n *Node) bool {
	switch n.Op.(type) {
	case Reshape, Transpose, Concat, Slice, Gather:
	default:
		return false
	}
	joined := Rearrange{Op: n.Op}
	var inputs []*Value
	var layers []string
	var taken []*Node
	for _, v := range n.Inputs {
		p := r.private(v)
		if p == nil || !copies(p) || slices.Contains(inputs, v) {
			return false
		}
		from, ok := p.Op.(Rearrange)
		if !ok {
			from = Rearrange{p.Op, make([]Rearrange, len(p.Inputs))}
		}
		joined.From = append(joined.From, from)
		inputs, taken = append(inputs, p.Inputs...), append(taken, p)
		layers = append(layers, p.Layers()...)
	}
	n.Op, n.layers = joined, append(layers, n.Layers()...)
	r.setInputs(n, inputs...)
	for _, p := range taken {
		r.remove(p)
	}
	return true
}

// copies reports whether a node's output is a copy: a permutation that takes
// planes apart.
func copies(n *Node) bool {
	if _, ok := n.Op.(Rearrange); ok {
		return true
	}
	t, ok := n.Op.(Transpose)
	if !ok {
		return false
	}
	x := n.Inputs[0].Shape
	_, h, w := PlaneForm(x)
	return h*w > 1 && !wholePlanes(t, []tensor.Shape{x}, n.Outputs[0].Shape)
}
