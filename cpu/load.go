package cpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// loading copies a run's inputs into the arena. It is shared like a step, by bands of
// rows, so that helpers which sleep wake up meanwhile, and who will read rows has
// written them.
type loading struct {
	inputs []network.Binding
	from   []*tensor.Tensor // of the run under way
	tasks  int
}

func newLoading(p *network.Plan, threads int) (*loading, kernel) {
	l := &loading{inputs: p.Inputs, tasks: 1}
	if threads > 1 {
		l.tasks = 4 * threads
	}
	k := kernel{tasks: l.tasks, run: l.run, writes: l.writes}
	for i := range p.Inputs {
		k.work += int64(p.Inputs[i].View.Shape.Size())
	}
	return l, k
}

func (l *loading) run(task int, arena, _ []float32) {
	for i := range l.inputs {
		v := &l.inputs[i].View
		first, last := v.Height*task/l.tasks, v.Height*(task+1)/l.tasks
		for p, at := range v.Planes {
			src := l.from[i].Data[(p*v.Height+first)*v.Width:][:(last-first)*v.Width]
			for to := int(at) + first*v.RowStride; len(src) > 0; to += v.RowStride {
				copy(arena[to:], src[:v.Width])
				src = src[v.Width:]
			}
		}
	}
}
