package onnx

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/tensor"
)

// importPad reads Pad-2 to -21. Zeros around a feature map are left to the
// convolution or average that reads them, as far as it can take them, and minus
// infinities to a maximum; other readers get a padded copy.
func importPad(n *node) {
	x := n.in[0]
	modes := map[string]network.PadMode{"constant": network.PadConstant, "edge": network.PadEdge, "reflect": network.PadReflect, "wrap": network.PadWrap}
	name := n.text("mode", "constant")
	mode, ok := modes[name]
	if !ok {
		n.bad("mode %s", quote(name))
	}
	before, after := n.padAmounts(len(x.shape))
	fill := n.padValue()
	shape := x.shape.Clone()
	alone := mode == network.PadConstant && (fill == 0 || fill <= -math.MaxFloat32) && len(shape) == 4 && x.known == nil && x.pad == nil
	changed := false
	for d := range shape {
		if min(before[d], after[d]) < 0 || max(before[d], after[d]) > maxWindow {
			alone = false
		}
		if shape[d] += before[d] + after[d]; shape[d] < 1 || shape[d] > maxElements {
			n.bad("pads %v and %v of %v", before, after, x.shape)
		}
		alone = alone && (d >= 2 || before[d]+after[d] == 0)
		changed = changed || before[d] != 0 || after[d] != 0
	}
	switch {
	case !changed:
		importIdentity(n)
	case alone:
		edge := padding{before[2], before[3], after[2], after[3]}
		v := &value{shape: shape, pad: &edge, fill: fill, unpadded: x}
		n.own(v)
		n.give(0, v)
	default:
		n.give(0, n.around(x, mode, before, after, fill))
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
	if k := n.in[2].known; k != nil && len(k.Ints) == 1 && k.Ints[0] == int64(float32(k.Ints[0])) {
		return float32(k.Ints[0])
	}
	v := n.knownFloats(2, "constant_value")
	if len(v.Data) != 1 {
		n.bad("constant_value is %v", v.Shape)
	}
	return v.Data[0]
}

// around pads a value, or crops it where amounts are negative. Rows and columns
// of feature maps are padded in one go; what lies along other axes is cut off,
// repeated or joined on.
func (n *node) around(x *value, mode network.PadMode, before, after []int, fill float32) *value {
	for d := range x.shape {
		lo, hi := max(-before[d], 0), max(-after[d], 0)
		if lo+hi >= x.shape[d] {
			n.refuse("pads cut off all of axis %d of %v", d, x.shape)
		}
		if lo+hi > 0 {
			x = n.one(network.Slice{Axis: d, Start: lo, End: x.shape[d] - hi, Step: 1}, x)
		}
	}
	rank := len(x.shape)
	rows, columns, wanted := network.Keep(1), network.Keep(1), false
	for d := range x.shape {
		lo, hi := max(before[d], 0), max(after[d], 0)
		inside := x.known == nil && rank > 2 && (d == rank-1 || d == rank-2 && rank > 3)
		if !inside && lo+hi == 0 {
			continue
		}
		if !inside && mode == network.PadConstant {
			x = n.join(x, d, lo, hi, fill)
			continue
		}
		if x.shape[d]+lo+hi > maxSide {
			n.refuse("%d elements along axis %d", x.shape[d]+lo+hi, d)
		}
		taps := network.PadTaps(mode, x.shape[d], lo, hi)
		switch {
		case !inside:
			list := make([]int, len(taps))
			for i, t := range taps {
				list[i] = t[0].From
			}
			x = n.take(x, d, list)
		case d == rank-1:
			columns, wanted = taps, wanted || lo+hi > 0
		default:
			rows, wanted = taps, wanted || lo+hi > 0
		}
	}
	if wanted {
		x = n.one(network.Resample{What: "Pad", Rows: rows, Columns: columns, Fill: fill}, x)
	}
	return x
}

// join adds constant elements to a value along one axis.
func (n *node) join(x *value, axis, before, after int, fill float32) *value {
	parts := []*value{x}
	if before > 0 {
		parts = append([]*value{n.filled(x, axis, before, fill)}, parts...)
	}
	if after > 0 {
		parts = append(parts, n.filled(x, axis, after, fill))
	}
	return n.one(network.Concat{Axis: axis}, parts...)
}

// filled is a constant of a value's shape and type, but for the size of one axis.
func (n *node) filled(x *value, axis, size int, fill float32) *value {
	shape := resized(x.shape, axis, size)
	if x.known != nil && x.known.Floats == nil {
		n.check(n.im.spend(shape, 8))
		y := &onnxfile.Tensor{Type: x.known.Type, Shape: shape, Ints: make([]int64, shape.Size())}
		for i := range y.Ints {
			y.Ints[i] = int64(fill)
		}
		return n.known(y)
	}
	n.check(n.im.spend(shape, 4))
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = fill
	}
	v := n.constant("fill", t)
	if x.known != nil {
		v.known.Type = x.known.Type
	}
	return v
}

// unpadded gives the value and the elements of one number that a Pad wants around
// it, for a reader that pads itself.
func (n *node) unpadded(v *value, fill float32) (*value, padding) {
	if v.pad == nil || v.fill != fill {
		return v, padding{}
	}
	return v.unpadded, *v.pad
}

// padded computes the output of a Pad whose reader cannot pad.
func (n *node) padded(v *value) *value {
	p := *v.pad
	return n.around(v.unpadded, network.PadConstant, []int{0, 0, p.Top, p.Left}, []int{0, 0, p.Bottom, p.Right}, v.fill)
}
