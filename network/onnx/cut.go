package onnx

import (
	"slices"

	"github.com/shufflegl/shufflegl/network"
)

// importConcat reads Concat-4 to -13.
func importConcat(n *node) {
	if i := slices.Index(n.in, nil); i >= 0 {
		n.bad("input %d is missing", i)
	}
	if !n.has("axis") {
		n.bad("attribute %q is missing", "axis")
	}
	rank := len(n.in[0].shape)
	axis := n.axis(int64(n.integer("axis", 0, -maxRank, maxRank)), rank)
	for _, v := range n.in {
		if len(v.shape) != rank {
			n.bad("%v and %v", n.in[0].shape, v.shape)
		}
		for d := range v.shape {
			if d != axis && v.shape[d] != n.in[0].shape[d] {
				n.bad("%v and %v along axis %d", n.in[0].shape, v.shape, axis)
			}
		}
	}
	n.give(0, n.one(network.Concat{Axis: axis}, n.in...))
}

// importSplit reads Split-2 to -18: parts of given sizes, or as equal as they
// can be.
func importSplit(n *node) {
	x := n.in[0]
	axis := n.axis(int64(n.integer("axis", 0, -maxRank, maxRank)), len(x.shape))
	size := x.shape[axis]
	sizes, given := n.parameter("split", 1, 13)
	count := len(n.outs)
	if n.opset >= 18 && n.has("num_outputs") {
		if count = n.integer("num_outputs", 0, 1, maxNodes); given || count != len(n.outs) {
			n.bad("num_outputs %d with %d outputs", count, len(n.outs))
		}
	}
	if !given {
		if count == 0 || size%count != 0 && n.opset < 18 {
			n.bad("%d equal parts of axis %d of %v", count, axis, x.shape)
		}
		part := (size + count - 1) / count
		for i := range count {
			sizes = append(sizes, int64(max(min(part, size-i*part), 0)))
		}
	}
	op, sum := network.Split{Axis: axis}, 0
	for _, s := range sizes {
		if s < 0 || s > int64(size) {
			n.bad("a part of %d of axis %d of %v", s, axis, x.shape)
		}
		if s == 0 && x.known == nil {
			n.refuse("an empty part")
		}
		op.Sizes = append(op.Sizes, int(s))
		sum += int(s)
	}
	if len(sizes) != len(n.outs) || sum != size {
		n.bad("%d parts, %d in all, of axis %d of %v for %d outputs", len(sizes), sum, axis, x.shape, len(n.outs))
	}
	for i, v := range n.apply(op, x) {
		n.give(i, v)
	}
}

// importSlice reads Slice-1, with its bounds as attributes, and Slice-10 to -13,
// with its bounds as inputs. Bounds beyond the axis mean its ends.
func importSlice(n *node) {
	x := n.in[0]
	starts, ok1 := n.parameter("starts", 1, 10)
	ends, ok2 := n.parameter("ends", 2, 10)
	list, given := n.parameter("axes", 3, 10)
	if !ok1 || !ok2 || len(starts) != len(ends) || given && len(list) != len(starts) {
		n.bad("%d starts, %d ends, %d axes", len(starts), len(ends), len(list))
	}
	if !given {
		for d := range starts {
			list = append(list, int64(d))
		}
	}
	steps := make([]int64, len(starts))
	for i := range steps {
		steps[i] = 1
	}
	if n.opset >= 10 && n.input(4) != nil {
		if steps = n.knownInts(4, "steps"); len(steps) != len(starts) {
			n.bad("%d steps for %d axes", len(steps), len(starts))
		}
	}
	y := x
	for i, d := range n.axes(list, len(x.shape)) {
		y = n.slice(y, d, starts[i], ends[i], steps[i])
	}
	if y == x {
		y = n.one(network.Identity{}, x)
	}
	n.give(0, y)
}

// slice takes part of one axis, with bounds as ONNX counts them.
func (n *node) slice(x *value, axis int, start, end, step int64) *value {
	size := int64(x.shape[axis])
	if step == 0 {
		n.bad("a step of 0")
	}
	bound := func(b, least, most int64) int64 {
		if b < 0 {
			b += size // cannot overflow: of different signs
		}
		return min(max(b, least), most)
	}
	op := network.Slice{Axis: axis}
	if step > 0 {
		op.Start, op.End = int(bound(start, 0, size)), int(bound(end, 0, size))
		op.Step = int(min(step, max(size, 1)))
	} else {
		op.Start, op.End = int(bound(start, 0, size-1)), int(bound(end, -1, size-1))
		op.Step = int(max(step, -max(size, 1)))
		if x.known == nil && op.Start > op.End {
			var list []int
			for k := op.Start; k > op.End; k += op.Step {
				list = append(list, k)
			}
			return n.take(x, axis, list)
		}
	}
	if x.known == nil {
		if op.Start >= op.End {
			n.refuse("no elements: %d to %d of axis %d of %v", start, end, axis, x.shape)
		}
		if op.Start == 0 && op.End == int(size) && op.Step == 1 {
			return x
		}
	}
	return n.one(op, x)
}
