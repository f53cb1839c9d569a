package onnx

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// importExpand reads Expand-8 to -13.
func importExpand(n *node) {
	shape := n.dims(n.knownInts(1, "shape"))
	x := n.in[0]
	full, ok := broadcast(x.shape, shape)
	if !ok {
		n.bad("%v to %v", x.shape, shape)
	}
	if x.known != nil {
		n.give(0, n.known(n.expand(x.known, full)))
		return
	}
	n.larger(full)
	ones := make(tensor.Shape, len(full))
	for i := range ones {
		ones[i] = 1
	}
	copy(ones[len(full)-len(x.shape):], x.shape)
	if x = n.shaped(x, ones); !x.shape.Equal(full) {
		x = n.one(network.Expand{Shape: full}, x)
	}
	n.give(0, x)
}

// importTile reads Tile-6 to -13.
func importTile(n *node) {
	x, repeats := n.in[0], n.knownInts(1, "repeats")
	if len(repeats) != len(x.shape) {
		n.bad("%d repeats of %v", len(repeats), x.shape)
	}
	shape := x.shape.Clone()
	for d, r := range repeats {
		if r < 0 || r > maxDim {
			n.bad("repeats %v", repeats)
		}
		if r == 0 && x.known == nil {
			n.refuse("no elements")
		}
		if shape[d] *= int(r); shape[d] > maxDim {
			n.bad("repeats %v of %v", repeats, x.shape)
		}
	}
	if x.known == nil {
		n.larger(shape)
	} else {
		n.check(n.im.spend(shape, 16))
	}
	for d, size := range shape {
		if size == x.shape[d] {
			continue
		}
		list := make([]int, size)
		for i := range list {
			list[i] = i % max(x.shape[d], 1)
		}
		if x.known != nil {
			x = n.known(n.pick(x.known, d, list, resized(x.shape, d, size)))
		} else {
			x = n.one(network.Gather{Axis: d, Indices: list}, x)
		}
	}
	n.give(0, x)
}

// larger refuses to make more elements than a plan can address one by one.
func (n *node) larger(shape tensor.Shape) {
	size := 1
	for _, d := range shape {
		if size *= d; size > maxViewed {
			n.refuse("%v has more than %d elements", shape, maxViewed)
		}
	}
}
