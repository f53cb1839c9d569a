package cpu

import (
	"fmt"
	"runtime"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Reference is the backend that every other one is compared with.
type Reference struct{}

// NewReference returns the reference backend. Its executors compute the plan's
// source graph and pay no attention to the steps, so that a fault of the
// optimiser or of the scheduler shows as a difference.
func NewReference() *Reference { return &Reference{} }

func (*Reference) Name() string   { return "reference" }
func (*Reference) Device() string { return runtime.GOARCH }
func (*Reference) Driver() string { return "shufflegl reference (float64 accumulation)" }

// Prepare only checks that every operator is known.
func (*Reference) Prepare(p *network.Plan) (network.Executor, error) {
	for _, n := range p.Source.Nodes {
		if evaluatorOf(n.Op) == nil {
			return nil, unknown(n)
		}
	}
	return &Oracle{p}, nil
}

// Oracle is the reference backend's executor. Unlike others it allocates as it
// runs.
type Oracle struct{ plan *network.Plan }

func (o *Oracle) Close() error { return nil }

func (o *Oracle) Run(out, in []*tensor.Tensor) error {
	values, err := evaluate(o.plan.Source, in)
	if err != nil {
		return err
	}
	for i, v := range o.plan.Source.Outputs {
		copy(out[i].Data, values.of(v).Data) // nothing, if it is OnDevice
	}
	return nil
}

// Values computes every value of the source graph, by name.
func (o *Oracle) Values(in []*tensor.Tensor) (map[string]*tensor.Tensor, error) {
	return Evaluate(o.plan.Source, in)
}

// Trace shows what each step of the plan should compute: the value of the source
// graph that has the step's name, activated where the optimiser has moved an
// activation forward to it.
func (o *Oracle) Trace(in []*tensor.Tensor, visit func(step int, outs []*tensor.Tensor) error) error {
	values, err := Evaluate(o.plan.Source, in)
	if err != nil {
		return err
	}
	for i := range o.plan.Steps {
		var outs []*tensor.Tensor
		for _, r := range o.plan.Steps[i].Results() {
			t := values[r.Name]
			if t == nil {
				return fmt.Errorf("cpu: step %d %q: the source graph has no value of that name", i, r.Name)
			}
			t = t.Clone()
			evalActivation(r.Beyond, t, t)
			outs = append(outs, t)
		}
		if err := visit(i, outs); err != nil {
			return err
		}
	}
	return nil
}
