package onnx

import (
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/tensor"
)

// fold applies an operator that only moves elements to constants, of whatever
// type and with axes of size 0. It gives nil where an input is not known, or the
// operator computes.
func (n *node) fold(op network.Op, in []*value) []*value {
	known := make([]*onnxfile.Tensor, len(in))
	for i, v := range in {
		if v == nil || v.known == nil {
			return nil
		}
		known[i] = v.known
	}
	x := known[0]
	switch op := op.(type) {
	case network.Identity:
		return []*value{n.known(x)}
	case network.Reshape:
		return []*value{n.known(&onnxfile.Tensor{Type: x.Type, Shape: op.Shape, Floats: x.Floats, Ints: x.Ints})}
	case network.Transpose:
		return []*value{n.known(n.transpose(x, op.Perm))}
	case network.Slice:
		n.check(n.im.spend(tensor.Shape{x.Shape[op.Axis]}, 8))
		var list []int
		for k := op.Start; op.Step > 0 && k < op.End || op.Step < 0 && k > op.End; k += op.Step {
			list = append(list, k)
		}
		return []*value{n.known(n.pick(x, op.Axis, list, resized(x.Shape, op.Axis, len(list))))}
	case network.Split:
		outs, start := make([]*value, len(op.Sizes)), 0
		n.check(n.im.spend(tensor.Shape{x.Shape[op.Axis]}, 8))
		for i, size := range op.Sizes {
			list := make([]int, size)
			for k := range list {
				list[k] = start + k
			}
			outs[i] = n.known(n.pick(x, op.Axis, list, resized(x.Shape, op.Axis, size)))
			start += size
		}
		return outs
	case network.Gather:
		return []*value{n.known(n.pick(x, op.Axis, op.Indices, resized(x.Shape, op.Axis, len(op.Indices))))}
	case network.Concat:
		return []*value{n.known(n.concat(known, op.Axis))}
	}
	return nil
}

func resized(s tensor.Shape, axis, size int) tensor.Shape {
	s = s.Clone()
	s[axis] = size
	return s
}

// rearranged makes a constant whose element i is element from(i) of x.
func (n *node) rearranged(x *onnxfile.Tensor, shape tensor.Shape, from func(i int) int) *onnxfile.Tensor {
	n.check(n.im.spend(shape, 8))
	y := &onnxfile.Tensor{Type: x.Type, Shape: shape}
	if x.Floats != nil {
		y.Floats = make([]float32, shape.Size())
		for i := range y.Floats {
			y.Floats[i] = x.Floats[from(i)]
		}
	} else {
		y.Ints = make([]int64, shape.Size())
		for i := range y.Ints {
			y.Ints[i] = x.Ints[from(i)]
		}
	}
	return y
}

// pick takes indices of one axis.
func (n *node) pick(x *onnxfile.Tensor, axis int, list []int, shape tensor.Shape) *onnxfile.Tensor {
	size, inner := x.Shape[axis], x.Shape[axis+1:].Size()
	return n.rearranged(x, shape, func(i int) int {
		outer, k, at := i/(inner*len(list)), i/inner%len(list), i%inner
		return (outer*size+list[k])*inner + at
	})
}

func (n *node) transpose(x *onnxfile.Tensor, perm []int) *onnxfile.Tensor {
	shape := make(tensor.Shape, len(perm))
	stride := make([]int, len(perm)) // in x, of the result's axes
	for i, p := range perm {
		shape[i], stride[i] = x.Shape[p], x.Shape[p+1:].Size()
	}
	return n.rearranged(x, shape, func(i int) int { return strided(i, shape, stride) })
}

// strided is where element i of a tensor of the given shape lies, if its axes
// have the given strides.
func strided(i int, shape tensor.Shape, stride []int) int {
	at := 0
	for d := len(shape) - 1; d >= 0; d-- {
		at += i % shape[d] * stride[d]
		i /= shape[d]
	}
	return at
}

// concat joins constants of one type.
func (n *node) concat(in []*onnxfile.Tensor, axis int) *onnxfile.Tensor {
	shape := resized(in[0].Shape, axis, 0)
	for _, x := range in {
		if x.Type != in[0].Type {
			n.bad("elements of type %v and %v", in[0].Type, x.Type)
		}
		if shape[axis] += x.Shape[axis]; shape[axis] > maxDim {
			n.refuse("more than %d elements", maxDim)
		}
	}
	n.check(n.im.spend(shape, 8))
	y := &onnxfile.Tensor{Type: in[0].Type, Shape: shape}
	outer := shape[:axis].Size()
	if in[0].Floats != nil {
		y.Floats = interleave(in, outer, func(t *onnxfile.Tensor) []float32 { return t.Floats })
	} else {
		y.Ints = interleave(in, outer, func(t *onnxfile.Tensor) []int64 { return t.Ints })
	}
	return y
}

func interleave[T any](in []*onnxfile.Tensor, outer int, data func(*onnxfile.Tensor) []T) []T {
	all := []T{}
	for o := range outer {
		for _, x := range in {
			run := len(data(x)) / outer
			all = append(all, data(x)[o*run:(o+1)*run]...)
		}
	}
	return all
}

// broadcast is the shape of two operands element by element: sizes of 1 and
// missing leading axes repeat.
func broadcast(a, b tensor.Shape) (tensor.Shape, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	s := a.Clone()
	for i, size := range b {
		d := len(a) - len(b) + i
		switch {
		case s[d] == 1:
			s[d] = size
		case size != 1 && size != s[d]:
			return nil, false
		}
	}
	if s == nil {
		s = tensor.Shape{}
	}
	return s, true
}

// repeats gives the strides of x's axes seen in a shape it is broadcast to.
func repeats(x, shape tensor.Shape) []int {
	stride := make([]int, len(shape))
	for i, size := range x {
		if size != 1 {
			stride[len(shape)-len(x)+i] = x[i+1:].Size()
		}
	}
	return stride
}

// expand repeats a constant to a shape that it broadcasts to.
func (n *node) expand(x *onnxfile.Tensor, shape tensor.Shape) *onnxfile.Tensor {
	stride := repeats(x.Shape, shape)
	if slices.Max(append(stride, 0)) == 0 {
		return n.rearranged(x, shape, func(int) int { return 0 })
	}
	return n.rearranged(x, shape, func(i int) int { return strided(i, shape, stride) })
}
