package onnx

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/proto"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// What Write writes: the oldest operator set that has all it uses, and the file format
// that came with it.
const (
	writtenOperators = 14
	writtenFormat    = 7
)

// Write writes a graph as an ONNX model, for other engines: networks of the zoo, or
// built by hand. A graph that was optimised, or an operator that ONNX has none for, is
// network.ErrUnsupported. Nothing is written then.
func Write(w io.Writer, g *network.Graph) error {
	m, err := modelOf(g)
	if err != nil {
		return fmt.Errorf("onnx: write %s: %w", g.Name, err)
	}
	data, err := proto.Marshal(m)
	if err != nil {
		return fmt.Errorf("onnx: write %s: %w", g.Name, err)
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("onnx: write %s: %w", g.Name, err)
	}
	return nil
}

// encoder turns a graph into a model.
type encoder struct {
	graph *onnxpb.GraphProto
	names map[*network.Value]string
	taken map[string]bool // names of values
	nodes map[string]bool // and of nodes
}

func modelOf(g *network.Graph) (*onnxpb.ModelProto, error) {
	e := &encoder{&onnxpb.GraphProto{Name: &g.Name}, map[*network.Value]string{}, map[string]bool{}, map[string]bool{}}
	for _, v := range g.Inputs {
		e.graph.Input = append(e.graph.Input, valueInfo(e.name(v), v.Shape))
	}
	made := map[*network.Value]bool{}
	for _, n := range g.Nodes {
		if err := e.node(n); err != nil {
			return nil, fmt.Errorf("node %s %s: %w", quote(n.Name), n.Op.Kind(), err)
		}
		for _, v := range n.Outputs {
			made[v] = true
		}
	}
	for _, v := range g.Outputs {
		name := e.name(v)
		if !made[v] { // an input, a constant, or an output for the second time
			name = fresh(e.taken, name)
			e.add("Identity", name, []string{e.name(v)}, []string{name})
		}
		made[v] = false
		e.graph.Output = append(e.graph.Output, valueInfo(name, v.Shape))
	}
	producer, domain := "shufflegl", ""
	return &onnxpb.ModelProto{
		IrVersion: proto.Int64(writtenFormat), ProducerName: &producer, Graph: e.graph,
		OpsetImport: []*onnxpb.OperatorSetIdProto{{Domain: &domain, Version: proto.Int64(writtenOperators)}},
	}, nil
}

var errOptimised = fmt.Errorf("the graph was optimised, write the one it was made of: %w", network.ErrUnsupported)

// node adds what a node comes to.
func (e *encoder) node(n *network.Node) error {
	if n.First != nil || n.Classifier != nil || n.AddsLast || n.Act.On() || n.Beyond.On() {
		return errOptimised
	}
	parts, ok := partsOf(n)
	if !ok {
		return fmt.Errorf("ONNX has no such operator: %w", network.ErrUnsupported)
	}
	var in, out []string
	for _, v := range n.Inputs {
		in = append(in, e.name(v))
	}
	for _, v := range n.Outputs {
		out = append(out, e.name(v))
	}
	for i, p := range parts {
		inputs, outputs := in, out
		if i > 0 {
			inputs = e.graph.Node[len(e.graph.Node)-1].Output
		}
		for _, at := range p.again {
			inputs = append(inputs[:len(inputs):len(inputs)], in[at])
		}
		for _, c := range p.constants {
			inputs = append(inputs[:len(inputs):len(inputs)], e.constant(n.Name, c))
		}
		if i < len(parts)-1 {
			outputs = []string{fresh(e.taken, out[0])}
		}
		e.add(p.kind, n.Name, inputs, outputs, p.attributes...)
	}
	return nil
}

func (e *encoder) add(kind, name string, in, out []string, attributes ...*onnxpb.AttributeProto) {
	if e.nodes[name] { // engines want them to differ
		name = fresh(e.nodes, name)
	}
	e.nodes[name] = true
	e.graph.Node = append(e.graph.Node, &onnxpb.NodeProto{OpType: &kind, Name: &name, Input: in, Output: out, Attribute: attributes})
}

// name is a value's name in the file; what is not there is "". A constant is written when
// it is first named.
func (e *encoder) name(v *network.Value) string {
	if v == nil {
		return ""
	}
	if name, ok := e.names[v]; ok {
		return name
	}
	name := v.Name
	if name == "" || e.taken[name] {
		name = fresh(e.taken, name)
	}
	e.names[v], e.taken[name] = name, true
	if v.Const != nil {
		e.graph.Initializer = append(e.graph.Initializer, floatsProto(name, v.Const))
	}
	return name
}

// fresh takes a name that begins so and that nothing has.
func fresh(taken map[string]bool, name string) string {
	for i := 1; ; i++ {
		if n := fmt.Sprintf("%s.%d", name, i); !taken[n] {
			taken[n] = true
			return n
		}
	}
}

// constant adds a list of numbers that an operator takes as an input; nil is none.
func (e *encoder) constant(node string, c any) string {
	if c == nil {
		return ""
	}
	name := fresh(e.taken, node)
	t := &onnxpb.TensorProto{Name: &name}
	switch c := c.(type) {
	case []int64:
		t.DataType, t.Dims, t.Int64Data = proto.Int32(int32(onnxpb.TensorProto_INT64)), []int64{int64(len(c))}, c
	case float32: // a scalar
		t.DataType, t.FloatData = proto.Int32(int32(onnxpb.TensorProto_FLOAT)), []float32{c}
	}
	e.graph.Initializer = append(e.graph.Initializer, t)
	return name
}

func floatsProto(name string, t *tensor.Tensor) *onnxpb.TensorProto {
	raw := make([]byte, 0, 4*len(t.Data))
	for _, v := range t.Data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return &onnxpb.TensorProto{Name: &name, DataType: proto.Int32(int32(onnxpb.TensorProto_FLOAT)), Dims: longs(t.Shape...), RawData: raw}
}

func valueInfo(name string, s tensor.Shape) *onnxpb.ValueInfoProto {
	t := &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(int32(onnxpb.TensorProto_FLOAT)), Shape: &onnxpb.TensorShapeProto{}}
	for _, d := range s {
		t.Shape.Dim = append(t.Shape.Dim, &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: int64(d)}})
	}
	return &onnxpb.ValueInfoProto{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{TensorType: t}}}
}

// longs is ONNX's form of a list of numbers.
func longs(list ...int) []int64 {
	all := make([]int64, len(list))
	for i, v := range list {
		all[i] = int64(v)
	}
	return all
}
