package network

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// The operators in this file move no data: the scheduler turns each into a
// change of addressing wherever the layout can express it.

// ChannelShuffle deals channels out as cards: with G groups of n channels,
// output channel c·G + q is input channel q·n + c (ShuffleNet, arXiv
// 1707.01083, section 3.1).
type ChannelShuffle struct{ Groups int }

func (ChannelShuffle) Kind() string { return "ChannelShuffle" }

func (s ChannelShuffle) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if len(in[0]) < 2 || s.Groups < 1 || in[0][1]%s.Groups != 0 {
		return nil, shapeErr("%v does not divide into %d groups of channels", in[0], s.Groups)
	}
	return one(in[0]...)
}

// Source is the input channel that output channel c comes from.
func (s ChannelShuffle) Source(c, channels int) int {
	return c%s.Groups*(channels/s.Groups) + c/s.Groups
}

// Concat joins tensors along one axis.
type Concat struct{ Axis int }

func (Concat) Kind() string { return "Concat" }

func (c Concat) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if len(in) == 0 || slices.ContainsFunc(in, func(s tensor.Shape) bool { return s == nil }) {
		return nil, shapeErr("nothing to join")
	}
	axis, err := axisOf(c.Axis, in[0])
	if err != nil {
		return nil, err
	}
	out := in[0].Clone()
	for _, s := range in[1:] {
		if len(s) != len(out) {
			return nil, shapeErr("%v and %v have different ranks", in[0], s)
		}
		for d := range s {
			if d != axis && s[d] != out[d] {
				return nil, shapeErr("%v and %v differ outside axis %d", in[0], s, axis)
			}
		}
		out[axis] += s[axis]
	}
	return one(out...)
}

// Split cuts a tensor along one axis into parts of the given sizes.
type Split struct {
	Axis  int
	Sizes []int
}

func (Split) Kind() string { return "Split" }

func (s Split) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	axis, err := axisOf(s.Axis, in[0])
	if err != nil {
		return nil, err
	}
	var outs []tensor.Shape
	sum := 0
	for _, n := range s.Sizes {
		part := in[0].Clone()
		part[axis] = n
		if n < 1 || n > in[0][axis]-sum {
			return nil, shapeErr("parts %v do not make up axis %d of %v", s.Sizes, axis, in[0])
		}
		sum += n
		outs = append(outs, part)
	}
	if sum != in[0][axis] {
		return nil, shapeErr("parts %v do not make up axis %d of %v", s.Sizes, axis, in[0])
	}
	return outs, nil
}

// Slice takes every Step-th element of [Start, End) along one axis.
type Slice struct{ Axis, Start, End, Step int }

func (Slice) Kind() string { return "Slice" }

func (s Slice) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	axis, err := axisOf(s.Axis, in[0])
	if err != nil {
		return nil, err
	}
	if s.Start < 0 || s.End > in[0][axis] || s.Start >= s.End || s.Step < 1 {
		return nil, shapeErr("elements %d to %d by %d of axis %d of %v", s.Start, s.End, s.Step, axis, in[0])
	}
	out := in[0].Clone()
	out[axis] = s.count()
	return one(out...)
}

// count is the number of elements taken.
func (s Slice) count() int { return (s.End-s.Start-1)/s.Step + 1 }

// Gather takes the elements of the given indices along one axis, in any order
// and any number of times each.
type Gather struct {
	Axis    int
	Indices []int
}

func (Gather) Kind() string { return "Gather" }

func (g Gather) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	axis, err := axisOf(g.Axis, in[0])
	if err != nil {
		return nil, err
	}
	for _, i := range g.Indices {
		if i < 0 || i >= in[0][axis] {
			return nil, shapeErr("index %d of axis %d of %v", i, axis, in[0])
		}
	}
	out := in[0].Clone()
	out[axis] = len(g.Indices)
	return one(out...)
}

// Expand repeats dimensions of one to fill a shape of the same rank.
type Expand struct{ Shape tensor.Shape }

func (Expand) Kind() string { return "Expand" }

func (e Expand) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if err := checkSize(e.Shape); err != nil {
		return nil, err
	}
	if out, ok := broadcast(in[0], e.Shape); !ok || !out.Equal(e.Shape) || len(in[0]) != len(e.Shape) {
		return nil, shapeErr("%v does not repeat to %v", in[0], e.Shape)
	}
	return one(e.Shape...)
}

// Reshape gives the same elements, in the same order, another shape.
type Reshape struct{ Shape tensor.Shape }

func (Reshape) Kind() string { return "Reshape" }

func (r Reshape) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if err := checkSize(r.Shape); err != nil {
		return nil, err
	}
	if r.Shape.Size() != in[0].Size() {
		return nil, shapeErr("%v has %d elements, %v has %d", in[0], in[0].Size(), r.Shape, r.Shape.Size())
	}
	return one(r.Shape...)
}

// Transpose permutes dimensions: output dimension i is input dimension Perm[i].
type Transpose struct{ Perm []int }

func (Transpose) Kind() string { return "Transpose" }

func (t Transpose) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	fits := len(t.Perm) == len(in[0])
	for d := range in[0] {
		fits = fits && slices.Contains(t.Perm, d)
	}
	if !fits {
		return nil, shapeErr("%v is no permutation of the dimensions of %v", t.Perm, in[0])
	}
	out := make(tensor.Shape, len(t.Perm))
	for i, p := range t.Perm {
		out[i] = in[0][p]
	}
	return one(out...)
}

// Identity passes its input on. Importers make one of Dropout and the like.
type Identity struct{}

func (Identity) Kind() string { return "Identity" }

func (Identity) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	return one(in[0]...)
}
