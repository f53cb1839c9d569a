package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// value is what is known of a value of the file.
type value struct {
	name  string
	shape tensor.Shape
	known *onnxfile.Tensor // its contents, if they are known at load
	net   *network.Value   // its place in the graph, once it has one
	err   error            // why it cannot be read

	// The output of a Pad is what it pads and by how much, until a reader wants it
	// computed.
	unpadded *value
	pad      *padding
	fill     float32
}

// node is a node of the file while it is imported: what an operator's function
// reads its inputs and attributes from, and gives its outputs to.
//
// Its methods do not return errors: they end the import of the node through
// bad or refuse, as a parser does at a syntax error.
type node struct {
	im    *importer
	kind  string
	name  string
	opset int

	in    []*value // nil where an optional input is absent
	attrs map[string]*onnxpb.AttributeProto
	outs  []string
	line  bool // the operator is of one dimension: see featureMap
	made  []*network.Node
	fresh map[*value]bool // values computed here that have no name yet
}

// stop carries an error out of an operator's function.
type stop struct{ err error }

// rescue turns a stop into an error.
func (n *node) rescue(err *error) {
	switch r := recover().(type) {
	case nil:
	case stop:
		*err = r.err
	default:
		panic(r)
	}
}

// bad ends the import: the node contradicts the operator's description.
func (n *node) bad(format string, args ...any) {
	panic(stop{fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))})
}

// refuse ends the import: the node is right, but asks for too much.
func (n *node) refuse(format string, args ...any) {
	panic(stop{fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), network.ErrUnsupported)})
}

func (n *node) check(err error) {
	if err != nil {
		panic(stop{err})
	}
}

// open reads the node's inputs and attributes.
func (n *node) open(p *onnxpb.NodeProto) {
	for _, a := range p.GetAttribute() {
		if n.attrs[a.GetName()] != nil {
			n.bad("attribute %s is given twice", quote(a.GetName()))
		}
		n.attrs[a.GetName()] = a
	}
	for _, name := range p.GetInput() {
		var v *value
		if name != "" {
			var err error
			v, err = n.im.value(name)
			n.check(err)
		}
		n.in = append(n.in, v)
	}
	for len(n.in) > 0 && n.in[len(n.in)-1] == nil {
		n.in = n.in[:len(n.in)-1]
	}
}

// run imports the node by its row of the table. An attribute that the operator's
// function did not read is refused: to ignore it could change the answer.
func (n *node) run(op operator) {
	if n.opset < op.since {
		n.refuse("of operator set %d, known from %d on; export the model with a newer one", n.opset, op.since)
	}
	if len(n.in) < op.least || len(n.in) > op.most {
		n.bad("%d inputs, %s takes %s", len(n.in), n.kind, op.arity())
	}
	for i, v := range n.in[:op.least] {
		if v == nil {
			n.bad("input %d is missing", i)
		}
	}
	op.run(n)
	for _, name := range slices.Sorted(maps.Keys(n.attrs)) {
		n.refuse("attribute %s", quote(name))
	}
	for i, name := range n.outs {
		if name != "" && n.im.values[name] == nil {
			n.im.values[name] = &value{name: name, err: fmt.Errorf("output %d of %s %s: %w", i, n.kind, quote(n.name), network.ErrUnsupported)}
		}
	}
	n.finish()
}

// input is an optional input, nil if it is absent.
func (n *node) input(i int) *value {
	if i < len(n.in) {
		return n.in[i]
	}
	return nil
}

// knownFloats is a floating-point input that must be constant.
func (n *node) knownFloats(i int, what string) *tensor.Tensor {
	v := n.in[i]
	if v.known == nil {
		n.refuse("%s %s are computed, not constant", what, quote(v.name))
	}
	if v.known.Floats == nil {
		n.refuse("%s %s of type %v, only floating-point numbers", what, quote(v.name), v.known.Type)
	}
	return tensor.FromSlice(v.known.Floats, v.shape...)
}

// knownInts is an integer input that must be constant.
func (n *node) knownInts(i int, what string) []int64 {
	v := n.in[i]
	if v.known == nil {
		n.refuse("%s %s are computed, not constant", what, quote(v.name))
	}
	if v.known.Ints == nil {
		n.bad("%s %s of type %v, only integers", what, quote(v.name), v.known.Type)
	}
	return v.known.Ints
}

// network gives a value its place in the graph.
func (n *node) network(v *value) *network.Value {
	switch {
	case v.net != nil:
	case v.pad != nil:
		v.net = n.network(n.padded(v))
		v.net.Name = v.name
	case v.known.Floats == nil:
		n.refuse("%s is of type %v, only floating-point numbers", quote(v.name), v.known.Type)
	case v.shape.Size() == 0:
		n.refuse("%s has no elements (%v)", quote(v.name), v.shape)
	default:
		v.net = n.im.graph.Const(v.name, tensor.FromSlice(v.known.Floats, v.shape...))
		v.net.Shape = v.shape
	}
	return v.net
}

// constant makes a value of numbers computed at load.
func (n *node) constant(suffix string, t *tensor.Tensor) *value {
	return &value{name: n.name + "." + suffix, shape: t.Shape, known: floatsOf(t.Data, t.Shape)}
}

// apply gives the outputs of an operator of package network. Where it only moves
// elements and all its inputs are known, so are its outputs.
func (n *node) apply(op network.Op, in ...*value) []*value {
	if outs := n.fold(op, in); outs != nil {
		return outs
	}
	inputs, shapes := make([]*network.Value, len(in)), make([]tensor.Shape, len(in))
	for i, v := range in {
		if v != nil {
			inputs[i], shapes[i] = n.network(v), v.shape
		}
	}
	if _, err := op.Infer(shapes); err != nil {
		n.check(fmt.Errorf("on %v: %w", shapes, err))
	}
	made, err := n.im.graph.Apply(n.name, op, inputs...)
	n.check(err)
	n.made = append(n.made, n.im.graph.Nodes[len(n.im.graph.Nodes)-1])
	outs := make([]*value, len(made))
	for i, v := range made {
		n.view(op, shapes[0], v.Shape)
		if v.Shape == nil {
			v.Shape = tensor.Shape{} // a scalar, not an absent input
		}
		v.Name = ""
		outs[i] = &value{shape: v.Shape, net: v}
		n.own(outs[i])
	}
	return outs
}

// one is apply for operators with one output.
func (n *node) one(op network.Op, in ...*value) *value { return n.apply(op, in...)[0] }

// own notes that a value was made here, so that give may name it.
func (n *node) own(v *value) {
	if n.fresh == nil {
		n.fresh = map[*value]bool{}
	}
	n.fresh[v] = true
}

// give makes v the node's output i.
func (n *node) give(i int, v *value) {
	if i >= len(n.outs) || n.outs[i] == "" {
		return
	}
	switch {
	case v.known != nil:
		v = &value{shape: v.shape, known: v.known}
	case !n.fresh[v]:
		v = n.one(network.Identity{}, v)
	}
	delete(n.fresh, v)
	v.name = n.outs[i]
	if v.net != nil {
		v.net.Name = v.name
	}
	n.im.values[v.name] = v
}

// finish names what was made on the way: the last node of the graph is the
// file's, those before it are numbered.
func (n *node) finish() {
	for i, m := range n.made {
		m.Name = n.name
		if i < len(n.made)-1 {
			m.Name = unique(n.im.nodes, n.name+"."+strconv.Itoa(i))
		}
		for _, v := range m.Outputs {
			if v.Name == "" {
				v.Name = unique(n.im.taken, m.Name)
			}
		}
	}
}
