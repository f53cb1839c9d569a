package onnx

import (
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// importReshape reads Reshape-5 to -21. A 0 keeps the input's dimension unless
// allowzero is set; -1 stands for what is left.
func importReshape(n *node) {
	x := n.in[0]
	target := n.knownInts(1, "shape")
	allowZero := n.opset >= 14 && n.flag("allowzero", false)
	if len(target) > maxRank {
		n.refuse("to %d dimensions", len(target))
	}
	shape, rest, open := make(tensor.Shape, len(target)), 1, -1
	for i, d := range target {
		switch {
		case d == -1 && open >= 0:
			n.bad("to %v", target)
		case d == -1:
			open = i
			continue
		case d == 0 && !allowZero:
			if i >= len(x.shape) {
				n.bad("%v to %v", x.shape, target)
			}
			d = int64(x.shape[i])
		}
		if d < 0 || d > maxDim || int64(rest)*d > maxDim {
			n.bad("%v to %v", x.shape, target)
		}
		shape[i] = int(d)
		rest *= int(d)
	}
	if open >= 0 {
		if rest == 0 || x.shape.Size()%rest != 0 {
			n.bad("%v to %v", x.shape, target)
		}
		shape[open] = x.shape.Size() / rest
	}
	n.reshape(x, shape)
}

// reshape gives x as output 0 in another shape of the same size.
func (n *node) reshape(x *value, shape tensor.Shape) {
	if x.shape.Size() != shape.Size() {
		n.bad("%v to %v", x.shape, shape)
	}
	if len(shape) > maxRank {
		n.refuse("to %d dimensions", len(shape))
	}
	n.give(0, n.one(network.Reshape{Shape: shape}, x))
}

// importFlatten reads Flatten-1 to -21: a matrix of the axes before axis and
// those from it on.
func importFlatten(n *node) {
	x := n.in[0]
	axis := n.integer("axis", 1, -maxRank, maxRank)
	if axis != len(x.shape) {
		axis = n.axis(int64(axis), len(x.shape))
	}
	n.reshape(x, tensor.Shape{x.shape[:axis].Size(), x.shape[axis:].Size()})
}

// importSqueeze reads Squeeze-1 to -21: it drops axes of size 1.
func importSqueeze(n *node) {
	x := n.in[0]
	list, given := n.parameter("axes", 1, 13)
	drop := n.axes(list, len(x.shape))
	shape := tensor.Shape{}
	for d, size := range x.shape {
		if !slices.Contains(drop, d) && (given || size != 1) {
			shape = append(shape, size)
		} else if size != 1 {
			n.bad("axis %d of %v", d, x.shape)
		}
	}
	n.reshape(x, shape)
}

// importUnsqueeze reads Unsqueeze-1 to -21: it adds axes of size 1, counted in
// the result.
func importUnsqueeze(n *node) {
	x := n.in[0]
	list, given := n.parameter("axes", 1, 13)
	if !given {
		n.bad("axes are missing")
	}
	rank := len(x.shape) + len(list)
	if rank > maxRank {
		n.refuse("to %d dimensions", rank)
	}
	add := n.axes(list, rank)
	shape, left := make(tensor.Shape, rank), x.shape
	for d := range shape {
		if slices.Contains(add, d) {
			shape[d] = 1
		} else {
			shape[d], left = left[0], left[1:]
		}
	}
	n.reshape(x, shape)
}

// importTranspose reads Transpose-1 to -21; without perm it reverses the axes.
func importTranspose(n *node) {
	x := n.in[0]
	rank := len(x.shape)
	perm := make([]int, rank)
	if list, ok := n.integers("perm"); ok {
		if len(list) != rank || slices.ContainsFunc(list, func(a int64) bool { return a < 0 }) {
			n.bad("perm %v of %v", list[:min(len(list), maxRank)], x.shape)
		}
		perm = n.axes(list, rank)
	} else {
		for i := range perm {
			perm[i] = rank - 1 - i
		}
	}
	if rank == 0 {
		importIdentity(n)
		return
	}
	n.give(0, n.one(network.Transpose{Perm: perm}, x))
}
