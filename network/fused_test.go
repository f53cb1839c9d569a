package network_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// What a plan says of its fused steps, done step by step by the reference over an
// arena of NaN, gives the source's values under the steps' names.
func TestFusedStepsSayWhatToCompute(t *testing.T) {
	racing.Skip(t)
	seen := map[string]int{}
	for _, c := range conformance.Cases() {
		g, err := c.Graph()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range everyFusion() {
			p, err := network.NewPlan(g, o)
			if err != nil {
				t.Fatal(err)
			}
			fused := false
			for _, s := range p.Steps {
				if s.First != nil || s.Classifier != nil {
					seen[string(s.Kernel)]++
					fused = true
				}
				if s.Beside != nil {
					seen["beside "+string(s.Kernel)]++
					fused = true
				}
			}
			if fused {
				if err := runByReference(p, c.Inputs(g)); err != nil {
					t.Fatalf("%s, %+v: %v\n%v", c.Name, o, err, p)
				}
			}
		}
	}
	for _, what := range []string{string(network.ConvFused), string(network.ConvPooled), string(network.ConvUnit), string(network.FullyConnectedFused),
		"beside conv_pointwise", "beside conv_depthwise_pointwise", "beside conv_unit"} {
		if seen[what] < 4 {
			t.Errorf("%d cases have %s", seen[what], what)
		}
	}
}

// runByReference runs a plan step by step and compares all results.
func runByReference(p *network.Plan, in []*tensor.Tensor) error {
	want, err := cpu.Evaluate(p.Source, in)
	if err != nil {
		return err
	}
	arena := make([]float32, p.ArenaFloats)
	for i := range arena {
		arena[i] = float32(math.NaN())
	}
	for i := range p.Inputs {
		p.Inputs[i].View.Pack(arena, in[i])
	}
	for i := range p.Consts {
		p.Consts[i].View.Pack(arena, p.Consts[i].Tensor)
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if err := stepByReference(s, arena); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
		for _, r := range s.Results() {
			got := tensor.New(r.View.Shape...)
			r.View.Unpack(arena, got)
			if d := tensor.MaxDiff(got, cpu.Activated(want[r.Name], r.Beyond)); !(d.Rel <= 1e-5) {
				return fmt.Errorf("step %d: %q: %v", i, r.Name, d)
			}
		}
	}
	return nil
}

// stepByReference does what a step says, as a small graph.
func stepByReference(s *network.Step, arena []float32) error {
	b := network.NewBuilder("step")
	var in []*tensor.Tensor
	read := func(v *network.View) *network.Value {
		x := tensor.New(v.Shape...)
		v.Unpack(arena, x)
		in = append(in, x)
		return b.Input(fmt.Sprint("in", len(in)), v.Shape...)
	}
	constants := func(x *network.Value, ts ...*tensor.Tensor) []*network.Value {
		all := []*network.Value{x}
		for i, t := range ts {
			if t != nil {
				all = append(all, b.Const(fmt.Sprint(x.Name, "const", i), t))
			}
		}
		return all
	}
	activated := func(name string, x *network.Value, a network.Activation) *network.Value {
		return b.Apply(name, network.Activate{Fn: a}, x)
	}
	x := read(&s.Inputs[0])
	if f := s.First; f != nil {
		if e := f.First; e != nil {
			x = activated("expanded", b.Apply("expand", e.Op, constants(x, e.Weights, e.Bias)...), e.Act)
			x = b.Apply("shuffled", network.ChannelShuffle{Groups: f.Shuffle}, x)
		}
		x = activated("between", b.Apply("first", f.Op, constants(x, f.Weights, f.Bias)...), f.Act)
	}
	if c := s.Classifier; c != nil && c.Pool != nil {
		x = b.Apply("pooled", *c.Pool, x)
		x = b.Apply("flat", network.Reshape{Shape: x.Shape[:2]}, x)
	}
	operands := constants(x, s.Weights, s.Bias)
	for i := range s.Inputs[1:] {
		operands = append(operands, read(&s.Inputs[i+1]))
	}
	y := b.Apply("op", s.Op, operands...)
	if s.Residual != nil {
		y = b.Apply("sum", network.Binary{Fn: network.FnAdd}, y, read(s.Residual))
	}
	y = activated("y", y, s.Act)
	if c := s.Classifier; c != nil && c.Softmax {
		y = b.Apply("softmax", network.Softmax{Axis: 1}, y)
	}
	outs := []*network.Value{y}
	if p := s.Beside; p != nil {
		outs = append(outs, activated("beside", b.Apply("pool", p.Op, read(&p.Input)), p.Act))
	}
	g, err := b.Build(outs...)
	if err != nil {
		return err
	}
	values, err := cpu.Evaluate(g, in)
	if err != nil {
		return err
	}
	for i, r := range s.Results() {
		r.View.Pack(arena, values[outs[i].Name])
	}
	return nil
}
