package onnx

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// binaryFns are the functions of two operands, computed or constant.
var binaryFns = map[string]network.BinaryFn{
	"Add": network.FnAdd, "Sum": network.FnAdd, "Sub": network.FnSub, "Mul": network.FnMul,
	"Div": network.FnDiv, "Max": network.FnMax, "Min": network.FnMin,
}

// importBinary reads Add-7 to -14 and the like, and Sum-6, Max-6, Min-6 to -13
// as functions of two operands one after the other.
func importBinary(n *node) {
	for i, v := range n.in {
		if v == nil {
			n.bad("input %d is missing", i)
		}
	}
	y := n.in[0]
	for _, v := range n.in[1:] {
		y = n.combine(n.kind, y, v)
	}
	n.give(0, y)
}

// combine applies a function to two values, at load where both are known.
func (n *node) combine(kind string, a, b *value) *value {
	if a.known != nil && b.known != nil {
		return n.known(n.binary(kind, a.known, b.known))
	}
	for _, v := range []*value{a, b} {
		if v.known != nil && v.known.Floats == nil {
			n.refuse("%s is of type %v, only floating-point numbers", quote(v.name), v.known.Type)
		}
	}
	shape, ok := broadcast(a.shape, b.shape)
	if !ok {
		n.bad("%v and %v", a.shape, b.shape)
	}
	if fn, x := clipOf(kind, a, b); fn.On() && x.shape.Equal(shape) {
		return n.one(network.Activate{Fn: fn}, x)
	}
	return n.one(network.Binary{Fn: binaryFns[kind]}, a, b)
}

// clipOf sees a maximum or minimum with one constant number as an activation,
// which other operators take over.
func clipOf(kind string, a, b *value) (network.Activation, *value) {
	if a.known != nil {
		a, b = b, a
	}
	if b.known == nil || len(b.known.Floats) != 1 || b.known.Floats[0] != b.known.Floats[0] {
		return network.Activation{}, nil
	}
	inf := float32(math.Inf(1))
	switch bound := b.known.Floats[0]; kind {
	case "Max":
		return network.Clip(bound, inf), a
	case "Min":
		return network.Clip(-inf, bound), a
	}
	return network.Activation{}, nil
}

// scalar is a constant of one number.
func (n *node) scalar(suffix string, v float32) *value {
	return &value{name: n.name + "." + suffix, shape: tensor.Shape{}, known: floatsOf([]float32{v}, tensor.Shape{})}
}

// importPRelu reads PRelu-6 to -16: the slope is stretched to the input. Some
// exporters write one slope a channel without the dimensions behind, as before
// operator set 7.
func importPRelu(n *node) {
	x, slope := n.in[0], n.in[1]
	shape, ok := broadcast(x.shape, slope.shape)
	if !ok && len(slope.shape) == 1 && len(x.shape) > 2 && slope.shape[0] == x.shape[1] || n.opset < 7 && len(slope.shape) == 1 && slope.shape[0] > 1 {
		full := tensor.Shape{slope.shape[0]}
		for range x.shape[min(2, len(x.shape)):] {
			full = append(full, 1)
		}
		slope = n.one(network.Reshape{Shape: full}, slope)
		shape, ok = broadcast(x.shape, slope.shape)
	}
	if !ok || !shape.Equal(x.shape) {
		n.bad("slopes %v of %v", slope.shape, x.shape)
	}
	if k := slope.known; k != nil && len(k.Floats) == 1 {
		n.give(0, n.one(network.Activate{Fn: network.Activation{Fn: network.FnLeakyReLU, A: k.Floats[0]}}, x))
		return
	}
	n.give(0, n.one(network.Binary{Fn: network.FnPReLU}, x, slope))
}

// importPow reads Pow-7 to -15 of constants, and of computed values with the
// exponents that normalisations are written with.
func importPow(n *node) {
	x, e := n.in[0], n.in[1]
	if x.known != nil || e.known == nil || e.shape.Size() != 1 || len(e.shape) > len(x.shape) {
		knownBinary(n)
		return
	}
	var exponent float64
	if e.known.Floats != nil {
		exponent = float64(e.known.Floats[0])
	} else {
		exponent = float64(e.known.Ints[0])
	}
	switch exponent {
	case 0.5:
		n.give(0, n.one(network.Activate{Fn: network.Activation{Fn: network.FnSqrt}}, x))
	case 1:
		importIdentity(n)
	case 2:
		n.give(0, n.combine("Mul", x, x))
	case 3:
		n.give(0, n.combine("Mul", n.combine("Mul", x, x), x))
	default:
		n.refuse("to the power of %v", exponent)
	}
}

// importReciprocal reads Reciprocal-6 to -13.
func importReciprocal(n *node) { n.give(0, n.combine("Div", n.scalar("one", 1), n.in[0])) }

// importNeg and importAbs also take computed values.
func importNeg(n *node) {
	if n.in[0].known != nil {
		knownUnary(n)
		return
	}
	n.give(0, n.combine("Mul", n.in[0], n.scalar("minus", -1)))
}

func importAbs(n *node) {
	if n.in[0].known != nil {
		knownUnary(n)
		return
	}
	n.give(0, n.combine("Max", n.in[0], n.combine("Mul", n.in[0], n.scalar("minus", -1))))
}
