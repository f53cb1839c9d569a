package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// RunStages is Run that tells where its time went: two queries are all that it
// adds. Drivers that run launches while they are submitted, as software renderers
// do, have Submit take all the time, and Wait none.
func (e *executor) RunStages(out, in []*tensor.Tensor, s *network.Stages) error {
	e.in, e.out = in, out
	*s = network.Stages{}
	err := e.d.doRun(func(gl gles.API) error { return e.runOnceStaged(gl, s) })
	e.in, e.out = nil, nil
	return err
}

// runOnceStaged is runOnce with a look at the clock between its parts.
func (e *executor) runOnceStaged(gl gles.API, s *network.Stages) error {
	if e.whole == nil {
		t, err := e.d.newTimer(gl, 1)
		if err != nil {
			return err
		}
		e.whole = t
	}
	last := time.Now()
	lap := func(d *time.Duration) {
		now := time.Now()
		*d, last = now.Sub(last), now
	}
	if err := e.uploadInputs(gl); err != nil {
		return err
	}
	lap(&s.Upload)
	e.whole.begin(gl)
	e.whole.start(gl)
	e.launchAll(gl)
	e.whole.stop(gl)
	if err := e.back.start(gl, e.arena.source(), e.outputs.spans, e.out); err != nil {
		return err
	}
	lap(&s.Submit)
	if err := e.back.wait(gl, e.patience); err != nil {
		return err
	}
	lap(&s.Wait)
	e.done = e.submitted
	if err := e.readOutputs(gl, e.back, e.out); err != nil {
		return err
	}
	lap(&s.Readback)
	var busy [1]time.Duration
	if _, ok := e.whole.results(gl, busy[:]); ok {
		s.Busy = busy[0]
	} else if e.whole.available() {
		return ErrDisjoint
	}
	return checkErrors(gl, e.phase)
}
