package cpu

import (
	"time"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// RunStages is Run that tells how long inputs and outputs took to be copied:
// nothing is submitted here, and the computing is what is waited for.
func (e *executor) RunStages(out, in []*tensor.Tensor, s *network.Stages) error {
	*s = network.Stages{}
	start := time.Now()
	e.begin(in)
	e.workers.run(0, 1)
	s.Upload = time.Since(start)
	start = time.Now()
	for i := range e.plan.Steps {
		e.workers.run(i+1, i+2)
	}
	e.end()
	s.Wait = time.Since(start)
	start = time.Now()
	e.unload(out)
	s.Readback = time.Since(start)
	return nil
}
