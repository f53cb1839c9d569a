package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
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
		e.timer = t
	}
	if !e.timer.available() {
		return fmt.Errorf("gpu: launch times: the driver has no EXT_disjoint_timer_query: %w", network.ErrUnsupported)
	}
	if err := e.uploadInputs(gl); err != nil {
		return err
	}
	e.bind(gl)
	e.timer.begin(gl)
	program := uint32(0)
	for i := range e.launches {
		e.timer.start(gl)
		program = e.launch(gl, i, program)
		e.timer.stop(gl)
	}
	if err := e.collect(gl); err != nil {
		return err
	}
	if _, ok := e.timer.results(gl, e.times); !ok {
		return ErrDisjoint
	}
	return nil
}

// Trace runs the same launches and shows each one's output before the next.
func (e *executor) Trace(in []*tensor.Tensor, visit func(step int, out *tensor.Tensor) error) error {
	e.in = in
	defer func() { e.in = nil }()
	if err := e.d.do(e.uploadInputs); err != nil {
		return err
	}
	for i := range e.launches {
		v := &e.plan.Steps[i].Output
		lo, hi := extent(v)
		stage, out := make([]float32, hi-lo), tensor.New(v.Shape...)
		err := e.d.do(func(gl gles.API) error {
			e.bind(gl)
			e.launch(gl, i, 0)
			if err := download(gl, e.arena, 4*lo, stage); err != nil {
				return err
			}
			return checkErrors(gl, "trace "+e.plan.Steps[i].Name)
		})
		if err != nil {
			return err
		}
		v.UnpackAt(stage, lo, out)
		if err := visit(i, out); err != nil {
			return err
		}
	}
	return nil
}

// WriteArena overwrites the arena except for the plan's constants.
func (e *executor) WriteArena(src []float32) error {
	return e.d.do(func(gl gles.API) error {
		if err := upload(gl, e.arena, 0, src); err != nil {
			return err
		}
		return e.uploadConsts(gl)
	})
}

// ReadArena copies the arena to dst.
func (e *executor) ReadArena(dst []float32) error {
	return e.d.do(func(gl gles.API) error { return download(gl, e.arena, 0, dst) })
}
