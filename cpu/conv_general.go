package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// general is any convolution, as a matrix product by groups:
//
//	Y [M/G × H'W'] = W [M/G × C/G·kH·kW] · P [C/G·kH·kW × H'W']
//
// Row (c,u,v) of P holds, for every output pixel, the input pixel that weight
// (c,u,v) meets ("im2col"; Chellapilla and others, High Performance
// Convolutional Neural Networks for Document Processing, 2006, section 3). P is
// not made: its rows are runs of the phases of the input's planes, so that a pixel
// is copied once for each column of weights, not once for each weight.
type general struct {
	epilogue
	phases
	channels, perGroup int
	weights            []*simd.Matrix
	rows               []int32 // where each of P's rows begins
	bands, split       int     // tasks of an output plane, and of a band
}

// phasesFloats is the memory for a band's phases, what the second-level cache can
// hold beside weights; fewestPixels is how many a band has all the same, so that
// weights are read for more than one tile.
const (
	phasesFloats = 48 << 10
	fewestPixels = 192
)

func newGeneral(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	if !ok {
		return kernel{}, errOperator
	}
	if w, ok := cheapest(s, op, level); ok {
		return newWinograd(s, op, w, threads, level), nil
	}
	return newDirect(s, op, threads, level)
}

func newDirect(s *network.Step, op network.Conv, threads int, level simd.Level) (kernel, error) {
	samples, channels, _, _ := s.Inputs[0].NCHW()
	groups := op.G()
	k := &general{epilogue: newEpilogue(s), channels: channels, perGroup: channels / groups, weights: packGroups(level, s, groups, columnsOfBands(s, level))}
	// What a band of all rows would need says how many there can be.
	whole := newPhases(s.Inputs[0], s.Output, op.Normal(), 1<<30)
	planes := samples * groups
	pixels := max(fewestPixels, phasesFloats/(k.perGroup*len(whole.used)))
	if threads > 1 { // a few bands for each thread
		pixels = min(pixels, max(fewestPixels, planes*s.Output.Height*s.Output.Width/(4*threads)))
	}
	k.phases = newPhases(s.Inputs[0], s.Output, op.Normal(), pixels)
	k.inPairs(level)
	for c := range k.perGroup {
		for _, at := range k.at {
			k.rows = append(k.rows, int32(c*k.floats())+at)
		}
	}
	k.bands = (s.Output.Height + k.band - 1) / k.band
	tasks := planes * k.bands
	k.split = 1
	if threads > 1 && tasks < 2*threads {
		k.split = min(max(1, k.weights[0].Panels()/k.weights[0].Fewest()), (2*threads+tasks-1)/tasks)
	}
	return kernel{tasks: tasks * k.split, scratch: k.perGroup*k.floats() + multiplyScratch(k.weights[0], k.band*s.Output.Width), run: k.run,
		reads: k.reads, writes: k.writes, phases: &k.phases}, nil
}

// columnsOfBands is columnsEach where they are cut into bands, for which AVX-512's pairs of tiles are too wide.
func columnsOfBands(s *network.Step, level simd.Level) int {
	if level == simd.AVX512 {
		return 0
	}
	return columnsEach(s, 1)
}

func (k *general) run(task int, arena, scratch []float32) {
	part, task := task%k.split, task/k.split
	y, task := task%k.bands*k.band, task/k.bands
	sample, group := task/len(k.weights), task%len(k.weights)
	n := min(k.band, k.out.Height-y)

	width, floats, source := k.out.Width, k.floats(), k.source(arena)
	for c, at := range k.in.Planes[sample*k.channels+group*k.perGroup:][:k.perGroup] {
		k.load(scratch[c*floats:], source[at:], y, n, width)
	}
	w := k.weights[group]
	first, last := part*w.Panels()/k.split, (part+1)*w.Panels()/k.split
	k.multiply(arena, scratch[k.perGroup*floats:], w, scratch, k.rows, task*w.Height(), y*width, n*width, width, first, last)
}
