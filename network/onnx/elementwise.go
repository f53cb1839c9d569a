package onnx

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
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
	epsilon := n.number("epsilon", 1e-5)
	if epsilon < 0 || math.IsInf(float64(epsilon), 0) {
		n.bad("epsilon %v", epsilon)
	}
	n.give(0, n.one(network.BatchNorm{Epsilon: epsilon}, n.in...))
}

func importRelu(n *node) { n.give(0, n.one(network.Activate{Fn: network.ReLU()}, n.in[0])) }

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

// importSum reads Sum-6 to -13 as additions one after the other.
func importSum(n *node) {
	y := n.in[0]
	for i, v := range n.in {
		if v == nil {
			n.bad("input %d is missing", i)
		}
		if i > 0 {
			y = n.add(y, v)
		}
	}
	n.give(0, y)
}

func importAdd(n *node) { n.give(0, n.add(n.in[0], n.in[1])) }

// add is the sum of two values. A constant that has one number for each channel
// is the shift of a batch normalisation, which convolutions take over.
func (n *node) add(a, b *value) *value {
	switch {
	case a.known != nil && b.known != nil:
		return n.known(n.binary("Add", a.known, b.known))
	case a.known != nil:
		a, b = b, a
	}
	if b.known == nil {
		if !a.shape.Equal(b.shape) {
			n.refuse("broadcasting of %v and %v", a.shape, b.shape)
		}
		return n.one(network.Binary{Fn: network.FnAdd}, a, b)
	}
	n.sameShape(a, b)
	if shift := n.perChannel(b, a.shape); shift != nil {
		return n.affine(a, nil, shift)
	}
	return n.one(network.Binary{Fn: network.FnAdd}, a, n.expanded(b, a.shape))
}

// importSub reads Sub-7 to -14, where one operand is constant.
func importSub(n *node) {
	a, b := n.in[0], n.in[1]
	switch {
	case a.known != nil && b.known != nil:
		n.give(0, n.known(n.binary("Sub", a.known, b.known)))
	case b.known != nil:
		n.knownFloats(1, "the second operand")
		n.give(0, n.add(a, n.scaled(b, -1)))
	default:
		n.refuse("of a computed value")
	}
}

// importMul reads Mul-7 to -14, where one operand is a constant with one number
// for each channel.
func importMul(n *node) {
	a, b := n.in[0], n.in[1]
	if a.known != nil && b.known != nil {
		n.give(0, n.known(n.binary("Mul", a.known, b.known)))
		return
	}
	if a.known != nil {
		a, b = b, a
	}
	n.multiply(a, b, "product")
}

// importDiv is importMul by the reciprocal.
func importDiv(n *node) {
	a, b := n.in[0], n.in[1]
	switch {
	case a.known != nil && b.known != nil:
		n.give(0, n.known(n.binary("Div", a.known, b.known)))
	case b.known != nil:
		d := n.knownFloats(1, "the divisor")
		n.check(n.im.spend(d.Shape, 4))
		r := tensor.New(d.Shape...)
		for i, v := range d.Data {
			r.Data[i] = 1 / v
		}
		n.multiply(a, n.constant("reciprocal", r), "quotient")
	default:
		n.refuse("by a computed value")
	}
}

func (n *node) multiply(a, b *value, what string) {
	if b.known == nil {
		n.refuse("%s of computed values %v and %v", what, a.shape, b.shape)
	}
	n.sameShape(a, b)
	scale := n.perChannel(b, a.shape)
	if scale == nil {
		n.refuse("%s of %v and constants %v, only one a channel", what, a.shape, b.shape)
	}
	n.give(0, n.affine(a, scale, nil))
}

// sameShape refuses constants that would make a larger.
func (n *node) sameShape(a, b *value) {
	if b.known.Floats == nil {
		n.refuse("%s is of type %v, only floating-point numbers", quote(b.name), b.known.Type)
	}
	if s, ok := broadcast(a.shape, b.shape); !ok {
		n.bad("%v and %v", a.shape, b.shape)
	} else if !s.Equal(a.shape) {
		n.refuse("broadcasting of %v and %v", a.shape, b.shape)
	}
}

// perChannel gives the one number that a constant, broadcast to shape, has for
// each channel, or nil if it has more.
func (n *node) perChannel(c *value, shape tensor.Shape) []float32 {
	if len(shape) < 2 {
		return nil
	}
	at := len(c.shape) - (len(shape) - 1) // of the channels in c
	for d, size := range c.shape {
		if d != at && size != 1 {
			return nil
		}
	}
	channels := make([]float32, shape[1])
	for i := range channels {
		channels[i] = c.known.Floats[i%len(c.known.Floats)]
	}
	return channels
}

// affine is scale·x + shift by channel, as a batch normalisation of variance 1.
func (n *node) affine(x *value, scale, shift []float32) *value {
	c := x.shape[1]
	n.check(n.im.spend(tensor.Shape{4, c}, 4))
	vector := func(name string, data []float32, fill float32) *value {
		if data == nil {
			data = make([]float32, c)
			for i := range data {
				data[i] = fill
			}
		}
		return n.constant(name, tensor.FromSlice(data, c))
	}
	return n.one(network.BatchNorm{}, x, vector("scale", scale, 1), vector("shift", shift, 0), vector("mean", nil, 0), vector("variance", nil, 1))
}
