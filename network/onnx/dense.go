package onnx

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// importGemm reads Gemm-7 to -13, alpha·A·B + beta·C, where B and C are
// constant.
func importGemm(n *node) {
	alpha, beta := n.number("alpha", 1), n.number("beta", 1)
	transA, transB := n.flag("transA", false), n.flag("transB", false)
	a, b := n.in[0], n.knownFloats(1, "weights")
	if len(a.shape) != 2 || len(b.Shape) != 2 {
		n.bad("on %v and %v, matrices are wanted", a.shape, b.Shape)
	}
	if transA {
		a = n.one(network.Transpose{Perm: []int{1, 0}}, a)
	}
	inputs := []*value{a, n.rows(n.in[1], transB, alpha)}
	rest := n.input(2)
	if rest != nil && beta != 0 {
		c := n.knownFloats(2, "bias")
		if outputs := inputs[1].shape[0]; len(c.Data) == 1 || len(c.Shape) > 0 && len(c.Data) == outputs && c.Shape[len(c.Shape)-1] == outputs {
			inputs = append(inputs, n.bias(c, outputs, beta))
			rest = nil
		}
	}
	y := n.one(network.FullyConnected{}, inputs...)
	if rest != nil && beta != 0 { // a bias for each row
		c := n.scaled(rest, beta)
		y = n.one(network.Binary{Fn: network.FnAdd}, y, n.expanded(c, y.shape))
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

// importMatMul reads MatMul-1 to -13 with a constant matrix on the right.
func importMatMul(n *node) {
	x := n.in[0]
	w := n.knownFloats(1, "the right matrix")
	if len(w.Shape) != 2 {
		n.refuse("the right matrix is %v, only two dimensions", w.Shape)
	}
	rank := len(x.shape)
	if rank == 0 || x.shape[rank-1] != w.Shape[0] {
		n.bad("%v times %v", x.shape, w.Shape)
	}
	shape := x.shape.Clone()
	shape[rank-1] = w.Shape[1]
	if rank != 2 {
		x = n.one(network.Reshape{Shape: tensor.Shape{x.shape[:rank-1].Size(), w.Shape[0]}}, x)
	}
	y := n.one(network.FullyConnected{}, x, n.rows(n.in[1], false, 1))
	if rank != 2 {
		y = n.one(network.Reshape{Shape: shape}, y)
	}
	n.give(0, y)
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
