package gpu

import (
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// runOnceTimed is runOnce with a query around each launch.
func (e *executor) runOnceTimed(gl gles.API) error {
	if e.timer == nil {
		t, err := e.d.newTimer(gl, len(e.launches))
		if err != nil {
			return err
		}
		e.timer, e.parts = t, make([]time.Duration, len(e.launches))
	}
	if !e.timer.available() {
		return fmt.Errorf("gpu: launch times: the driver has no EXT_disjoint_timer_query: %w", network.ErrUnsupported)
	}
	if err := e.uploadInputs(gl); err != nil {
		return err
	}
	e.begin(gl)
	e.timer.begin(gl)
	for i := range e.launches {
		e.timer.start(gl)
		e.launch(gl, i)
		e.timer.stop(gl)
	}
	if err := e.collect(gl); err != nil {
		return err
	}
	if _, ok := e.timer.results(gl, e.parts); !ok {
		return ErrDisjoint
	}
	clear(e.times)
	for i, t := range e.parts {
		e.times[e.launches[i].step] += t
	}
	return nil
}

// Trace runs the same launches and shows each step's results before the next.
func (e *executor) Trace(in []*tensor.Tensor, visit func(step int, outs []*tensor.Tensor) error) error {
	e.in = in
	defer func() { e.in = nil }()
	if err := e.d.do(e.uploadInputs); err != nil {
		return err
	}
	for i := range e.plan.Steps {
		var outs []*tensor.Tensor
		err := e.d.do(func(gl gles.API) error {
			e.begin(gl)
			for j := range e.launches {
				if e.launches[j].step == i {
					e.launch(gl, j)
				}
			}
			for _, r := range e.plan.Steps[i].Results() {
				lo, hi := kernels.Extent(r.View)
				stage, out := make([]float32, hi-lo), tensor.New(r.View.Shape...)
				if err := e.arena.read(gl, lo, stage); err != nil {
					return err
				}
				r.View.UnpackAt(stage, lo, out)
				outs = append(outs, out)
			}
			e.done = e.submitted // the download has waited
			return checkErrors(gl, "trace "+e.plan.Steps[i].Name)
		})
		if err != nil {
			return err
		}
		if err := visit(i, outs); err != nil {
			return err
		}
	}
	return nil
}

// WriteArena overwrites the arena except for the plan's constants.
func (e *executor) WriteArena(src []float32) error {
	return e.d.do(func(gl gles.API) error {
		if err := e.arena.write(gl, 0, src); err != nil {
			return err
		}
		return e.uploadConsts(gl)
	})
}

// ReadArena copies the arena to dst.
func (e *executor) ReadArena(dst []float32) error {
	return e.d.do(func(gl gles.API) error { return e.arena.read(gl, 0, dst) })
}
