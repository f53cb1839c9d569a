package onnx

import (
	"math"

	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

const (
	typeFloat  = onnxpb.TensorProto_FLOAT
	typeDouble = onnxpb.TensorProto_DOUBLE
	typeInt64  = onnxpb.TensorProto_INT64
	typeBool   = onnxpb.TensorProto_BOOL
)

func floatsOf(data []float32, shape tensor.Shape) *onnxfile.Tensor {
	return &onnxfile.Tensor{Type: typeFloat, Shape: shape, Floats: data}
}

func intsOf(data []int64, shape tensor.Shape) *onnxfile.Tensor {
	return &onnxfile.Tensor{Type: typeInt64, Shape: shape, Ints: data}
}

// known is a value whose contents are known.
func (n *node) known(t *onnxfile.Tensor) *value {
	n.check(empty(t.Shape))
	return &value{name: n.name, shape: t.Shape, known: t}
}

// importConstant reads Constant-1 to -19.
func importConstant(n *node) {
	switch {
	case n.has("value"):
		n.give(0, n.known(n.tensor("value")))
	case n.has("value_float"):
		a := n.attribute("value_float", onnxpb.AttributeProto_FLOAT)
		n.give(0, n.known(floatsOf([]float32{a.GetF()}, tensor.Shape{})))
	case n.has("value_floats"):
		a := n.attribute("value_floats", onnxpb.AttributeProto_FLOATS).GetFloats()
		n.give(0, n.known(floatsOf(append([]float32{}, a...), tensor.Shape{len(a)})))
	case n.has("value_int"):
		a := n.attribute("value_int", onnxpb.AttributeProto_INT)
		n.give(0, n.known(intsOf([]int64{a.GetI()}, tensor.Shape{})))
	case n.has("value_ints"):
		a, _ := n.integers("value_ints")
		n.give(0, n.known(intsOf(append([]int64{}, a...), tensor.Shape{len(a)})))
	case len(n.attrs) == 0:
		n.bad("it has no value")
	}
}

// importConstantOfShape reads ConstantOfShape-9 to -21: a shape filled with one
// number, 0 if none is given.
func importConstantOfShape(n *node) {
	shape := n.dims(n.knownInts(0, "shape"))
	fill := n.tensor("value")
	if fill == nil {
		fill = floatsOf([]float32{0}, tensor.Shape{1})
	}
	if fill.Shape.Size() != 1 {
		n.bad("value is %v", fill.Shape)
	}
	if fill.Floats == nil {
		n.give(0, n.known(n.expand(&onnxfile.Tensor{Type: fill.Type, Ints: fill.Ints}, shape)))
		return
	}
	y := &onnxfile.Tensor{Type: fill.Type, Shape: shape, Floats: n.fill(fill.Floats[0], shape)}
	n.give(0, n.known(y))
}

// fill gives the elements of a tensor of one number. Test models have all their
// weights by ConstantOfShape: these share the elements of the largest.
func (n *node) fill(v float32, shape tensor.Shape) []float32 {
	if v != v {
		n.refuse("a constant that is not a number")
	}
	n.check(empty(shape))
	_, err := n.im.bytes(shape, 4)
	n.check(err)
	have, want := n.im.fills[v], shape.Size()
	if len(have) < want {
		size := max(want, 2*len(have))
		n.check(n.im.spend(tensor.Shape{size}, 4))
		have = make([]float32, size)
		for i := range have {
			have[i] = v
		}
		n.im.fills[v] = have
	}
	return have[:want:want]
}

// dims makes a shape of integers.
func (n *node) dims(list []int64) tensor.Shape {
	if len(list) > maxRank {
		n.refuse("%d dimensions", len(list))
	}
	shape := make(tensor.Shape, len(list))
	for i, d := range list {
		if d < 0 || d > maxDim {
			n.bad("shape %v", list)
		}
		shape[i] = int(d)
	}
	return shape
}

// importShape reads Shape-1 to -21: shapes are known at load.
func importShape(n *node) {
	dims := n.in[0].shape
	if n.opset >= 15 {
		bound := func(name string, absent int) int {
			b := n.integer(name, absent, math.MinInt32, math.MaxInt32)
			if b < 0 {
				b += len(dims)
			}
			return min(max(b, 0), len(dims))
		}
		start, end := bound("start", 0), bound("end", len(dims))
		dims = dims[start:max(start, end)]
	}
	list := make([]int64, len(dims))
	for i, d := range dims {
		list[i] = int64(d)
	}
	n.give(0, n.known(intsOf(list, tensor.Shape{len(list)})))
}

func importSize(n *node) {
	n.give(0, n.known(intsOf([]int64{int64(n.in[0].shape.Size())}, tensor.Shape{})))
}

// cast converts a constant. Types of one kind share a representation here, so
// that only what falls out of the type's range changes.
func (n *node) cast(t *onnxfile.Tensor, to onnxpb.TensorProto_DataType) *onnxfile.Tensor {
	n.check(n.im.spend(t.Shape, 8))
	y := &onnxfile.Tensor{Type: to, Shape: t.Shape}
	switch to {
	case typeFloat, typeDouble:
		if y.Floats = t.Floats; y.Floats == nil {
			y.Floats = make([]float32, len(t.Ints))
			for i, v := range t.Ints {
				y.Floats[i] = float32(v)
			}
		}
	case typeInt64, onnxpb.TensorProto_INT32, typeBool:
		y.Ints = make([]int64, max(len(t.Ints), len(t.Floats)))
		for i := range y.Ints {
			y.Ints[i] = n.castInt(t, i, to)
		}
	default:
		n.refuse("to %v", to)
	}
	return y
}

func (n *node) castInt(t *onnxfile.Tensor, i int, to onnxpb.TensorProto_DataType) int64 {
	if to == typeBool {
		return boolInt(t.Ints != nil && t.Ints[i] != 0 || t.Floats != nil && t.Floats[i] != 0)
	}
	least, most := int64(math.MinInt64), int64(math.MaxInt64)
	if to != typeInt64 {
		least, most = math.MinInt32, math.MaxInt32
	}
	if t.Ints != nil {
		if v := t.Ints[i]; v < least || v > most {
			n.refuse("of %d to %v", v, to)
		}
		return t.Ints[i]
	}
	v := math.Trunc(float64(t.Floats[i]))
	if !(v >= float64(least) && v < float64(most)+1) {
		n.refuse("of %v to %v", t.Floats[i], to)
	}
	return int64(v)
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
