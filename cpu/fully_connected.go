package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// fullyConnected is y = x·Wᵀ + b. Input and output are planes of one element
// each, which after a flatten may lie anywhere: it is a pointwise convolution of
// maps of one pixel.
//
//	x [N,K]  W [M,K]  y [N,M]
type fullyConnected struct {
	epilogue
	grid
	in      network.View
	weights []*simd.Matrix
	depth   int
}

func newFullyConnected(s *network.Step, threads int, level simd.Level) (kernel, error) {
	if _, ok := s.Op.(network.FullyConnected); !ok {
		return kernel{}, errOperator
	}
	if w, ok := fixedWeights(s, level); ok {
		return newFullyConnectedCompact(s, w), nil
	}
	k := &fullyConnected{epilogue: newEpilogue(s), in: s.Inputs[0], weights: packGroups(level, s, 1, 1), depth: s.Weights.Shape[1]}
	var tasks int
	k.grid, tasks = newGrid(level, len(k.in.Planes)/k.depth, k.weights, 1, 1, 0, threads)
	return kernel{tasks: tasks, scratch: multiplyScratch(k.weights[0], 1), run: k.run, reads: k.reads, writes: k.writes}, nil
}

func (k *fullyConnected) run(task int, arena, scratch []float32) {
	t := k.tile(task)
	k.multiply(arena, scratch, k.weights[0], arena, k.in.Planes[t.sample*k.depth:][:k.depth], t.plane, 0, 1, 1, t.first, t.last)
}
