package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/internal/half"
	"github.com/shufflegl/shufflegl/network"
)

// ErrRange says that a weight is too large to be kept as fp16.
var ErrRange = half.ErrRange

// fullyConnectedCompact is fullyConnected, or a pointwise convolution of maps of one pixel, with weights
// in fewer bytes. A task is a block of rows for one sample.
type fullyConnectedCompact struct {
	epilogue
	in      network.View
	weights *simd.Compact
	rows    int
	depth   int
	inRow   bool // outputs follow each other, and what is added to them
}

// newFullyConnectedHalf keeps weights as fp16.
func newFullyConnectedHalf(s *network.Step, level simd.Level) (kernel, error) {
	if _, ok := s.Op.(network.FullyConnected); !ok {
		return kernel{}, errOperator
	}
	rows, depth := s.Weights.Shape[0], s.Weights.Shape[1]
	w, err := simd.PackHalf(level, s.Weights.Data, rows, depth, biasOf(s, 0))
	if err != nil {
		return kernel{}, err
	}
	return newFullyConnectedCompact(s, w), nil
}

// fixedPays reports whether weights are kept as integers of 24 bits, if they can be: not by Go alone, nor
// for less than a block of rows, where that is not faster.
func fixedPays(s *network.Step, level simd.Level) bool {
	return level != simd.Go && s.Weights.Shape[0] >= simd.CompactRows
}

// weightBytes is in how many bytes each of a step's weights is kept.
func (b *Backend) weightBytes(s *network.Step) int {
	connected := s.Kernel == network.FullyConnectedRow
	if connected && b.halves {
		return 2
	}
	if op, ok := s.Op.(network.Conv); ok && s.Kernel == network.ConvPointwise && onePixel(s, op) {
		connected = true
	}
	if connected && fixedPays(s, b.level) && simd.FitsFixed(s.Weights.Data, s.Weights.Shape[0], s.Weights.Shape[1]) {
		return 3
	}
	return 4
}

// SparedBytes is how many bytes of a step's weights are not read, as they are kept in fewer.
func (b *Backend) SparedBytes(s *network.Step) int64 {
	if n := b.weightBytes(s); n < 4 {
		return int64(4-n) * int64(len(s.Weights.Data))
	}
	return 0
}

// fixedWeights packs weights as integers of 24 bits, where that pays and can be done.
func fixedWeights(s *network.Step, level simd.Level) (w *simd.Compact, ok bool) {
	if !fixedPays(s, level) {
		return nil, false
	}
	return simd.PackFixed(level, s.Weights.Data, s.Weights.Shape[0], s.Weights.Shape[1], biasOf(s, 0))
}

func newFullyConnectedCompact(s *network.Step, w *simd.Compact) kernel {
	rows, depth := s.Weights.Shape[0], s.Weights.Shape[1]
	k := &fullyConnectedCompact{epilogue: newEpilogue(s), in: s.Inputs[0], weights: w, rows: rows, depth: depth,
		inRow: inRow(s.Output.Planes) && (s.Residual == nil || inRow(s.Residual.Planes))}
	return kernel{tasks: len(k.in.Planes) / depth * w.Blocks(), run: k.run, reads: k.reads, writes: k.writes}
}

// part is a task's sample and block.
func (k *fullyConnectedCompact) part(task int) (sample, block int) {
	return task / k.weights.Blocks(), task % k.weights.Blocks()
}

func (k *fullyConnectedCompact) run(task int, arena, _ []float32) {
	sample, block := k.part(task)
	var sums [simd.CompactRows]float32
	k.weights.Multiply(&sums, block, arena, k.in.Planes[sample*k.depth:][:k.depth])
	from, to := k.weights.Rows(block)
	if first := sample*k.rows + from; k.inRow {
		k.put(arena, first, 0, 0, sums[:to-from])
		return
	}
	for i := from; i < to; i++ {
		k.one(arena, sample*k.rows+i, sums[i-from])
	}
}

// inRow reports whether places follow each other.
func inRow(at []int32) bool {
	for i := 1; i < len(at); i++ {
		if at[i] != at[i-1]+1 {
			return false
		}
	}
	return true
}
