package onnx

import (
	"math"
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

// importBatchNorm reads BatchNormalization-7 to -15 at inference.
func importBatchNorm(n *node) {
	n.ignore("momentum")
	if n.opset < 9 && n.integer("spatial", 1, 0, 1) == 0 {
		n.refuse("spatial 0")
	}
	if n.opset >= 14 && n.flag("training_mode", false) {
		n.refuse("training_mode 1; export the model for inference")
	}
	for i, what := range []string{"scale", "bias", "mean", "variance"} {
		n.knownFloats(i+1, what)
	}
	n.give(0, n.one(network.BatchNorm{Epsilon: n.epsilon()}, n.in...))
}

// importClip reads Clip-6, with its bounds as attributes, and Clip-11 to -13,
// with its bounds as inputs.
func importClip(n *node) {
	inf := float32(math.Inf(1))
	lo, hi := -inf, inf
	if n.opset < 11 {
		// The defaults are the largest numbers there are.
		lo, hi = n.number("min", lo), n.number("max", hi)
	} else {
		bound := func(i int, what string, absent float32) float32 {
			if n.input(i) == nil {
				return absent
			}
			t := n.knownFloats(i, what)
			if len(t.Data) != 1 || t.Data[0] != t.Data[0] {
				n.bad("%s is %v %v", what, t.Shape, t.Data[:min(len(t.Data), 1)])
			}
			return t.Data[0]
		}
		lo, hi = bound(1, "min", lo), bound(2, "max", hi)
	}
	if lo == -inf && hi == inf {
		importIdentity(n)
		return
	}
	n.give(0, n.one(network.Activate{Fn: network.Clip(lo, hi)}, n.in[0]))
}

// importIdentity passes the first input on.
func importIdentity(n *node) { n.give(0, n.one(network.Identity{}, n.in[0])) }

// importDropout reads Dropout-7 to -22, which does nothing at inference.
func importDropout(n *node) {
	n.ignore("ratio", "seed")
	if n.input(2) != nil {
		if v := n.knownInts(2, "training_mode"); len(v) != 1 || v[0] != 0 {
			n.refuse("training_mode 1; export the model for inference")
		}
	}
	if len(n.outs) > 1 && n.outs[1] != "" { // the mask of what is kept: all
		x := n.in[0].shape
		n.check(n.im.spend(x, 8))
		mask := &onnxfile.Tensor{Type: typeBool, Shape: x, Ints: slices.Repeat([]int64{1}, x.Size())}
		n.give(1, n.known(mask))
	}
	importIdentity(n)
}

// importCast converts constants, and lets through what stays floating-point.
func importCast(n *node) {
	n.ignore("saturate") // for 8-bit floating-point numbers alone
	x := n.in[0]
	if !n.has("to") {
		n.bad("attribute %q is missing", "to")
	}
	to := onnxpb.TensorProto_DataType(n.integer("to", 0, 0, math.MaxInt32))
	if x.known != nil {
		n.give(0, n.known(n.cast(x.known, to)))
		return
	}
	if to != onnxpb.TensorProto_FLOAT {
		n.refuse("of a computed value to %v, only FLOAT", to)
	}
	importIdentity(n)
}
