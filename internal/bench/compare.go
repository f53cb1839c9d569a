package bench

import (
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Entry is a backend to measure on, and what to say about it.
type Entry struct {
	Backend  network.Backend
	Threads  int
	Software bool
}

// Network is what to measure.
type Network struct {
	Graph  *network.Graph
	Inputs []*tensor.Tensor
	Pixels string // what the inputs are, for people
}

// Compare times one network on several backends, interleaved, and checks what
// the timed runs computed against the reference's outputs. A run's time is what
// a user's Session.Run costs: upload of the input and readback of the output
// included.
func Compare(n Network, reference network.Backend, entries []Entry, o Options) ([]Record, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.progress("reference", 0, 1)
	want, err := runOnce(reference, n)
	if err != nil {
		return nil, err
	}
	records := make([]Record, len(entries))
	outputs := make([][]*tensor.Tensor, len(entries))
	contenders := make([]Contender, len(entries))
	for i, e := range entries {
		o.progress("preparing "+e.Backend.Name(), i, len(entries))
		start := o.Clock()
		s, err := network.Compile(e.Backend, n.Graph)
		if err != nil {
			return nil, fmt.Errorf("%s on %s: %w", n.Graph.Name, e.Backend.Name(), err)
		}
		defer s.Close()
		records[i] = describe(n, e, s.Plan)
		records[i].PrepareMS = milliseconds(o.Clock().Sub(start))
		outputs[i] = s.NewOutputs()
		contenders[i] = Contender{
			Name: fmt.Sprintf("%s on %s", n.Graph.Name, e.Backend.Name()),
			Run:  func() error { return s.RunInto(outputs[i], n.Inputs) },
		}
	}
	samples, err := Interleave(contenders, o)
	if err != nil {
		return nil, err
	}
	cpu := -1
	for i, e := range entries {
		if e.Backend.Name() == "cpu" {
			cpu = i
			break
		}
	}
	for i := range records {
		records[i].summarise(samples[i])
		records[i].MaxRelErr = Number(largest(outputs[i], want))
		if cpu >= 0 && entries[i].Backend.Name() != "cpu" {
			d := Number(largest(outputs[i], outputs[cpu]))
			records[i].MaxRelDiffCPU = &d
		}
	}
	return records, nil
}

func describe(n Network, e Entry, p *network.Plan) Record {
	r := Record{
		Model:     n.Graph.Name,
		Backend:   e.Backend.Name(),
		Threads:   e.Threads,
		Precision: "fp32",
		Batch:     1,
		Input:     n.Pixels,
		MACs:      p.MACs,
		Launches:  len(p.Steps),
		Device:    e.Backend.Device(),
		Driver:    e.Backend.Driver(),
		Software:  e.Software,
	}
	if len(n.Inputs) > 0 {
		r.InputShape = n.Inputs[0].Shape
		if len(r.InputShape) > 1 {
			r.Batch = r.InputShape[0]
		}
	}
	return r
}

func runOnce(b network.Backend, n Network) ([]*tensor.Tensor, error) {
	s, err := network.Compile(b, n.Graph)
	if err != nil {
		return nil, fmt.Errorf("%s on %s: %w", n.Graph.Name, b.Name(), err)
	}
	defer s.Close()
	return s.Run(n.Inputs...)
}

// largest is the largest relative difference of all outputs.
func largest(got, want []*tensor.Tensor) float64 {
	var worst float64
	for i := range got {
		worst = max(worst, tensor.MaxDiff(got[i], want[i]).Rel)
	}
	return worst
}
