package cpu

import (
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// executor runs a plan's kernels in order over one arena.
type executor struct {
	plan    *network.Plan
	arenas  [][]float32 // each share's, see layout; or one
	loading *loading
	apart   apart
	kernels []kernel // the first loads, then one for each step
	results [][]span // of each output
	workers *workers
}

// What tests and tools ask of an executor.
var (
	_ network.Tracer      = (*executor)(nil)
	_ network.StepTimer   = (*executor)(nil)
	_ network.ArenaAccess = (*executor)(nil)
)

func (e *executor) Run(out, in []*tensor.Tensor) error {
	e.begin(in)
	e.workers.run(0, len(e.kernels))
	e.end()
	e.unload(out)
	return nil
}

func (e *executor) begin(in []*tensor.Tensor) {
	e.loading.from = in
	e.workers.begin()
}

func (e *executor) end() {
	e.workers.end()
	e.loading.from = nil
}

// RunTimed is Run that notes each step's time on the wall clock.
func (e *executor) RunTimed(out, in []*tensor.Tensor, times []time.Duration) error {
	if len(times) != len(e.plan.Steps) {
		return fmt.Errorf("cpu: room for %d times, the plan has %d steps", len(times), len(e.plan.Steps))
	}
	e.begin(in)
	e.workers.run(0, 1)
	for i := range times {
		start := time.Now()
		e.workers.run(i+1, i+2)
		times[i] = time.Since(start)
	}
	e.end()
	e.unload(out)
	return nil
}

// Trace is Run that shows each step's results. It runs without helpers.
func (e *executor) Trace(in []*tensor.Tensor, visit func(step int, outs []*tensor.Tensor) error) error {
	e.loading.from = in
	e.workers.alone(0)
	for i := range e.plan.Steps {
		e.workers.alone(i + 1)
		var outs []*tensor.Tensor
		for _, r := range e.plan.Steps[i].Results() {
			t := tensor.New(r.View.Shape...)
			r.View.Unpack(e.arenas[0], t)
			outs = append(outs, t)
		}
		if err := visit(i, outs); err != nil {
			return err
		}
	}
	return nil
}

// WriteArena fills the whole arena but the constants, which no run writes again.
func (e *executor) WriteArena(src []float32) error {
	if len(src) != e.plan.ArenaFloats {
		return fmt.Errorf("cpu: %d floats given, the arena has %d", len(src), e.plan.ArenaFloats)
	}
	for _, arena := range e.arenas {
		copy(arena, src)
	}
	e.writeConstants()
	return nil
}

func (e *executor) writeConstants() {
	for _, c := range e.plan.Consts {
		for _, arena := range e.arenas {
			c.View.Pack(arena, c.Tensor)
		}
	}
}

func (e *executor) ReadArena(dst []float32) error {
	if len(dst) != e.plan.ArenaFloats {
		return fmt.Errorf("cpu: room for %d floats, the arena has %d", len(dst), e.plan.ArenaFloats)
	}
	copy(dst, e.arenas[0])
	for _, r := range e.apart.all {
		copy(dst[r.At:r.At+r.N], e.arenas[r.From][r.At:])
	}
	return nil
}

// Close stops the workers.
func (e *executor) Close() error {
	e.workers.stop()
	return nil
}
