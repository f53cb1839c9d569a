package cpu

import (
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// loading copies a run's inputs into the arena, but not those that one step alone reads,
// and copies anyhow. It is shared like a step, by bands of rows, so that helpers which sleep
// wake up meanwhile, and who will read rows has written them.
type loading struct {
	inputs []network.Binding
	loaded []int            // of them, those that are not read where they are
	from   []*tensor.Tensor // of the run under way
	tasks  int
}

func newLoading(p *network.Plan, kernels []kernel, threads int) (*loading, kernel) {
	l := &loading{inputs: p.Inputs, tasks: 1}
	if threads > 1 {
		l.tasks = 4 * threads
	}
	k := kernel{tasks: l.tasks, run: l.run, writes: l.writes}
	for i := range p.Inputs {
		v := &p.Inputs[i].View
		if step := onlyReader(p, kernels, v); step >= 0 && v.Shape.Size()+p.Steps[step].Output.Shape.Size() <= nearFloats {
			kernels[step].phases.readInput(l, i)
			continue
		}
		l.loaded = append(l.loaded, i)
		k.work += int64(p.Inputs[i].View.Shape.Size())
	}
	return l, k
}

// nearFloats is how much an input and what is made of it may be for it to be read where it is. Its rows are
// taken apart as they are needed: where the second cache cannot hold both they come late, and
// sooner if they are copied in order before.
const nearFloats = 1 << 18

// onlyReader is the one step that reads an input, if that is through phases, which
// copy it anyhow; less than zero if there are others.
func onlyReader(p *network.Plan, kernels []kernel, input *network.View) (only int) {
	const none = -1
	only = none
	inside := make([]bool, p.ArenaFloats)
	wholeOf(input, func(at, n int) {
		for f := at; f < at+n; f++ {
			inside[f] = true
		}
	})
	met := false
	meets := func(at, n int) {
		for f := at; f < at+n; f++ {
			met = met || inside[f]
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if readsOf(s, meets); met {
			first := &s.Inputs[0]
			if only != none || kernels[i].phases == nil || s.Residual != nil || !slices.Equal(first.Planes, input.Planes) || first.Height != input.Height || first.Width != input.Width {
				return none
			}
			only, met = i, false
		}
		if writesOf(s, meets); met { // its memory is used for something else
			return only
		}
	}
	for i := range p.Outputs {
		wholeOf(&p.Outputs[i].View, meets)
	}
	if met {
		return none
	}
	return only
}

// readInput has the planes read from an input's tensor.
func (p *phases) readInput(l *loading, input int) {
	p.loading, p.input = l, input
	p.in.RowStride = p.in.Width
	planes := make([]int32, len(p.in.Planes))
	for i := range planes {
		planes[i] = int32(i * p.in.Height * p.in.Width)
	}
	p.in.Planes = planes
}

func (l *loading) run(task int, arena, _ []float32) {
	for _, i := range l.loaded {
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
