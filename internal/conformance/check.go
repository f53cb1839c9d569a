package conformance

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// expectation is what a network must give for some inputs.
type expectation struct {
	graph     *network.Graph
	in        []*tensor.Tensor
	values    map[string]*tensor.Tensor
	tolerance float64
}

func newExpectation(g *network.Graph, in []*tensor.Tensor, tolerance float64) (*expectation, error) {
	values, err := cpu.Evaluate(g, in)
	if err != nil {
		return nil, err
	}
	for name, t := range values {
		for _, v := range t.Data {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("conformance: the reference's %q has a %v: no use as a case", name, v)
			}
		}
	}
	if tolerance == 0 {
		tolerance = 1e-4
	}
	return &expectation{g, in, values, tolerance}, nil
}

const runs = 3

// check prepares a plan, runs it several times on poisoned memory and compares
// outputs and steps. Close's error counts too.
func (x *expectation) check(b network.Backend, p *network.Plan) (err error) {
	exec, err := b.Prepare(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, exec.Close()) }()

	var first []*tensor.Tensor
	for run := range runs {
		if err := poison(exec, p); err != nil {
			return err
		}
		outs := nanTensors(p.Outputs)
		if err := exec.Run(outs, x.in); err != nil {
			return fmt.Errorf("run %d: %w", run, err)
		}
		if err := checkGuards(exec, p); err != nil {
			return fmt.Errorf("run %d: %w", run, err)
		}
		if run == 0 {
			first = outs
		}
		for i, o := range outs {
			name := p.Outputs[i].Name
			if err := x.compare(name, network.Activation{}, o); err != nil {
				return fmt.Errorf("run %d: output %w", run, errors.Join(err, x.firstWrongStep(exec, p)))
			}
			if e := firstDifference(o.Data, first[i].Data); e >= 0 {
				return fmt.Errorf("run %d: output %q differs from the first run's at element %d: %v, %v", run, name, e, o.Data[e], first[i].Data[e])
			}
		}
	}
	if err := poison(exec, p); err != nil {
		return err
	}
	if err := x.firstWrongStep(exec, p); err != nil {
		return err
	}
	return x.checkTimes(exec, p)
}

// firstWrongStep traces the plan and compares each step with the value of the
// source graph that it stands for.
func (x *expectation) firstWrongStep(exec network.Executor, p *network.Plan) error {
	tracer, ok := exec.(network.Tracer)
	if !ok {
		return nil
	}
	steps := 0
	err := tracer.Trace(x.in, func(i int, outs []*tensor.Tensor) error {
		if i != steps {
			return fmt.Errorf("step %d traced after %d steps", i, steps)
		}
		steps++
		s := &p.Steps[i]
		results := s.Results()
		if len(outs) != len(results) {
			return fmt.Errorf("step %d %s: %d results traced, it has %d", i, s.Kernel, len(outs), len(results))
		}
		for j, r := range results {
			if s.Kernel == network.Elementwise && strings.HasSuffix(r.Name, ", shuffled") {
				continue // a copy, as CopyShuffles has it, of a shuffle that was moved to before a convolution
			}
			if err := x.compare(r.Name, r.Beyond, outs[j]); err != nil {
				return fmt.Errorf("step %d %s %w", i, s.Kernel, err)
			}
		}
		return nil
	})
	if err == nil && steps != len(p.Steps) {
		return fmt.Errorf("%d of %d steps traced", steps, len(p.Steps))
	}
	return err
}

// compare holds a tensor against the reference's value of that name, which beyond
// may have been applied to.
func (x *expectation) compare(name string, beyond network.Activation, got *tensor.Tensor) error {
	want := x.values[name]
	if want == nil {
		if i := slices.IndexFunc(x.graph.Outputs, func(v *network.Value) bool { return v.Name == name }); i >= 0 {
			want = x.graph.Outputs[i].Const
		}
	}
	if want == nil {
		return fmt.Errorf("%q: the source graph has no such value", name)
	}
	if !want.Shape.Equal(got.Shape) {
		return fmt.Errorf("%q has shape %v, want %v", name, got.Shape, want.Shape)
	}
	want = cpu.Activated(want, beyond)
	largest := 1e-30
	for _, v := range want.Data {
		largest = max(largest, math.Abs(float64(v)))
	}
	worst, at, wrong := 0.0, 0, 0
	for i, v := range got.Data {
		d := math.Abs(float64(v)-float64(want.Data[i])) / largest
		if math.IsNaN(d) {
			d = math.Inf(1)
		}
		if d > x.tolerance {
			wrong++
		}
		if d > worst {
			worst, at = d, i
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%q %v: %d of %d elements are wrong; the worst by %.2g, element %v: %v, want %v",
			name, got.Shape, wrong, len(got.Data), worst, coordinates(at, got.Shape), got.Data[at], want.Data[at])
	}
	return nil
}

func coordinates(i int, s tensor.Shape) []int {
	at := make([]int, len(s))
	for d := len(s) - 1; d >= 0; d-- {
		at[d], i = i%s[d], i/s[d]
	}
	return at
}

// checkTimes runs the plan timed, if the executor can.
func (x *expectation) checkTimes(exec network.Executor, p *network.Plan) error {
	timer, ok := exec.(network.StepTimer)
	if !ok {
		return nil
	}
	times := newTimes(len(p.Steps))
	outs := nanTensors(p.Outputs)
	err := timer.RunTimed(outs, x.in, times)
	if errors.Is(err, network.ErrUnsupported) {
		return nil // the device cannot tell the time, which is no fault
	}
	if err != nil {
		return fmt.Errorf("timed run: %w", err)
	}
	for i, o := range outs {
		if err := x.compare(p.Outputs[i].Name, network.Activation{}, o); err != nil {
			return fmt.Errorf("timed run: output %w", err)
		}
	}
	if i := slices.Index(times, unset); i >= 0 {
		return fmt.Errorf("timed run: step %d has no time", i)
	}
	return nil
}
