package onnx

import (
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

// attribute takes an attribute, nil if it is absent.
func (n *node) attribute(name string, kind onnxpb.AttributeProto_AttributeType) *onnxpb.AttributeProto {
	a := n.attrs[name]
	if a == nil {
		return nil
	}
	if a.GetRefAttrName() != "" {
		n.bad("attribute %s refers to one of a function", quote(name))
	}
	if a.GetType() != kind {
		n.bad("attribute %s is of type %v, not %v", quote(name), a.GetType(), kind)
	}
	delete(n.attrs, name)
	return a
}

// ignore takes attributes that mean nothing at inference.
func (n *node) ignore(names ...string) {
	for _, name := range names {
		delete(n.attrs, name)
	}
}

// has reports whether an attribute is given.
func (n *node) has(name string) bool { return n.attrs[name] != nil }

// integer is an attribute between two bounds.
func (n *node) integer(name string, absent, least, most int) int {
	a := n.attribute(name, onnxpb.AttributeProto_INT)
	if a == nil {
		return absent
	}
	v := a.GetI()
	if v < int64(least) || v > int64(most) {
		n.bad("attribute %s is %d, not in %d to %d", quote(name), v, least, most)
	}
	return int(v)
}

// flag is an integer attribute that is 0 or 1.
func (n *node) flag(name string, absent bool) bool {
	def := 0
	if absent {
		def = 1
	}
	return n.integer(name, def, 0, 1) == 1
}

// number is a floating-point attribute.
func (n *node) number(name string, absent float32) float32 {
	a := n.attribute(name, onnxpb.AttributeProto_FLOAT)
	if a == nil {
		return absent
	}
	if a.GetF() != a.GetF() {
		n.bad("attribute %s is not a number", quote(name))
	}
	return a.GetF()
}

// text is a string attribute.
func (n *node) text(name, absent string) string {
	if a := n.attribute(name, onnxpb.AttributeProto_STRING); a != nil {
		return string(a.GetS())
	}
	return absent
}

// integers is a list of integers; ok if it is given.
func (n *node) integers(name string) (list []int64, ok bool) {
	a := n.attribute(name, onnxpb.AttributeProto_INTS)
	return a.GetInts(), a != nil
}

// tensor is a tensor attribute, nil if it is absent.
func (n *node) tensor(name string) *onnxfile.Tensor {
	a := n.attribute(name, onnxpb.AttributeProto_TENSOR)
	if a == nil {
		return nil
	}
	t, err := onnxfile.Decode(a.GetT())
	n.check(err)
	n.check(empty(t.Shape))
	if len(t.Shape) > maxRank {
		n.refuse("a tensor of %d dimensions", len(t.Shape))
	}
	return t
}

// parameter is a list of integers that was an attribute before the operator set
// since, and is input i from then on; ok if it is given.
func (n *node) parameter(name string, i, since int) (list []int64, ok bool) {
	if n.opset < since {
		return n.integers(name)
	}
	if n.input(i) == nil {
		return nil, false
	}
	return n.knownInts(i, name), true
}

// axis counts an axis from the front.
func (n *node) axis(a int64, rank int) int {
	if a < int64(-rank) || a >= int64(rank) {
		n.bad("axis %d of %d dimensions", a, rank)
	}
	if a < 0 {
		a += int64(rank)
	}
	return int(a)
}

// axes counts axes from the front, each of which is named once.
func (n *node) axes(list []int64, rank int) []int {
	seen := make([]bool, rank)
	var axes []int
	for _, a := range list {
		d := n.axis(a, rank)
		if seen[d] {
			n.bad("axis %d is named twice", d)
		}
		seen[d] = true
		axes = append(axes, d)
	}
	return axes
}

// floats is a list of floating-point numbers.
func (n *node) floats(name string) []float32 {
	return n.attribute(name, onnxpb.AttributeProto_FLOATS).GetFloats()
}
