package onnx

import (
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
	maxSide   = 1 << 16  // rows or columns that a resized or padded map may have
	maxViewed = 1 << 23  // elements of a tensor that is addressed one by one
	maxMoved  = 1 << 25  // places that all views of a graph may name: planning takes time by them
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
	moved     int                   // places that views name so far
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
// Integers known at load are given as the numbers that they are.
func (im *importer) output(v *value) (out *network.Value, err error) {
	n := &node{im: im, kind: "output", name: unique(im.nodes, "output:"+v.name)}
	defer n.rescue(&err)
	if v.known != nil && v.known.Floats == nil {
		f := make([]float32, len(v.known.Ints))
		for i, k := range v.known.Ints {
			if f[i] = float32(k); int64(f[i]) != k {
				n.refuse("of type %v, only floating-point numbers, and %d is none", v.known.Type, k)
			}
		}
		v = &value{name: v.name, shape: v.shape, known: floatsOf(f, v.shape)}
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

// view counts the places that an operator which moves no data names: a plane each
// where planes stay whole, else an element each.
func (n *node) view(op network.Op, in, out tensor.Shape) {
	planes, h, w := network.PlaneForm(out)
	_, height, width := network.PlaneForm(in)
	whole := h == height && w == width
	inner := len(in) - min(max(len(in)-2, 0), 2) // the first dimension inside a plane
	inside := []int{inner, inner + 1}
	switch op := op.(type) {
	case network.Transpose:
		whole = whole && slices.Equal(op.Perm[inner:], inside[:len(op.Perm)-inner])
	case network.Reshape, network.Concat, network.Split, network.Slice, network.Gather, network.Expand:
	default:
		return
	}
	if !whole {
		planes = out.Size()
	}
	if n.im.moved += planes; n.im.moved > maxMoved {
		n.refuse("more than %d elements to address one by one", maxMoved)
	}
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
