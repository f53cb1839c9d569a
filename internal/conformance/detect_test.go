package conformance

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// faulty is the CPU backend with a fault put in behind each run.
type faulty struct {
	network.Backend
	spoil func(e *faultyExecutor, run int, outs []*tensor.Tensor) error
}

type faultyExecutor struct {
	network.Executor
	network.Tracer
	network.StepTimer
	network.ArenaAccess
	plan  *network.Plan
	run   int
	spoil func(e *faultyExecutor, run int, outs []*tensor.Tensor) error
}

func (f faulty) Prepare(p *network.Plan) (network.Executor, error) {
	exec, err := f.Backend.Prepare(p)
	if err != nil {
		return nil, err
	}
	return &faultyExecutor{exec, exec.(network.Tracer), exec.(network.StepTimer), exec.(network.ArenaAccess), p, 0, f.spoil}, nil
}

func (e *faultyExecutor) Run(outs, in []*tensor.Tensor) error {
	err := e.Executor.Run(outs, in)
	e.run++
	return errors.Join(err, e.spoil(e, e.run-1, outs))
}

// The suite is worth what it detects.
func TestFaultsAreSeen(t *testing.T) {
	c := net("faults", func(b *builder) value {
		return b.relu(b.pointwise(b.in(1, 6, 5, 5), 6, 2))
	})
	guarded := func(e *faultyExecutor) bool { return len(e.plan.Guards) > 0 }
	for _, f := range []struct {
		name, want string
		spoil      func(e *faultyExecutor, run int, outs []*tensor.Tensor) error
	}{
		{"nothing", "", func(*faultyExecutor, int, []*tensor.Tensor) error { return nil }},
		{"one wrong element", "1 of 150 elements are wrong", func(_ *faultyExecutor, _ int, outs []*tensor.Tensor) error {
			outs[0].Data[7] += 0.01
			return nil
		}},
		{"a NaN", "NaN, want", func(_ *faultyExecutor, _ int, outs []*tensor.Tensor) error {
			outs[0].Data[149] = float32(math.NaN())
			return nil
		}},
		{"wrong from the second run", "run 1: output", func(_ *faultyExecutor, run int, outs []*tensor.Tensor) error {
			outs[0].Data[0] += float32(run)
			return nil
		}},
		{"not the same bits", "differs from the first run", func(_ *faultyExecutor, run int, outs []*tensor.Tensor) error {
			if run == 2 {
				outs[0].Data[0] = math.Nextafter32(outs[0].Data[0], 9)
			}
			return nil
		}},
		{"a stray write", "in guard", func(e *faultyExecutor, _ int, outs []*tensor.Tensor) error {
			if !guarded(e) {
				return nil
			}
			arena := make([]float32, e.plan.ArenaFloats)
			err := e.ReadArena(arena)
			arena[e.plan.Guards[1].End-1] = 0
			return errors.Join(err, e.WriteArena(arena))
		}},
		{"an error", "out of paper", func(*faultyExecutor, int, []*tensor.Tensor) error { return errors.New("out of paper") }},
	} {
		err := RunCase(faulty{cpu.New(cpu.Options{Threads: 1}), f.spoil}, c, Options{})
		switch {
		case f.want == "" && err != nil:
			t.Errorf("%s: %v", f.name, err)
		case f.want != "" && (err == nil || !strings.Contains(err.Error(), f.want)):
			t.Errorf("%s: error is %v, want one with %q", f.name, err, f.want)
		}
	}
}

// unable refuses every plan.
type unable struct{ network.Backend }

func (unable) Prepare(*network.Plan) (network.Executor, error) {
	return nil, fmt.Errorf("unable: %w", network.ErrUnsupported)
}

func TestUnsupportedIsToldApart(t *testing.T) {
	err := RunCase(unable{cpu.NewReference()}, Cases()[0], Options{})
	if !errors.Is(err, network.ErrUnsupported) {
		t.Errorf("error is %v", err)
	}
}

// A case whose plans miss a step must not pass because no output depends on it.
func TestUncheckedStepsAreSeen(t *testing.T) {
	c := nets("steps", func(b *builder) []value { return []value{b.relu(b.depthwise(b.in(1, 2, 3, 3), 3, 1))} })
	g, err := c.Graph()
	if err != nil {
		t.Fatal(err)
	}
	x, err := newExpectation(g, c.Inputs(g), 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, network.PlanOptions{NoFusion: true})
	if err != nil {
		t.Fatal(err)
	}
	p.Steps[0].Name = "another"
	if err := x.check(cpu.New(cpu.Options{Threads: 1}), p); err == nil || !strings.Contains(err.Error(), `"another"`) {
		t.Errorf("error is %v", err)
	}
}
