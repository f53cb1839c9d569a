package network

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// remap says where an operator that moves no data takes an output element from:
// which input, and which element of it, in row-major order.
type remap func(i int) (input, element int)

// movesNoData reports whether the operator only renames elements.
func movesNoData(op Op) bool {
	switch op.(type) {
	case Identity, Reshape, Transpose, ChannelShuffle, Slice, Split, Concat, Gather, Expand, Rearrange:
		return true
	}
	return false
}

// remapOf gives the mapping of output number out of an operator that moves no
// data, for inputs of the given shapes. Axes are counted from the front, and
// trailing dimensions that stay as they are may be left out of the shapes.
func remapOf(op Op, out int, in []tensor.Shape) remap {
	x := in[0]
	switch op := op.(type) {
	case Identity, Reshape:
		return func(i int) (int, int) { return 0, i }
	case Transpose:
		from := permutation(x, op.Perm[:len(x)])
		return func(i int) (int, int) { return 0, from(i) }
	case ChannelShuffle:
		run := x[2:].Size()
		return func(i int) (int, int) {
			plane, at := i/run, i%run
			n, c := plane/x[1], plane%x[1]
			return 0, (n*x[1]+op.Source(c, x[1]))*run + at
		}
	case Slice:
		return cut(x, op.Axis, op.Start, op.Step, op.count())
	case Split:
		start := 0
		for _, n := range op.Sizes[:out] {
			start += n
		}
		return cut(x, op.Axis, start, 1, op.Sizes[out])
	case Concat:
		return join(in, op.Axis)
	case Gather:
		run, count := x[op.Axis+1:].Size(), len(op.Indices)
		return func(i int) (int, int) {
			outer, k, at := i/(run*count), i/run%count, i%run
			return 0, (outer*x[op.Axis]+op.Indices[k])*run + at
		}
	case Rearrange:
		return op.remap(in)
	case Expand:
		out := op.Shape[:len(x)]
		return func(i int) (int, int) { return 0, stretched(x, out, i) }
	}
	return nil
}

// countedAxis gives the operator with a negative axis counted from the front.
func countedAxis(op Op, x tensor.Shape) Op {
	switch op := op.(type) {
	case Slice:
		op.Axis, _ = axisOf(op.Axis, x)
		return op
	case Split:
		op.Axis, _ = axisOf(op.Axis, x)
		return op
	case Concat:
		op.Axis, _ = axisOf(op.Axis, x)
		return op
	case Gather:
		op.Axis, _ = axisOf(op.Axis, x)
		return op
	}
	return op
}

// cut takes count indices of one axis, from start by step.
func cut(x tensor.Shape, axis, start, step, count int) remap {
	run := x[axis+1:].Size()
	return func(i int) (int, int) {
		outer, k, at := i/(run*count), i/run%count, i%run
		return 0, (outer*x[axis]+start+k*step)*run + at
	}
}

// join lays inputs side by side along one axis.
func join(in []tensor.Shape, axis int) remap {
	run, total := in[0][axis+1:].Size(), 0
	for _, s := range in {
		total += s[axis]
	}
	return func(i int) (int, int) {
		outer, k, at := i/(run*total), i/run%total, i%run
		which := 0
		for k >= in[which][axis] {
			k -= in[which][axis]
			which++
		}
		return which, (outer*in[which][axis]+k)*run + at
	}
}

// planesOf drops the dimensions inside a plane: those that PlaneForm counts as
// height and width.
func planesOf(s tensor.Shape) tensor.Shape {
	switch r := len(s); {
	case r < 3:
		return s
	case r == 3:
		return s[:2]
	default:
		return s[:r-2]
	}
}

// wholePlanes reports whether the operator moves planes as they are, so that its
// mapping is known from shapes without the dimensions inside a plane.
func wholePlanes(op Op, in []tensor.Shape, out tensor.Shape) bool {
	rank := len(planesOf(in[0]))
	switch op := op.(type) {
	case Identity, ChannelShuffle:
		return true
	case Reshape:
		_, h, w := PlaneForm(in[0])
		_, oh, ow := PlaneForm(out)
		return h == oh && w == ow
	case Transpose:
		tail := op.Perm[rank:]
		return slices.IndexFunc(tail, func(p int) bool { return p < rank }) < 0 && slices.IsSorted(tail)
	case Slice:
		return op.Axis < rank
	case Split:
		return op.Axis < rank
	case Concat:
		return op.Axis < rank
	case Gather:
		return op.Axis < rank
	case Expand:
		return op.Shape[rank:].Equal(in[0][rank:])
	}
	return false
}
