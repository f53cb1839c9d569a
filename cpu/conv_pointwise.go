package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// pointwise is a 1×1 convolution: for each sample and group the matrix product
//
//	Y [M/G × HW] = W [M/G × C/G] · X [C/G × HW]
//
// whose right-hand rows are the input's planes where they lie. Where rows of
// pixels have gaps between them, the gaps are computed too and not stored.
type pointwise struct {
	epilogue
	grid
	in       network.View
	channels int // of the input, C
	depth    int // C/G
	weights  []*simd.Matrix
	pitch    int
}

func newPointwise(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	if !ok || !op.Pointwise() {
		return kernel{}, errOperator
	}
	in := s.Inputs[0]
	samples, channels, h, w := in.NCHW()
	k := &pointwise{epilogue: newEpilogue(s), in: in, channels: channels, depth: channels / op.G(),
		weights: packGroups(level, s, op.G()), pitch: in.RowStride}
	if h == 1 {
		k.pitch = w
	}
	var tasks int
	k.grid, tasks = newGrid(samples, k.weights, (h-1)*k.pitch+w, k.pitch, threads)
	made := kernel{tasks: tasks, scratch: multiplyScratch(k.width), run: k.run}
	if k.flat && k.pitch == k.out.Width {
		made.reads, made.writes = k.reads, k.writes
	}
	return made, nil
}

// packGroups packs each group's rows of a convolution's weights.
func packGroups(level simd.Level, s *network.Step, groups int) []*simd.Matrix {
	m := s.Weights.Shape[0]
	rows, depth := m/groups, s.Weights.Shape.Size()/m
	packed := make([]*simd.Matrix, groups)
	for g := range packed {
		packed[g] = simd.Pack(level, s.Weights.Data[g*rows*depth:], rows, depth, biasOf(s, g*rows))
	}
	return packed
}

// biasOf is a step's bias from a channel on, or nil.
func biasOf(s *network.Step, channel int) []float32 {
	if s.Bias == nil {
		return nil
	}
	return s.Bias.Data[channel:]
}

func (k *pointwise) run(task int, arena, scratch []float32) {
	t := k.tile(task)
	planes := k.in.Planes[t.sample*k.channels+t.group*k.depth:][:k.depth]
	k.multiply(arena, scratch, k.weights[t.group], arena[t.column:], planes, t.plane, t.column, t.n, k.pitch, t.first, t.last)
}
