package onnx

import (
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// importPad reads Pad-2 to -21 in constant mode. Zeros around a feature map are
// left to the convolution or average that reads them, as far as it can take
// them; other readers get them joined on.
func importPad(n *node) {
	x := n.in[0]
	if mode := n.text("mode", "constant"); mode != "constant" {
		n.refuse("mode %s", quote(mode))
	}
	before, after := n.padAmounts(len(x.shape))
	fill := n.padValue()
	shape := x.shape.Clone()
	edge, spatial := padding{}, fill == 0 && len(shape) == 4 && x.known == nil && x.pad == nil
	for d := range shape {
		if min(before[d], after[d]) < 0 || max(before[d], after[d]) > maxWindow {
			spatial = false
		}
		if shape[d] += before[d] + after[d]; shape[d] < 1 || shape[d] > maxElements {
			n.bad("pads %v and %v of %v", before, after, x.shape)
		}
		spatial = spatial && (d >= 2 || before[d]+after[d] == 0)
	}
	switch {
	case x.shape.Equal(shape) && x.known == nil && slices.Min(append(before, 0)) == 0:
		n.give(0, n.one(network.Identity{}, x))
	case spatial:
		edge = padding{before[2], before[3], after[2], after[3]}
		v := &value{shape: shape, pad: &edge}
		v.unpadded = x
		n.own(v)
		n.give(0, v)
	default:
		n.give(0, n.join(x, before, after, fill))
	}
}

// padAmounts gives the elements before and after each axis; negative ones are
// cut off.
func (n *node) padAmounts(rank int) (before, after []int) {
	list, ok := n.parameter("pads", 1, 11)
	if !ok {
		n.bad("pads are missing")
	}
	var axes []int
	if n.input(3) != nil {
		axes = n.axes(n.knownInts(3, "axes"), rank)
	} else {
		for d := range rank {
			axes = append(axes, d)
		}
	}
	if len(list) != 2*len(axes) {
		n.bad("%d pads for %d axes", len(list), len(axes))
	}
	before, after = make([]int, rank), make([]int, rank)
	for i, d := range axes {
		for side, p := range map[int]int64{0: list[i], 1: list[i+len(axes)]} {
			if p < -maxElements || p > maxElements {
				n.bad("a pad of %d", p)
			}
			[][]int{before, after}[side][d] = int(p)
		}
	}
	return before, after
}

func (n *node) padValue() float32 {
	if n.opset < 11 {
		return n.number("value", 0)
	}
	if n.input(2) == nil {
		return 0
	}
	v := n.knownFloats(2, "constant_value")
	if len(v.Data) != 1 {
		n.bad("constant_value is %v", v.Shape)
	}
	return v.Data[0]
}

// join adds elements to a value by concatenation with constants.
func (n *node) join(x *value, before, after []int, fill float32) *value {
	for d := range x.shape {
		lo, hi := max(-before[d], 0), max(-after[d], 0)
		if lo+hi >= x.shape[d] {
			n.refuse("pads cut off all of axis %d of %v", d, x.shape)
		}
		if lo+hi > 0 {
			x = n.one(network.Slice{Axis: d, Start: lo, End: x.shape[d] - hi, Step: 1}, x)
		}
		parts := []*value{x}
		if before[d] > 0 {
			parts = append([]*value{n.filled(x.shape, d, before[d], fill)}, parts...)
		}
		if after[d] > 0 {
			parts = append(parts, n.filled(x.shape, d, after[d], fill))
		}
		if len(parts) > 1 {
			x = n.one(network.Concat{Axis: d}, parts...)
		}
	}
	return x
}

// filled is a constant of the given shape, but for the size of one axis.
func (n *node) filled(shape tensor.Shape, axis, size int, fill float32) *value {
	shape = shape.Clone()
	shape[axis] = size
	n.check(n.im.spend(shape, 4))
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = fill
	}
	return n.constant("fill", t)
}

// unpadded gives the value and the zeros that a Pad wants around it, for a
// reader that pads itself.
func (n *node) unpadded(v *value) (*value, padding) {
	if v.pad == nil {
		return v, padding{}
	}
	return v.unpadded, *v.pad
}

// padded computes the output of a Pad whose reader cannot pad.
func (n *node) padded(v *value) *value {
	p := *v.pad
	return n.join(v.unpadded, []int{0, 0, p.Top, p.Left}, []int{0, 0, p.Bottom, p.Right}, 0)
}
