package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/tensor"
)

// Value is a tensor of a graph: an input, a constant, or a node's output.
type Value struct {
	Name  string
	Shape tensor.Shape
	Const *tensor.Tensor // nil unless the value is a constant
}

// Node applies an operator to values.
type Node struct {
	Name    string
	Op      Op
	Inputs  []*Value // an absent optional input is nil
	Outputs []*Value

	// First is a convolution that NewPlan has fused before the operator.
	First *Prior
	tile  Tile

	// Classifier is what NewPlan has fused around a fully connected layer.
	Classifier *Classifier

	// What Optimize has fused behind the operator, in this order: the addition
	// of the last input, then the activation.
	AddsLast bool
	Act      Activation

	// Beyond is what Optimize has moved here from behind the node's readers: the
	// outputs are the source graph's values of the same names, so activated.
	Beyond Activation

	layers  []string // names of the source nodes this one stands for
	floor   int64    // its part of floorBytes
	lowered bool     // stands for an operator whose multiply-adds are not counted
	hoisted bool     // a shuffle that was moved here: what it gives is no value of the source
}

// Layers names the nodes of the source graph that the node stands for.
func (n *Node) Layers() []string {
	if len(n.layers) == 0 {
		return []string{n.Name}
	}
	return n.layers
}

// Graph is a directed acyclic graph of nodes, kept in an order in which every
// node follows those it reads from.
type Graph struct {
	Name    string
	Inputs  []*Value
	Outputs []*Value
	Nodes   []*Node
}

// NewGraph returns an empty graph.
func NewGraph(name string) *Graph { return &Graph{Name: name} }

// Input adds a graph input of the given shape.
func (g *Graph) Input(name string, shape ...int) *Value {
	v := &Value{Name: name, Shape: tensor.Shape(shape).Clone()}
	g.Inputs = append(g.Inputs, v)
	return v
}

// Const makes a constant value. The tensor is shared, not copied.
func (g *Graph) Const(name string, t *tensor.Tensor) *Value {
	return &Value{Name: name, Shape: t.Shape, Const: t}
}

// Apply adds a node and infers the shapes of its outputs, which are named after
// the node (and numbered where there are several). The error names operator,
// node and shapes, says what was wanted, and satisfies errors.Is(err, ErrShape).
func (g *Graph) Apply(name string, op Op, inputs ...*Value) ([]*Value, error) {
	outs, err := infer(op, inputs)
	if err != nil {
		return nil, fmt.Errorf("network: %s %q on %s: %w", op.Kind(), name, shapesOf(inputs), err)
	}
	n := &Node{Name: name, Op: op, Inputs: slices.Clone(inputs)}
	for i, s := range outs {
		vn := name
		if len(outs) > 1 {
			vn = fmt.Sprintf("%s.%d", name, i)
		}
		n.Outputs = append(n.Outputs, &Value{Name: vn, Shape: s})
	}
	g.Nodes = append(g.Nodes, n)
	return n.Outputs, nil
}

// infer is op.Infer for values, whose shapes it checks first and last, so that
// no operator need fear an overflow.
func infer(op Op, inputs []*Value) ([]tensor.Shape, error) {
	shapes := make([]tensor.Shape, len(inputs))
	for i, v := range inputs {
		if v == nil {
			continue
		}
		if err := v.check(); err != nil {
			return nil, fmt.Errorf("input %d: %w", i, err)
		}
		if shapes[i] = v.Shape; v.Shape == nil {
			shapes[i] = tensor.Shape{} // a scalar, which is not absent
		}
	}
	outs, err := op.Infer(shapes)
	for i, s := range outs {
		if err == nil {
			err = checkSize(s)
		}
		outs[i] = s.Clone()
	}
	return outs, err
}

// check sees that the value's size can be counted and that it has elements.
func (v *Value) check() error {
	if err := checkSize(v.Shape); err != nil {
		return err
	}
	if v.Const != nil && (!v.Shape.Equal(v.Const.Shape) || len(v.Const.Data) != v.Shape.Size()) {
		return shapeErr("constant %q of %v holds %v (%d elements)", v.Name, v.Shape, v.Const.Shape, len(v.Const.Data))
	}
	return nil
}

// maxElements is the largest tensor: its bytes must be countable in an int32, as
// shaders count.
const maxElements = 1 << 29

func checkSize(s tensor.Shape) error {
	n := 1
	for _, d := range s {
		if d < 1 {
			return shapeErr("%v has no elements", s)
		}
		if d > maxElements/n {
			return shapeErr("%v has more than %d elements", s, maxElements)
		}
		n *= d
	}
	return nil
}

// shapesOf lists the values' shapes for error messages.
func shapesOf(vs []*Value) string {
	var parts []string
	for _, v := range vs {
		if v == nil {
			parts = append(parts, "none")
		} else {
			parts = append(parts, v.Shape.String())
		}
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// Output marks values as the graph's outputs.
func (g *Graph) Output(values ...*Value) { g.Outputs = append(g.Outputs, values...) }

// clone copies the nodes and the values they produce, so that passes may rewrite
// the copy. Constants' tensors are shared.
func (g *Graph) clone() *Graph {
	c := &Graph{Name: g.Name}
	twin := map[*Value]*Value{nil: nil}
	of := func(v *Value) *Value {
		if t, ok := twin[v]; ok {
			return t
		}
		t := &Value{Name: v.Name, Shape: v.Shape, Const: v.Const}
		twin[v] = t
		return t
	}
	all := func(vs []*Value) []*Value {
		out := make([]*Value, len(vs))
		for i, v := range vs {
			out[i] = of(v)
		}
		return out
	}
	c.Inputs = all(g.Inputs)
	for _, n := range g.Nodes {
		m := *n
		m.Inputs, m.Outputs = all(n.Inputs), all(n.Outputs)
		m.layers = slices.Clone(n.Layers())
		c.Nodes = append(c.Nodes, &m)
	}
	c.Outputs = all(g.Outputs)
	return c
}
