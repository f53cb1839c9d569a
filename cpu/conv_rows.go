package cpu

import "github.com/shufflegl/shufflegl/network"

// byRows is a convolution of maps whose rows are wide enough for a product each:
// the product's right-hand rows are runs of the phases of the input's planes, so
// every pixel is copied once for all weights, and not once for each.
type byRows struct {
	*general
	phases
	perGroup int
	rows     []int32 // where each row of a product begins
	split    int     // tasks that share a band
	inBands  int
}

// wideRow is the output width from which on byRows is faster.
const wideRow = 14

// phasesFloats is the memory for a band's phases: what stays in the second-level
// cache.
const phasesFloats = 32 << 10

func newByRows(g *general, s *network.Step, threads int) kernel {
	k := &byRows{general: g, perGroup: g.channels / len(g.weights)}
	probe := newPhases(s.Inputs[0], s.Output, g.op, 1<<30)
	band := max(4, min(phasesFloats/(k.perGroup*len(probe.used)*probe.pitch), s.Output.Height))
	samples := len(s.Output.Planes) / s.Weights.Shape[0]
	k.groups = len(g.weights)
	if threads > 1 { // a few bands for each thread
		band = max(2, min(band, s.Output.Height*samples*k.groups/(3*threads)))
	}
	k.phases = newPhases(s.Inputs[0], s.Output, g.op, band*probe.pitch)
	for c := range k.perGroup {
		for _, at := range k.at {
			k.rows = append(k.rows, int32(c*k.phases.floats())+at)
		}
	}
	k.inBands = (s.Output.Height + k.band - 1) / k.band
	tasks := samples * k.groups * k.inBands
	k.split = 1
	if threads > 1 && tasks < 2*threads {
		k.split = min(g.weights[0].Panels(), 2*threads/tasks)
	}
	return kernel{tasks: tasks * k.split, scratch: k.perGroup*k.phases.floats() + multiplyScratch(s.Output.Width), run: k.run}
}

func (k *byRows) run(task int, arena, scratch []float32) {
	part, task := task%k.split, task/k.split
	y, task := task%k.inBands*k.band, task/k.inBands
	sample, group := task/k.groups, task%k.groups
	n := min(k.band, k.out.Height-y)

	floats := k.phases.floats()
	for c, at := range k.general.in.Planes[sample*k.channels+group*k.perGroup:][:k.perGroup] {
		k.load(scratch[c*floats:], arena[at:], y, n)
	}
	w := k.weights[group]
	width := k.out.Width
	first, last := part*w.Panels()/k.split, (part+1)*w.Panels()/k.split
	for i := range n {
		k.multiply(arena, scratch[k.perGroup*floats:], w, scratch[i*k.pitch:], k.rows, task*w.Height(), (y+i)*width, width, width, first, last)
	}
}
