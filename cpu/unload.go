package cpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// span is n floats of an arena.
type span struct{ at, n int }

// resultsOf is where each output lies: a thousand planes may be one run.
func resultsOf(p *network.Plan) (results [][]span) {
	for i := range p.Outputs {
		var runs []span
		p.Outputs[i].View.Runs(func(at, n int) { runs = append(runs, span{at, n}) })
		results = append(results, runs)
	}
	return results
}

func (e *executor) unload(out []*tensor.Tensor) {
	e.workers.pull(0, e.apart.outputs)
	for i, runs := range e.results {
		if out[i] == network.OnDevice {
			continue
		}
		dst := out[i].Data
		for _, r := range runs {
			copy(dst[:r.n], e.arenas[0][r.at:])
			dst = dst[r.n:]
		}
	}
}
