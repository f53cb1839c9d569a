package cpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalShuffle deals channels out as cards (Zhang and others, ShuffleNet, arXiv
// 1707.01083, section 3.1): the channel dimension, seen as [G, n], is transposed
// to [n, G] and flattened:
//
//	y[N, c·G + q, …] = x[N, q·n + c, …]   for q < G, c < n
func evalShuffle(op network.ChannelShuffle, y, x *tensor.Tensor) {
	outer, channels, inner := around(x.Shape, 1)
	size := channels / op.Groups
	for o := range outer {
		for q := range op.Groups {
			for c := range size {
				to, from := o*channels+c*op.Groups+q, o*channels+q*size+c
				copy(y.Data[to*inner:(to+1)*inner], x.Data[from*inner:])
			}
		}
	}
}

// evalConcat is ONNX's Concat-13: along the axis, y is the inputs one after the
// other.
func evalConcat(op network.Concat, y *tensor.Tensor, in []*tensor.Tensor) {
	start := 0
	for _, x := range in {
		outer, size, inner := around(x.Shape, op.Axis)
		_, whole, _ := around(y.Shape, op.Axis)
		for o := range outer {
			copy(y.Data[(o*whole+start)*inner:], x.Data[o*size*inner:(o+1)*size*inner])
		}
		start += size
	}
}

// evalSplit is ONNX's Split-18: the parts of x, one after the other along the
// axis.
func evalSplit(op network.Split, parts []*tensor.Tensor, x *tensor.Tensor) {
	start := 0
	for i, size := range op.Sizes {
		evalSlice(network.Slice{Axis: op.Axis, Start: start, End: start + size, Step: 1}, parts[i], x)
		start += size
	}
}

// evalSlice is ONNX's Slice-13 along one axis:
//
//	y[…,k,…] = x[…, Start + k·Step, …]
func evalSlice(op network.Slice, y, x *tensor.Tensor) {
	outer, whole, inner := around(x.Shape, op.Axis)
	_, size, _ := around(y.Shape, op.Axis)
	for o := range outer {
		for k := range size {
			from := o*whole + op.Start + k*op.Step
			copy(y.Data[(o*size+k)*inner:(o*size+k+1)*inner], x.Data[from*inner:])
		}
	}
}

// evalGather is ONNX's Gather-13 with indices that are known:
//
//	y[…,k,…] = x[…, Indices[k], …]
func evalGather(op network.Gather, y, x *tensor.Tensor) {
	outer, whole, inner := around(x.Shape, op.Axis)
	for o := range outer {
		for k, i := range op.Indices {
			copy(y.Data[(o*len(op.Indices)+k)*inner:][:inner], x.Data[(o*whole+i)*inner:])
		}
	}
}

// evalExpand is ONNX's Expand-13: y[e] = x[e'] where e' is e, but 0 along x's
// dimensions of one.
func evalExpand(y, x *tensor.Tensor) {
	for e := range y.Data {
		y.Data[e] = x.Data[broadcastElement(x.Shape, position(y.Shape, e))]
	}
}

// evalTranspose is ONNX's Transpose-13: dimension i of y is dimension Perm[i] of
// x, so that
//
//	y[k_0, k_1, …] = x[e_0, e_1, …]   with e_{Perm[i]} = k_i
func evalTranspose(op network.Transpose, y, x *tensor.Tensor) {
	for to := range y.Data {
		e := make([]int, len(x.Shape))
		rest := to
		for i := len(y.Shape) - 1; i >= 0; i-- {
			e[op.Perm[i]] = rest % y.Shape[i]
			rest /= y.Shape[i]
		}
		from := 0
		for d, k := range e {
			from = from*x.Shape[d] + k
		}
		y.Data[to] = x.Data[from]
	}
}

// evalRearrange applies operators that move no data one after the other. It
// returns the inputs that it has no need of.
func evalRearrange(op network.Rearrange, y *tensor.Tensor, in []*tensor.Tensor) []*tensor.Tensor {
	if op.Op == nil {
		copy(y.Data, in[0].Data)
		return in[1:]
	}
	var parts []*tensor.Tensor
	for _, f := range op.From {
		x := in[0]
		if f.Op != nil {
			var shapes []tensor.Shape
			for _, t := range in {
				shapes = append(shapes, t.Shape)
			}
			x = tensor.New(f.Shape(shapes)...)
		}
		in = evalRearrange(f, x, in)
		parts = append(parts, x)
	}
	evaluatorOf(op.Op)([]*tensor.Tensor{y}, parts)
	return in
}
