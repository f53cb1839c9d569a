package onnx

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// importInstanceNorm reads InstanceNormalization-6 to -22.
func importInstanceNorm(n *node) {
	x := n.in[0]
	n.knownFloats(1, "scale")
	n.knownFloats(2, "bias")
	epsilon := n.epsilon()
	s := x.shape
	if len(s) < 3 {
		n.bad("input %v, NxCxL or NxCxHxW is wanted", s)
	}
	if len(s) > 4 {
		x = n.one(network.Reshape{Shape: tensor.Shape{s[0], s[1], s[2:].Size()}}, x)
	}
	n.give(0, n.shaped(n.one(network.InstanceNorm{Epsilon: epsilon}, x, n.in[1], n.in[2]), s))
}

// epsilon is what normalisations add to a variance.
func (n *node) epsilon() float32 {
	e := n.number("epsilon", 1e-5)
	if e < 0 || math.IsInf(float64(e), 0) {
		n.bad("epsilon %v", e)
	}
	return e
}

// importLRN reads LRN-1 to -13.
func importLRN(n *node) {
	if !n.has("size") {
		n.bad("attribute %q is missing", "size")
	}
	op := network.LRN{Size: n.integer("size", 0, 1, maxWindow), Alpha: n.number("alpha", 1e-4), Beta: n.number("beta", 0.75), Bias: n.number("bias", 1)}
	x := n.in[0]
	s := x.shape
	if len(s) < 2 {
		n.bad("input %v has no channels", s)
	}
	if len(s) < 3 || len(s) > 4 {
		x = n.one(network.Reshape{Shape: tensor.Shape{s[0], s[1], s[2:].Size()}}, x)
	}
	n.give(0, n.shaped(n.one(op, x), s))
}
