package onnx

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// importDepthToSpace reads DepthToSpace-1 to -13: channels become blocks of
// pixels.
func importDepthToSpace(n *node) {
	x, b := n.blocks()
	s := x.shape
	if s[1]%(b*b) != 0 {
		n.bad("%d channels in blocks of %dx%d", s[1], b, b)
	}
	c := s[1] / (b * b)
	mid, perm := tensor.Shape{s[0], b, b, c, s[2], s[3]}, []int{0, 3, 4, 1, 5, 2}
	switch mode := n.text("mode", "DCR"); mode {
	case "DCR":
	case "CRD":
		mid, perm = tensor.Shape{s[0], c, b, b, s[2], s[3]}, []int{0, 1, 4, 2, 5, 3}
	default:
		n.bad("mode %s", quote(mode))
	}
	n.rearrange(x, mid, perm, tensor.Shape{s[0], c, s[2] * b, s[3] * b})
}

// importSpaceToDepth reads SpaceToDepth-1 to -13: blocks of pixels become
// channels.
func importSpaceToDepth(n *node) {
	x, b := n.blocks()
	s := x.shape
	if s[2]%b != 0 || s[3]%b != 0 {
		n.bad("%v in blocks of %dx%d", s, b, b)
	}
	n.rearrange(x, tensor.Shape{s[0], s[1], s[2] / b, b, s[3] / b, b}, []int{0, 3, 5, 1, 2, 4}, tensor.Shape{s[0], s[1] * b * b, s[2] / b, s[3] / b})
}

func (n *node) blocks() (x *value, size int) {
	if x = n.in[0]; len(x.shape) != 4 {
		n.bad("input %v, NxCxHxW is wanted", x.shape)
	}
	if !n.has("blocksize") {
		n.bad("attribute %q is missing", "blocksize")
	}
	return x, n.integer("blocksize", 0, 1, maxWindow)
}

// rearrange reshapes, permutes and reshapes.
func (n *node) rearrange(x *value, mid tensor.Shape, perm []int, out tensor.Shape) {
	n.larger(x.shape)
	y := n.one(network.Transpose{Perm: perm}, n.one(network.Reshape{Shape: mid}, x))
	n.give(0, n.one(network.Reshape{Shape: out}, y))
}
