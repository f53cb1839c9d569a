package gpu

import (
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// oracleWork bounds the multiply-adds of the reference for one launch: it is slow.
// Of larger convolutions it computes some output channels.
const oracleWork = 4 << 20

// toleranceOf is how far a result may be from another, relative to the largest
// magnitude: sums are made in another order, and weights and results rounded.
func toleranceOf(s kernels.Storage) float64 {
	if s.Halves {
		return 5e-3
	}
	return 1e-4
}

// operands are what a step reads.
type operands struct {
	inputs   []*tensor.Tensor
	residual *tensor.Tensor // may be nil
	beside   *tensor.Tensor // likewise
}

// right is what a step must compute, or some channels of it.
type right struct {
	channels []int // nil is all
	want     *tensor.Tensor
}

// references computes a step's results by the CPU's reference, from its operands.
func references(s *network.Step, o *operands) ([]right, error) {
	r, err := reference(s, o.inputs, o.residual)
	if err != nil || s.Beside == nil {
		return []right{r}, err
	}
	beside, err := reference(&network.Step{Name: s.Beside.Name, Op: s.Beside.Op, Act: s.Beside.Act, Output: s.Beside.Output}, []*tensor.Tensor{o.beside}, nil)
	return []right{r, beside}, err
}

// reference computes the first result.
func reference(s *network.Step, in []*tensor.Tensor, residual *tensor.Tensor) (right, error) {
	var r right
	b := network.NewBuilder(s.Name)
	x := make([]*network.Value, len(in))
	for i, t := range in {
		x[i] = b.Input(fmt.Sprint("operand ", i), t.Shape...)
	}
	r.channels = someChannels(s)
	if f := s.First; f != nil {
		if e := f.First; e != nil {
			x[0] = b.Apply("expand", e.Op, append(x[:1:1], constants(b, "expand", e.Weights, e.Bias)...)...)
			x[0] = b.Apply("expanded", network.Activate{Fn: e.Act}, x[0])
			x[0] = b.Apply("shuffled", network.ChannelShuffle{Groups: f.Shuffle}, x[0])
		}
		weights, bias, op := f.Weights, f.Bias, f.Op
		if s.Weights == nil && r.channels != nil { // its channels are the result's
			weights, bias = pick(weights, r.channels), pick(bias, r.channels)
		}
		x[0] = b.Apply("first", op, append(x[:1:1], constants(b, "first", weights, bias)...)...)
		if f.Act.On() {
			x[0] = b.Apply("between", network.Activate{Fn: f.Act}, x[0])
		}
	}
	if c := s.Classifier; c != nil && c.Pool != nil {
		x[0] = b.Apply("pooled", *c.Pool, x[0])
		x[0] = b.Apply("flat", network.Reshape{Shape: x[0].Shape[:2]}, x[0])
	}
	weights, bias := s.Weights, s.Bias
	if r.channels != nil {
		weights, bias = pick(weights, r.channels), pick(bias, r.channels)
		if residual != nil {
			residual = pickPlanes(residual, r.channels)
		}
	}
	y := b.Apply("result", s.Op, append(x, constants(b, "own", weights, bias)...)...)
	if residual != nil {
		y = b.Apply("sum", network.Binary{Fn: network.FnAdd}, y, b.Input("residual", residual.Shape...))
		in = append(in[:len(in):len(in)], residual)
	}
	if s.Act.On() {
		y = b.Apply("activated", network.Activate{Fn: s.Act}, y)
	}
	if c := s.Classifier; c != nil && c.Softmax {
		y = b.Apply("softmax", network.Softmax{Axis: 1}, y)
	}
	g, err := b.Build(y)
	if err != nil {
		return r, err
	}
	values, err := cpu.Evaluate(g, in)
	if err != nil {
		return r, err
	}
	r.want = values[y.Name]
	for _, v := range r.want.Data {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return r, fmt.Errorf("its result is not finite on test data, so that nothing can be held against it")
		}
	}
	return r, nil
}

// constants are the operands of an operator that are not computed.
func constants(b *network.Builder, name string, weights, bias *tensor.Tensor) []*network.Value {
	var all []*network.Value
	if weights != nil {
		all = append(all, b.Const(name+" weights", weights))
	}
	if bias != nil {
		all = append(all, b.Const(name+" bias", bias))
	}
	return all
}

// someChannels chooses output channels for the reference, as many of each group, and
// the first and the last of each; nil is all of them.
func someChannels(s *network.Step) []int {
	weights, groups := s.Weights, 1
	if c := s.Classifier; c != nil && c.Softmax { // of all outputs
		return nil
	}
	if op, ok := s.Op.(network.Conv); ok {
		groups = op.G()
	} else if f := s.First; f != nil && weights == nil {
		weights, groups = f.Weights, f.Op.G()
	}
	if weights == nil || s.MACs <= oracleWork {
		return nil
	}
	each := weights.Shape[0] / groups
	few := int(max(2, int64(each)*oracleWork/s.MACs))
	if few >= each {
		return nil
	}
	var channels []int
	for g := range groups {
		for i := range few {
			channels = append(channels, g*each+i*(each-1)/(few-1))
		}
	}
	return channels
}

// pick gives some rows of weights or of a bias.
func pick(t *tensor.Tensor, rows []int) *tensor.Tensor {
	if t == nil { // no bias, or the operator has no weights
		return nil
	}
	shape := append(tensor.Shape{len(rows)}, t.Shape[1:]...)
	out, size := tensor.New(shape...), t.Shape[1:].Size()
	for i, r := range rows {
		copy(out.Data[i*size:][:size], t.Data[r*size:])
	}
	return out
}

// pickPlanes gives some channels of each sample.
func pickPlanes(t *tensor.Tensor, channels []int) *tensor.Tensor {
	shape := append(tensor.Shape{t.Shape[0], len(channels)}, t.Shape[2:]...)
	out, size := tensor.New(shape...), t.Shape[2:].Size()
	for n := range t.Shape[0] {
		for i, c := range channels {
			copy(out.Data[(n*len(channels)+i)*size:][:size], t.Data[(n*t.Shape[1]+c)*size:])
		}
	}
	return out
}

// compare holds a launch's result against what is right.
func (r *right) compare(got *tensor.Tensor, tolerance float64) error {
	if r.channels != nil {
		got = pickPlanes(got, r.channels)
	}
	return near(got, r.want, "the reference's", tolerance)
}

// near is nil if two results are the same but for rounding.
func near(got, want *tensor.Tensor, whose string, tolerance float64) error {
	if d := tensor.MaxDiff(got, want); !(d.Rel <= tolerance) { // NaN fails
		return fmt.Errorf("%w: its result is not %s: %v", ErrTuning, whose, d)
	}
	return nil
}
