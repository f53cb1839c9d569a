package onnx

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// importGemm reads Gemm-7 to -13, alpha·A·B + beta·C.
func importGemm(n *node) {
	alpha, beta := n.number("alpha", 1), n.number("beta", 1)
	transA, transB := n.flag("transA", false), n.flag("transB", false)
	a, b := n.in[0], n.in[1]
	if len(a.shape) != 2 || len(b.shape) != 2 {
		n.bad("on %v and %v, matrices are wanted", a.shape, b.shape)
	}
	if transA {
		a = n.one(network.Transpose{Perm: []int{1, 0}}, a)
	}
	rest := n.input(2)
	if beta == 0 {
		rest = nil
	}
	var y *value
	if b.known != nil {
		n.knownFloats(1, "weights")
		inputs := []*value{a, n.rows(b, transB, alpha)}
		if rest != nil && rest.known != nil {
			c := n.knownFloats(2, "bias")
			if outputs := inputs[1].shape[0]; len(c.Data) == 1 || len(c.Shape) > 0 && len(c.Data) == outputs && c.Shape[len(c.Shape)-1] == outputs {
				inputs = append(inputs, n.bias(c, outputs, beta))
				rest = nil
			}
		}
		y = n.one(network.FullyConnected{}, inputs...)
	} else {
		if transB {
			b = n.one(network.Transpose{Perm: []int{1, 0}}, b)
		}
		if y = n.one(network.MatMul{}, a, b); alpha != 1 {
			y = n.combine("Mul", y, n.scalar("alpha", alpha))
		}
	}
	if rest != nil {
		if rest.known != nil && rest.known.Floats != nil {
			rest = n.scaled(rest, beta)
		} else if beta != 1 {
			rest = n.combine("Mul", rest, n.scalar("beta", beta))
		}
		if s, ok := broadcast(y.shape, rest.shape); !ok || !s.Equal(y.shape) {
			n.bad("C %v, the product is %v", rest.shape, y.shape)
		}
		y = n.combine("Add", y, rest)
	}
	n.give(0, y)
}

// rows gives constant weights as FullyConnected wants them: a row an output.
func (n *node) rows(w *value, transposed bool, factor float32) *value {
	if !transposed {
		w = n.one(network.Transpose{Perm: []int{1, 0}}, w)
		w.name = n.name + ".weight"
	}
	return n.scaled(w, factor)
}

// scaled multiplies a constant.
func (n *node) scaled(c *value, factor float32) *value {
	if factor == 1 {
		return c
	}
	n.check(n.im.spend(c.shape, 4))
	t := tensor.New(c.shape...)
	for i, v := range c.known.Floats {
		t.Data[i] = v * factor
	}
	return n.constant("scaled", t)
}

// bias makes a constant of one number or of one an output.
func (n *node) bias(c *tensor.Tensor, outputs int, factor float32) *value {
	n.check(n.im.spend(tensor.Shape{outputs}, 4))
	t := tensor.New(outputs)
	for i := range t.Data {
		t.Data[i] = factor * c.Data[i%len(c.Data)]
	}
	return n.constant("bias", t)
}

// importMatMul reads MatMul-1 to -13: as a fully connected layer where a constant
// matrix is on the right. A vector on the left is a row, on the right a column.
func importMatMul(n *node) {
	a, b := n.in[0], n.in[1]
	if len(a.shape) == 0 || len(b.shape) == 0 {
		n.bad("%v times %v", a.shape, b.shape)
	}
	shape := []int{}
	row, column := len(a.shape) == 1, len(b.shape) == 1
	if row {
		a = n.one(network.Reshape{Shape: tensor.Shape{1, a.shape[0]}}, a)
	}
	if column {
		b = n.one(network.Reshape{Shape: tensor.Shape{b.shape[0], 1}}, b)
	}
	rank := len(a.shape)
	outer, ok := broadcast(a.shape[:rank-2], b.shape[:len(b.shape)-2])
	depth, columns := a.shape[rank-1], b.shape[len(b.shape)-1]
	if !ok || depth != b.shape[len(b.shape)-2] {
		n.bad("%v times %v", n.in[0].shape, n.in[1].shape)
	}
	shape = append(shape, outer...)
	if !row {
		shape = append(shape, a.shape[rank-2])
	}
	if !column {
		shape = append(shape, columns)
	}
	var y *value
	if b.known != nil && b.known.Floats != nil && len(b.shape) == 2 {
		y = n.one(network.FullyConnected{}, n.shaped(a, tensor.Shape{a.shape[:rank-1].Size(), depth}), n.rows(b, false, 1))
	} else {
		y = n.one(network.MatMul{}, a, b)
	}
	n.give(0, n.shaped(y, shape))
}

// importSoftmax reads Softmax-1 and -11, where the axes from axis on count as
// one, and Softmax-13, along one axis.
func importSoftmax(n *node) {
	x := n.in[0]
	rank := len(x.shape)
	absent := -1
	if n.opset < 13 {
		absent = 1
	}
	axis := n.axis(int64(n.integer("axis", absent, -maxRank, maxRank)), rank)
	if n.opset >= 13 || x.shape[axis+1:].Size() == 1 {
		n.give(0, n.one(network.Softmax{Axis: axis}, x))
		return
	}
	y := n.one(network.Reshape{Shape: tensor.Shape{x.shape[:axis].Size(), x.shape[axis:].Size()}}, x)
	y = n.one(network.Softmax{Axis: 1}, y)
	n.give(0, n.one(network.Reshape{Shape: x.shape}, y))
}
