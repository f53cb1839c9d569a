package bench

import (
	"math"

	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// records makes records of what was measured. Contenders without a run that
// counts have none.
func (m *measurement) records(interrupted bool) []record.Record {
	var rs []record.Record
	for _, c := range m.contenders {
		if len(c.latency.wall) == 0 {
			continue
		}
		r := m.describe(c)
		r.Run.Interrupted = interrupted
		r.Latency = record.Latency{Series: record.NewSeries(c.latency.wall, c.latency.cpu), WarmupRuns: c.warmup, Settled: c.settled}
		if !c.settled && m.Warmup > 0 {
			r.Latency.Noise = append(r.Latency.Noise, "times had not settled when the warm-up ended")
		}
		if len(c.throughput.wall) > 0 {
			t := &record.Throughput{Series: record.NewSeries(c.throughput.wall, c.throughput.cpu), InFlight: m.InFlight, BlockFrames: c.block}
			if t.Wall.MedianMS > 0 {
				t.FPS = 1000 / t.Wall.MedianMS
			}
			r.Throughput = t
		}
		r.Layers = c.layers()
		r.Stages = c.details.stages()
		beside := c.latency.wall[:min(len(c.latency.wall), m.Runs, lookRounds)]
		r.LayerSum = c.details.sum(record.Summarise(beside).MedianMS, r.Layers)
		r.Accuracy = m.accuracy(c)
		r.Start = c.start
		r.Context = m.context
		rs = append(rs, r)
	}
	return rs
}

func (m *measurement) describe(c *contender) record.Record {
	n, p := m.network, c.session.Plan
	r := record.Record{
		SchemaVersion: record.Version,
		Model: record.Model{
			Name: n.Name, Source: n.Source, SHA256: n.SHA256, Inputs: tensors(p.Inputs), Outputs: tensors(p.Outputs),
			Parameters: int64(zoo.Parameters(n.Graph)), MACs: p.MACs, Bytes: p.Bytes, FloorBytes: p.FloorBytes,
			ArenaBytes: p.ArenaBytes(), Barriers: p.Barriers,
		},
		Test: record.Test{
			Backend: c.Backend.Name(), Threads: c.Threads, Precision: c.precision(), Batch: 1,
			Input: n.Pixels, InputRing: len(n.Ring), WarmupMost: m.Warmup, Runs: m.Runs, TimeS: m.Time.Seconds(),
			Fuse: c.Fuse, OrderSeed: m.Seed, Interleave: len(m.contenders),
		},
		Device: record.Device{Name: c.Backend.Device(), Driver: c.Backend.Driver(), GL: c.GL, Software: c.Software, MemoryBytes: c.memoryBytes()},
	}
	if s, ok := c.Backend.(interface {
		Storage(*network.Plan) (precision, maps string)
	}); ok {
		r.Test.Precision, r.Test.Maps = s.Storage(p)
	}
	for _, n := range c.dispatches() {
		r.Model.Launches += n
	}
	for _, n := range c.spared() {
		r.Model.Bytes, r.Model.FloorBytes = r.Model.Bytes-n, r.Model.FloorBytes-n
	}
	if len(p.Inputs) > 0 {
		shape := p.Inputs[0].View.Shape
		if len(shape) > 1 && shape[0] > 0 {
			r.Test.Batch = shape[0]
		}
		if len(shape) == 4 {
			r.Test.Height, r.Test.Width = shape[2], shape[3]
		}
	}
	return r
}

func (e *Entry) precision() string {
	if e.Precision == "" {
		return "fp32"
	}
	return e.Precision
}

func tensors(bs []network.Binding) []record.Tensor {
	ts := make([]record.Tensor, len(bs))
	for i, b := range bs {
		ts[i] = record.Tensor{Name: b.Name, Shape: b.View.Shape}
	}
	return ts
}

// layers describes the plan's steps and what they took.
func (c *contender) layers() []record.Layer {
	p, dispatches, spared := c.session.Plan, c.dispatches(), c.spared()
	parts := partNames(p)
	var tuned []string
	if t, ok := c.Backend.(network.Tuned); ok {
		tuned = t.TunedVariants(p)
	}
	layers := make([]record.Layer, len(p.Steps))
	for i, s := range p.Steps {
		layers[i] = record.Layer{
			Name: s.Name, Kernel: string(s.Kernel), Stage: parts[i], Source: s.Layers, Backend: c.Backend.Name(),
			Shape: s.Output.Shape, MACs: s.MACs, Bytes: s.Bytes - spared[i], Floor: s.FloorBytes - spared[i], Launches: dispatches[i],
		}
		if i < len(tuned) {
			layers[i].Tuned = tuned[i]
		}
		if layers[i].Source == nil {
			layers[i].Source = []string{}
		}
		if i < len(c.details.layers) && len(c.details.layers[i]) > 0 {
			t := record.NewTiming(c.details.layers[i])
			layers[i].Time = &t
		}
	}
	return layers
}

// spared is how many bytes of each step's weights the backend does not read.
func (c *contender) spared() []int64 {
	p := c.session.Plan
	ns := make([]int64, len(p.Steps))
	if b, ok := c.Backend.(network.Sparer); ok {
		for i := range ns {
			ns[i] = b.SparedBytes(&p.Steps[i])
		}
	}
	return ns
}

// dispatches counts the launches of each step, which is one where the backend
// does not say.
func (c *contender) dispatches() []int {
	ns := make([]int, len(c.session.Plan.Steps))
	for i := range ns {
		ns[i] = 1
	}
	c.session.Executor(func(x network.Executor) error {
		if d, ok := x.(interface{ Dispatches() []int }); ok {
			ns = d.Dispatches()
		}
		return nil
	})
	return ns
}

// memoryBytes is what the session holds on the device, if the backend says.
func (c *contender) memoryBytes() (bytes int64) {
	c.session.Executor(func(x network.Executor) (err error) {
		if m, ok := x.(interface{ MemoryBytes() (int64, error) }); ok {
			bytes, err = m.MemoryBytes()
		}
		return err
	})
	return bytes
}

// timePrograms has backends that build programs build them once more.
func (m *measurement) timePrograms() {
	for _, c := range m.contenders {
		b, ok := c.Backend.(ProgramTimer)
		if !ok {
			continue
		}
		n, source, kept, err := b.TimePrograms(c.session.Plan)
		if err != nil {
			continue // they were built before: that they are not now is no reason to lose what was measured
		}
		cold := record.Milliseconds(source)
		c.start.Programs, c.start.ProgramsColdMS = n, &cold
		if kept > 0 {
			cache := record.Milliseconds(kept)
			c.start.ProgramsCacheMS = &cache
		}
	}
}

// accuracy compares the outputs for the ring's first inputs.
func (m *measurement) accuracy(c *contender) *record.Accuracy {
	if m.want == nil {
		return nil
	}
	a := &record.Accuracy{MaxRelErr: record.Number(largest(c.first, m.want)), Tolerance: Tolerance}
	if c.Tolerance > 0 {
		a.Tolerance = c.Tolerance
	}
	for _, other := range m.contenders {
		if other.Backend.Name() == "cpu" {
			if c.Backend.Name() != "cpu" {
				d := record.Number(largest(c.first, other.first))
				a.MaxRelDiffCPU = &d
			}
			break
		}
	}
	return a
}

// largest is the largest relative difference of all outputs.
func largest(got, want []*tensor.Tensor) float64 {
	var worst float64
	for i := range got {
		worst = math.Max(worst, tensor.MaxDiff(got[i], want[i]).Rel)
	}
	return worst
}
