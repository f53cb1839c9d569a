package network

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// NewPlan optimises a graph and schedules it. The graph is not changed.
//
// The error for a node that cannot be scheduled names it and satisfies
// errors.Is(err, ErrUnsupported); that for a value without elements, or of too
// many, errors.Is(err, ErrShape).
func NewPlan(g *Graph, opt PlanOptions) (*Plan, error) {
	opt.Cost = opt.Cost.orDefault()
	if err := errors.Join(opt.check(), g.check(opt)); err != nil {
		return nil, err
	}
	p := &Plan{Name: g.Name, Source: g, ElementBytes: cmp.Or(opt.ElementBytes, 4)}
	opt.Cost = opt.Cost.of(p.ElementBytes)
	g = Optimize(g)
	p.FloorBytes = floorBytes(g) / 4 * int64(p.ElementBytes)
	if opt.NoFusion {
		optimised := g
		g = lower(p.Source)
		g.floorOf(optimised)
	}
	if !opt.NoFusion {
		newRewriter(g).fuseLaunches(opt)
	}
	s := &scheduler{opt: opt, plan: p, at: map[*Value]address{}, outputs: map[*Value]bool{}}
	for _, v := range g.Outputs {
		s.outputs[v] = true
	}
	for _, v := range g.Inputs {
		b := s.buffer(v.Shape)
		b.fixed, b.level = true, -1
		s.at[v] = b.address(v.Shape)
		s.ins = append(s.ins, s.at[v]) // an input that is an output too gets a copy's address later
	}
	for _, n := range g.Nodes {
		if err := s.node(n); err != nil {
			return nil, fmt.Errorf("network: %s %q: %w", n.Op.Kind(), n.Name, err)
		}
	}
	for i, v := range g.Outputs {
		s.output(v, p.Source.Outputs[i].Name)
	}
	if opt.Fuse.has(FuseBeside) && !opt.NoFusion {
		s.fuseBeside()
	}
	s.order()
	s.overwrite()
	p.ArenaFloats, p.Guards = s.arena()
	if p.ArenaFloats > maxElements {
		return nil, fmt.Errorf("network: graph %q needs an arena of more than %d floats: %w", g.Name, maxElements, ErrUnsupported)
	}
	s.resolve()
	return p, nil
}

type scheduler struct {
	opt     PlanOptions
	plan    *Plan
	at      map[*Value]address
	outputs map[*Value]bool
	buffers []*buffer
	consts  []constant
	steps   []launch
	ins     []address
	outs    []address
}

// launch is a Step before buffers have places.
type launch struct {
	step     Step
	inputs   []address
	residual *address
	output   address
	writes   *buffer
	beside   *besides
	work     work
	gone     bool // done beside another
}

// reads lists the operands.
func (l *launch) reads() []address {
	all := slices.Clone(l.inputs)
	if l.residual != nil {
		all = append(all, *l.residual)
	}
	if l.beside != nil {
		all = append(all, l.beside.input)
	}
	return all
}

type constant struct {
	value *Value
	at    address
}

func (s *scheduler) buffer(shape tensor.Shape) *buffer {
	b := newBuffer(shape, &s.opt)
	s.buffers = append(s.buffers, b)
	return b
}

// operand is where a value lies. A constant is given a place at its first use.
func (s *scheduler) operand(v *Value) address {
	a, ok := s.at[v]
	if !ok {
		b := s.buffer(v.Shape)
		b.fixed, b.constant, b.level = true, true, -1
		a = b.address(v.Shape)
		s.at[v] = a
		s.consts = append(s.consts, constant{v, a})
	}
	return a
}

func (s *scheduler) node(n *Node) error {
	if movesNoData(n.Op) {
		return s.rename(n)
	}
	l := launch{step: Step{Op: n.Op, Layers: n.Layers(), Name: n.Outputs[0].Name, Beyond: n.Beyond, Act: n.Act, First: n.First, Tile: n.tile, Classifier: n.Classifier, MACs: MACs(n), FloorBytes: n.floor / 4 * int64(s.plan.ElementBytes)}}
	operands := n.Inputs
	if n.AddsLast {
		r := s.operand(operands[len(operands)-1])
		l.residual, operands = &r, operands[:len(operands)-1]
	}
	maps := operands
	switch n.Op.(type) {
	case Conv, ConvTranspose, FullyConnected, InstanceNorm:
		maps = operands[:1]
		var err error
		if l.step.Weights, err = weights(operands, 1); err != nil {
			return err
		}
		if l.step.Bias, err = weights(operands, 2); err != nil {
			return err
		}
	}
	for _, v := range maps {
		a := s.operand(v)
		if _, ok := n.Op.(Binary); ok {
			var err error
			if a, err = s.stretched(v, n.Outputs[0].Shape); err != nil {
				return err
			}
		}
		l.inputs = append(l.inputs, a)
	}
	var err error
	if f := n.First; f != nil {
		l.step.MACs += f.MACs
		switch {
		case l.step.Weights == nil:
			l.step.Kernel = ConvPooled
		case f.First != nil:
			l.step.Kernel = ConvUnit
			l.step.MACs += f.First.MACs
		default:
			l.step.Kernel = ConvFused
		}
	} else if n.Classifier != nil {
		l.step.Kernel = FullyConnectedFused
	} else if l.step.Kernel, err = kernelFor(n.Op, maps[0].Shape, n.Outputs[0].Shape); err != nil {
		return err
	}
	l.work = s.opt.Cost.workOf(n)
	s.launch(l, n.Outputs[0])
	return nil
}

// stretched addresses an operand of Binary as a tensor of the output's shape.
func (s *scheduler) stretched(v *Value, shape tensor.Shape) (address, error) {
	if v.Shape.Equal(shape) {
		return s.operand(v), nil
	}
	full := make(tensor.Shape, len(shape))
	missing := len(shape) - len(v.Shape)
	for d := range full {
		full[d] = 1
		if d >= missing {
			full[d] = v.Shape[d-missing]
		}
	}
	if v.Const != nil {
		// Laid out for the rank that it is read with.
		c := &Value{Name: v.Name, Shape: full, Const: &tensor.Tensor{Shape: full, Data: v.Const.Data}}
		return s.operand(c).stretched(shape), nil
	}
	if missing == 0 {
		return s.operand(v).stretched(shape), nil
	}
	a, ok, err := remapped(Reshape{full}, 0, []address{s.operand(v)}, full)
	if err != nil {
		return address{}, err
	}
	if !ok { // its single elements lie apart, and not as rows
		rows := &Value{Name: v.Name, Shape: full}
		s.launch(launch{
			step:   Step{Kernel: Elementwise, Op: Identity{}, Layers: []string{v.Name}, Name: v.Name},
			inputs: []address{a},
		}, rows)
		a = s.at[rows]
		s.steps[len(s.steps)-1].output.shape = v.Shape
	}
	return a.stretched(shape), nil
}

// weights gives constant operand i, or nil where it is absent.
func weights(operands []*Value, i int) (*tensor.Tensor, error) {
	if i >= len(operands) || operands[i] == nil {
		return nil, nil
	}
	if operands[i].Const == nil {
		return nil, fmt.Errorf("weights %q are computed, not constant: %w", operands[i].Name, ErrUnsupported)
	}
	return operands[i].Const, nil
}

func kernelFor(op Op, x, y tensor.Shape) (Kernel, error) {
	switch op := op.(type) {
	case Conv:
		// Channels of any rank count in planes; y has as many as x if depthwise.
		planes, _, _ := PlaneForm(x)
		switch g := op.G(); {
		case g > 1 && g*x[0] == planes && y[1] == x[1]:
			return ConvDepthwise, nil
		case op.Pointwise():
			return ConvPointwise, nil
		}
		return ConvGeneral, nil
	case BatchNorm:
		return "", fmt.Errorf("scale, bias, mean and variance must be constants: %w", ErrUnsupported)
	case Pool:
		return PoolWindow, nil
	case GlobalPool:
		return PoolGlobal, nil
	case FullyConnected:
		return FullyConnectedRow, nil
	case Softmax:
		return SoftmaxRow, nil
	case Binary, Activate, Identity:
		return Elementwise, nil
	case ConvTranspose:
		return ConvTransposed, nil
	case InstanceNorm:
		return NormInstance, nil
	case LRN:
		return NormLocal, nil
	case Mean:
		return MeanAxes, nil
	case MatMul:
		return MatrixProduct, nil
	case Resample:
		return ResamplePixels, nil
	}
	return "", ErrUnsupported
}

// launch gives the step's output a buffer and appends the step.
func (s *scheduler) launch(l launch, v *Value) {
	b := s.buffer(v.Shape)
	b.output = s.outputs[v]
	l.writes, l.output = b, b.address(v.Shape)
	l.step.Level = 0
	for _, a := range l.reads() {
		for _, r := range a.refs {
			l.step.Level = max(l.step.Level, r.buf.level+1)
		}
	}
	b.level = l.step.Level
	s.steps = append(s.steps, l)
	s.at[v] = l.output
}

// rename gives the outputs of an operator that moves no data their addresses.
func (s *scheduler) rename(n *Node) error {
	in := make([]address, len(n.Inputs))
	for i, v := range n.Inputs {
		in[i] = s.operand(v)
	}
	if c, ok := countedAxis(n.Op, n.Inputs[0].Shape).(Concat); ok && c.Axis == 1 {
		s.joinBuffers(in, n.Outputs[0].Shape)
	}
	for i, v := range n.Outputs {
		a, ok, err := remapped(n.Op, i, in, v.Shape)
		if err != nil {
			return err
		}
		if _, shuffle := n.Op.(ChannelShuffle); ok && !(shuffle && s.opt.CopyShuffles) {
			s.at[v] = a
			continue
		}
		s.launch(launch{
			step:   Step{Kernel: Elementwise, Op: Identity{}, Layers: n.Layers(), Name: v.Name, Beyond: n.Beyond},
			inputs: []address{a},
		}, v)
	}
	return nil
}

// joinBuffers lets the operands of a concatenation be written side by side, so
// that its planes lie at equal distances. Where an operand is already tied to
// another place, readers find its planes by their index all the same.
func (s *scheduler) joinBuffers(in []address, shape tensor.Shape) {
	parts, parent := make([]*buffer, len(in)), newBuffer(shape, &s.opt)
	for i, a := range in {
		b := a.whole()
		if b == nil || b.fixed || b.output || b.pinned || slices.Contains(parts[:i], b) ||
			b.samples != parent.samples || // of a reshaped value they may be others than the operand's
			i > 0 && (b.rowStride != parts[0].rowStride || b.height != parts[0].height || b.width != parts[0].width) {
			return
		}
		parts[i] = b
	}
	s.buffers = append(s.buffers, parent)
	channel := 0
	for _, b := range parts {
		parent.level = max(parent.level, b.level) // complete when the last part is
		b.parent, b.firstChannel = parent, channel
		channel += b.planes / b.samples
	}
}

// output binds a graph output to where a reader can find it: planes at equal
// distances in a buffer that nothing else is written to.
func (s *scheduler) output(v *Value, name string) {
	a := s.operand(v)
	if b := a.whole(); b == nil || b.fixed {
		s.launch(launch{
			step:   Step{Kernel: Elementwise, Op: Identity{}, Layers: []string{name}, Name: name},
			inputs: []address{a},
		}, v)
		a = s.at[v]
	}
	s.outs = append(s.outs, a)
}
