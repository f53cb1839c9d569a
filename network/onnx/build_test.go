package onnx

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// model puts together a file: inputs, outputs (output), tensors and nodes.
func model(opset int64, parts ...any) *onnxpb.ModelProto {
	g := &onnxpb.GraphProto{}
	for _, p := range parts {
		switch p := p.(type) {
		case *onnxpb.ValueInfoProto:
			g.Input = append(g.Input, p)
		case output:
			for _, name := range strings.Fields(string(p)) {
				g.Output = append(g.Output, input(name))
			}
		case *onnxpb.TensorProto:
			g.Initializer = append(g.Initializer, p)
		case *onnxpb.NodeProto:
			g.Node = append(g.Node, p)
		default:
			panic(fmt.Sprintf("%T", p))
		}
	}
	return &onnxpb.ModelProto{
		IrVersion:   proto.Int64(8),
		OpsetImport: []*onnxpb.OperatorSetIdProto{{Domain: proto.String(""), Version: &opset}},
		Graph:       g,
	}
}

// output names the outputs of a model.
type output string

// input is a graph input; a dimension is a number or a name.
func input(name string, dims ...any) *onnxpb.ValueInfoProto {
	t := &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(1)}
	if len(dims) > 0 {
		t.Shape = &onnxpb.TensorShapeProto{}
	}
	for _, d := range dims {
		p := &onnxpb.TensorShapeProto_Dimension{}
		switch d := d.(type) {
		case int:
			p.Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: int64(d)}
		case string:
			p.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: d}
		}
		t.Shape.Dim = append(t.Shape.Dim, p)
	}
	return &onnxpb.ValueInfoProto{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{TensorType: t}}}
}

// op is a node named after its first output, in capitals.
func op(kind, inputs, outputs string, attrs ...*onnxpb.AttributeProto) *onnxpb.NodeProto {
	fields := func(s string) []string {
		list := strings.Fields(s)
		for i := range list {
			if list[i] == "-" { // absent
				list[i] = ""
			}
		}
		return list
	}
	outs := fields(outputs)
	return &onnxpb.NodeProto{OpType: &kind, Input: fields(inputs), Output: outs, Attribute: attrs, Name: proto.String(strings.ToUpper(outs[0]))}
}

func attr(name string, v any) *onnxpb.AttributeProto {
	a := &onnxpb.AttributeProto{Name: &name}
	set := func(t onnxpb.AttributeProto_AttributeType) { a.Type = &t }
	switch v := v.(type) {
	case int:
		a.I = proto.Int64(int64(v))
		set(onnxpb.AttributeProto_INT)
	case float64:
		a.F = proto.Float32(float32(v))
		set(onnxpb.AttributeProto_FLOAT)
	case string:
		a.S = []byte(v)
		set(onnxpb.AttributeProto_STRING)
	case []int64:
		a.Ints = v
		set(onnxpb.AttributeProto_INTS)
	case *onnxpb.TensorProto:
		a.T = v
		set(onnxpb.AttributeProto_TENSOR)
	case *onnxpb.GraphProto:
		a.G = v
		set(onnxpb.AttributeProto_GRAPH)
	default:
		panic(fmt.Sprintf("%T", v))
	}
	return a
}

func list(v ...int64) []int64 { return v }

// floats is a constant; without data it counts 0, 1, 2, ...
func floats(name string, shape []int64, data ...float32) *onnxpb.TensorProto {
	size := int64(1)
	for _, d := range shape {
		size *= d
	}
	for i := int64(len(data)); i < size && len(data) == int(i); i++ {
		data = append(data, float32(i))
	}
	return &onnxpb.TensorProto{Name: &name, DataType: proto.Int32(1), Dims: shape, FloatData: data}
}

// ints is a vector of integers.
func ints(name string, data ...int64) *onnxpb.TensorProto {
	return &onnxpb.TensorProto{Name: &name, DataType: proto.Int32(7), Dims: []int64{int64(len(data))}, Int64Data: data}
}

// number is an integer without dimensions.
func number(name string, v int64) *onnxpb.TensorProto {
	t := ints(name, v)
	t.Dims = nil
	return t
}

func encode(t testing.TB, m *onnxpb.ModelProto) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, m *onnxpb.ModelProto, o Options) (*network.Graph, error) {
	t.Helper()
	return Read(bytes.NewReader(encode(t, m)), "test.onnx", o)
}

// counting is a tensor of 0, 1, 2, ...
func counting(shape tensor.Shape) *tensor.Tensor {
	x := tensor.New(shape...)
	for i := range x.Data {
		x.Data[i] = float32(i)
	}
	return x
}

// outputs runs a graph by the oracle, and checks that a plan of it gives the
// same.
func outputs(t *testing.T, g *network.Graph, in ...*tensor.Tensor) []*tensor.Tensor {
	t.Helper()
	values, err := cpu.Evaluate(g, in) // also checks that names are unique
	if err != nil {
		t.Fatal(err)
	}
	var outs []*tensor.Tensor
	for _, v := range g.Outputs {
		outs = append(outs, values[v.Name])
	}
	for i, got := range run(t, cpu.New(cpu.Options{Threads: 1}), g, in...) {
		if d := tensor.MaxDiff(got, outs[i]); d.Rel > 1e-5 {
			t.Errorf("output %d of the plan: %v", i, d)
		}
	}
	return outs
}

func run(t *testing.T, b network.Backend, g *network.Graph, in ...*tensor.Tensor) []*tensor.Tensor {
	t.Helper()
	s, err := network.Compile(b, g)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	outs, err := s.Run(in...)
	if err != nil {
		t.Fatal(err)
	}
	return outs
}
