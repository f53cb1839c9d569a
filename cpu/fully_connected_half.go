package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/internal/half"
	"github.com/shufflegl/shufflegl/network"
)

// ErrRange says that a weight is too large to be kept as fp16.
var ErrRange = half.ErrRange

// fullyConnectedHalf is fullyConnected with weights in fp16. A task is a block of rows
// for one sample.
type fullyConnectedHalf struct {
	epilogue
	in      network.View
	weights *simd.HalfMatrix
	rows    int
}

func newFullyConnectedHalf(s *network.Step, level simd.Level) (kernel, error) {
	if _, ok := s.Op.(network.FullyConnected); !ok {
		return kernel{}, errOperator
	}
	rows, depth := s.Weights.Shape[0], s.Weights.Shape[1]
	w, err := simd.PackHalf(level, s.Weights.Data, rows, depth, biasOf(s, 0))
	if err != nil {
		return kernel{}, err
	}
	k := &fullyConnectedHalf{epilogue: newEpilogue(s), in: s.Inputs[0], weights: w, rows: rows}
	return kernel{tasks: len(k.in.Planes) / depth * w.Blocks(), run: k.run}, nil
}

func (k *fullyConnectedHalf) run(task int, arena, _ []float32) {
	blocks := k.weights.Blocks()
	sample, block := task/blocks, task%blocks
	depth := len(k.in.Planes) * k.rows / len(k.out.Planes)
	var sums [simd.HalfRows]float32
	k.weights.Multiply(&sums, block, arena, k.in.Planes[sample*depth:][:depth])
	from, to := k.weights.Rows(block)
	for i := from; i < to; i++ {
		k.one(arena, sample*k.rows+i, sums[i-from])
	}
}
