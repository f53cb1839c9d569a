package onnx

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// newest is the latest operator set that the importer knows.
const newest = 22

// Bounds on what a file may ask for beyond what it holds.
const (
	maxNodes  = 100_000
	maxRank   = 16
	maxDim    = math.MaxInt32
	maxEmpty  = 1 << 20  // product of the dimensions but 0 of a tensor without elements
	maxFolded = 64 << 20 // bytes of constants computed at load, beside four times the file's own
)

// importer builds one graph.
type importer struct {
	file    *onnxpb.GraphProto
	options Options
	opset   int
	graph   *network.Graph

	operators map[string]operator
	inits     map[string]*onnxpb.TensorProto
	values    map[string]*value
	taken     map[string]bool       // values' names: the file's, and those made since
	nodes     map[string]bool       // nodes' names
	fills     map[float32][]float32 // constants of one number share their elements
	budget    int64                 // bytes that constants computed at load may still take
}

func newImporter(g *onnxpb.GraphProto, name string, o Options) *importer {
	return &importer{
		file: g, options: o, graph: network.NewGraph(name), operators: operators(),
		values: map[string]*value{}, taken: map[string]bool{}, nodes: map[string]bool{}, fills: map[float32][]float32{}, budget: maxFolded,
	}
}

func (im *importer) run(m *onnxpb.ModelProto) error {
	if err := im.operatorSet(m); err != nil {
		return err
	}
	if err := im.constants(); err != nil {
		return err
	}
	if err := im.inputs(); err != nil {
		return err
	}
	nodes, err := im.order()
	if err != nil {
		return err
	}
	if err := im.known(nodes); err != nil {
		return err
	}
	for _, p := range nodes {
		if err := im.node(p); err != nil {
			return err
		}
	}
	return im.outputs()
}

// operatorSet finds the version of ONNX's own operators.
func (im *importer) operatorSet(m *onnxpb.ModelProto) error {
	for _, s := range m.GetOpsetImport() {
		if v := s.GetVersion(); isONNX(s.GetDomain()) {
			if v < 1 {
				return fmt.Errorf("%w: operator set %d", ErrInvalid, v)
			}
			if v > newest {
				return fmt.Errorf("operator set %d, known are those up to %d; export the model with one of these: %w", v, newest, network.ErrUnsupported)
			}
			im.opset = int(v)
		}
	}
	if im.opset == 0 {
		return fmt.Errorf("%w: it does not say which operator set it uses", ErrInvalid)
	}
	return nil
}

func isONNX(domain string) bool { return domain == "" || domain == "ai.onnx" }

func (im *importer) constants() error {
	inits, err := onnxfile.Initializers(im.file)
	if err != nil {
		return err
	}
	im.inits = inits
	for name, t := range inits {
		im.taken[name] = true
		im.budget += 4 * int64(len(t.RawData)+4*len(t.FloatData)+4*len(t.Int32Data)+8*len(t.Int64Data)+8*len(t.DoubleData))
	}
	return nil
}

// inputs makes the graph's inputs: those of the file that have no initialiser.
func (im *importer) inputs() error {
	unused := maps.Clone(im.options.Shapes)
	var names []string
	for _, p := range im.file.GetInput() {
		name := p.GetName()
		if im.inits[name] != nil {
			continue
		}
		names = append(names, quote(name))
		delete(unused, name)
		if name == "" || im.taken[name] {
			return fmt.Errorf("%w: two inputs named %s, or one without a name", ErrInvalid, quote(name))
		}
		im.taken[name] = true
		shape, err := im.inputShape(p)
		if err != nil {
			return fmt.Errorf("input %s: %w", quote(name), err)
		}
		v := im.graph.Input(name, shape...)
		v.Shape = shape
		im.values[name] = &value{name: name, shape: shape, net: v}
	}
	if len(unused) > 0 {
		return fmt.Errorf("a shape is given for input %s, but the inputs are %s: %w",
			quote(slices.Min(slices.Collect(maps.Keys(unused)))), strings.Join(clipped(names), ", "), network.ErrShape)
	}
	return nil
}

// clipped shortens a list for use in an error.
func clipped(names []string) []string {
	const most = 8
	if len(names) > most {
		return append(names[:most:most], fmt.Sprintf("%d more", len(names)-most))
	}
	return names
}

func (im *importer) inputShape(p *onnxpb.ValueInfoProto) (tensor.Shape, error) {
	t := p.GetType().GetTensorType()
	if t == nil {
		return nil, fmt.Errorf("not a tensor: %w", network.ErrUnsupported)
	}
	if kind := onnxpb.TensorProto_DataType(t.GetElemType()); kind != onnxpb.TensorProto_FLOAT {
		return nil, fmt.Errorf("elements of type %v, only FLOAT: %w", kind, network.ErrUnsupported)
	}
	given, fixed := im.options.Shapes[p.GetName()]
	dims := t.GetShape().GetDim()
	if t.Shape == nil && !fixed {
		return nil, fmt.Errorf("%w: the file gives it no shape; fix it as in %s=1x3x224x224", ErrOpenShape, p.GetName())
	}
	if fixed && t.Shape != nil && len(given) != len(dims) {
		return nil, fmt.Errorf("the shape %v is given, the file says %s: %w", given, describe(dims), network.ErrShape)
	}
	shape := given.Clone()
	if shape == nil {
		shape = make(tensor.Shape, len(dims))
	}
	if len(shape) > maxRank {
		return nil, fmt.Errorf("%d dimensions: %w", len(shape), network.ErrUnsupported)
	}
	for i, d := range dims {
		n, open := dimension(d)
		switch {
		case !open && n == 0:
			return nil, fmt.Errorf("no elements (%s): %w", describe(dims), network.ErrUnsupported)
		case !open && (n < 1 || n > maxDim):
			return nil, fmt.Errorf("%w: its shape is %s", ErrInvalid, describe(dims))
		case !open && fixed && int64(given[i]) != n:
			return nil, fmt.Errorf("the shape %v is given, the file says %s: %w", given, describe(dims), network.ErrShape)
		case !open:
			shape[i] = int(n)
		case !fixed && i == 0:
			shape[i] = 1
		case !fixed:
			return nil, fmt.Errorf("%w: the file says %s; fix it as in %s=%s", ErrOpenShape, describe(dims), p.GetName(), example(dims))
		}
	}
	size := 1
	for _, n := range shape {
		if n < 1 || n > maxElements {
			return nil, fmt.Errorf("the shape %v is given: %w", shape, network.ErrShape)
		}
		if size *= n; size > maxElements {
			return nil, fmt.Errorf("the shape %v has more than %d elements: %w", shape, maxElements, network.ErrShape)
		}
	}
	return shape, nil
}

// maxElements is the largest tensor of package network.
const maxElements = 1 << 29

// dimension gives a dimension's size; open if the file leaves it to the user.
// Some exporters write -1 for that.
func dimension(d *onnxpb.TensorShapeProto_Dimension) (n int64, open bool) {
	v, ok := d.GetValue().(*onnxpb.TensorShapeProto_Dimension_DimValue)
	if !ok || v.DimValue == -1 {
		return 0, true
	}
	return v.DimValue, false
}

// describe writes dimensions as 1x3xHxW.
func describe(dims []*onnxpb.TensorShapeProto_Dimension) string {
	return joinDims(dims, func(_ int, d *onnxpb.TensorShapeProto_Dimension) string {
		if name := d.GetDimParam(); name != "" {
			return strings.Trim(quote(name), `"`)
		}
		return "?"
	})
}

// example writes dimensions with sizes for those that are open.
func example(dims []*onnxpb.TensorShapeProto_Dimension) string {
	return joinDims(dims, func(i int, _ *onnxpb.TensorShapeProto_Dimension) string {
		switch i {
		case 0:
			return "1"
		case 1:
			return "3"
		}
		return "224"
	})
}

func joinDims(dims []*onnxpb.TensorShapeProto_Dimension, open func(int, *onnxpb.TensorShapeProto_Dimension) string) string {
	var parts []string
	for i, d := range dims[:min(len(dims), maxRank)] {
		if n, isOpen := dimension(d); isOpen {
			parts = append(parts, open(i, d))
		} else {
			parts = append(parts, strconv.FormatInt(n, 10))
		}
	}
	return strings.Join(parts, "x")
}

// known refuses a model with operators that have no row in the table, and names
// them all.
func (im *importer) known(nodes []*onnxpb.NodeProto) error {
	var first *onnxpb.NodeProto
	kinds := map[string]bool{}
	for _, p := range nodes {
		kind := p.GetOpType()
		if isONNX(p.GetDomain()) {
			if _, ok := im.operators[kind]; ok {
				continue
			}
		} else {
			kind = p.GetDomain() + "." + kind
		}
		if first == nil {
			first = p
		} else if kind != first.GetOpType() {
			kinds[quote(kind)] = true
		}
	}
	if first == nil {
		return nil
	}
	text := "operator"
	if !isONNX(first.GetDomain()) {
		text += " of domain " + quote(first.GetDomain())
	}
	if len(kinds) > 0 {
		text += " (the model also has " + strings.Join(clipped(slices.Sorted(maps.Keys(kinds))), ", ") + ")"
	}
	return fmt.Errorf("%s: %s: %w", title(first, nodeName(first)), text, network.ErrUnsupported)
}

// outputs marks the graph's outputs, in the file's order.
func (im *importer) outputs() error {
	if len(im.file.GetOutput()) == 0 {
		return fmt.Errorf("%w: the graph has no outputs", ErrInvalid)
	}
	seen := map[string]bool{}
	for _, p := range im.file.GetOutput() {
		name := p.GetName()
		if seen[name] {
			return fmt.Errorf("%w: two outputs named %s", ErrInvalid, quote(name))
		}
		seen[name] = true
		v, err := im.value(name)
		if err == nil {
			v.net, err = im.output(v)
		}
		if err != nil {
			return fmt.Errorf("output %s: %w", quote(name), err)
		}
		im.graph.Output(v.net)
	}
	return nil
}

// output is a value as an output: a constant needs a node that it comes from.
func (im *importer) output(v *value) (out *network.Value, err error) {
	n := &node{im: im, kind: "output", name: unique(im.nodes, "output:"+v.name)}
	defer n.rescue(&err)
	if v.known != nil && v.known.Floats == nil {
		n.refuse("of type %v, only floating-point numbers", v.known.Type)
	}
	net := n.network(v)
	if net.Const != nil {
		net = n.network(n.apply(network.Identity{}, &value{name: v.name, shape: v.shape, net: net})[0])
		net.Name = v.name
	}
	n.finish()
	return net, nil
}

// value looks up a value of the file by name. Initialisers are decoded when they
// are first read: what nothing reads may be of any type.
func (im *importer) value(name string) (*value, error) {
	if v := im.values[name]; v != nil {
		return v, v.err
	}
	t := im.inits[name]
	if t == nil {
		return nil, fmt.Errorf("%w: nothing computes %s", ErrInvalid, quote(name))
	}
	d, err := onnxfile.Decode(t)
	if err != nil {
		return nil, err
	}
	if len(d.Shape) > maxRank {
		return nil, fmt.Errorf("tensor %s has %d dimensions: %w", quote(name), len(d.Shape), network.ErrUnsupported)
	}
	if err := empty(d.Shape); err != nil {
		return nil, fmt.Errorf("tensor %s: %w", quote(name), err)
	}
	v := &value{name: name, shape: d.Shape, known: d}
	im.values[name] = v
	return v, nil
}

// empty refuses a shape without elements that has large dimensions all the same:
// loops over some of them would take for ever.
func empty(shape tensor.Shape) error {
	size := 1
	for _, d := range shape {
		if size *= max(d, 1); size > maxEmpty {
			if slices.Contains(shape, 0) {
				return fmt.Errorf("no elements in %v: %w", shape, network.ErrUnsupported)
			}
			return nil
		}
	}
	return nil
}

// spend takes what a constant computed at load needs from the budget, before it
// is allocated.
func (im *importer) spend(shape tensor.Shape, size int64) error {
	total, err := im.bytes(shape, size)
	im.budget -= total
	return err
}

// bytes is the size of a tensor, if the budget has room for it.
func (im *importer) bytes(shape tensor.Shape, size int64) (int64, error) {
	if slices.Contains(shape, 0) {
		return 0, nil
	}
	total := size
	for _, d := range shape {
		if total *= int64(d); total > im.budget {
			return 0, fmt.Errorf("constants of more than %d MiB would be computed at load: %w", maxFolded>>20, network.ErrUnsupported)
		}
	}
	return total, nil
}

// unique gives a name that is not taken, and takes it.
func unique(taken map[string]bool, name string) string {
	for i, base := 2, name; taken[name]; i++ {
		name = base + "#" + strconv.Itoa(i)
	}
	taken[name] = true
	return name
}

// node imports one node and registers its outputs.
func (im *importer) node(p *onnxpb.NodeProto) (err error) {
	n := &node{im: im, kind: p.GetOpType(), opset: im.opset, attrs: map[string]*onnxpb.AttributeProto{}, outs: p.GetOutput()}
	n.name = unique(im.nodes, nodeName(p))
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", title(p, nodeName(p)), err)
		}
	}()
	defer n.rescue(&err)
	n.open(p)
	n.run(im.operators[n.kind])
	return nil
}

// nodeName is a node's name, or one made from its operator and first output.
func nodeName(p *onnxpb.NodeProto) string {
	if name := p.GetName(); name != "" {
		return name
	}
	i := slices.IndexFunc(p.GetOutput(), func(o string) bool { return o != "" })
	if i < 0 {
		return p.GetOpType()
	}
	return p.GetOpType() + ":" + p.GetOutput()[i]
}

// title is how errors name a node.
func title(p *onnxpb.NodeProto, name string) string {
	return strings.Trim(quote(p.GetOpType()), `"`) + " " + quote(name)
}

var errCycle = errors.New("its nodes form a cycle")
