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
	memory   *memory // where planes are if not in the arena
}

func newPointwise(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	if !ok || !op.Pointwise() {
		return kernel{}, errOperator
	}
	in := s.Inputs[0]
	samples, channels, h, w := in.NCHW()
	if onePixel(s, op) {
		if w, ok := fixedWeights(s, level); ok {
			return newFullyConnectedCompact(s, w), nil
		}
	}
	k := &pointwise{epilogue: newEpilogue(s), in: in, channels: channels, depth: channels / op.G(),
		weights: packGroups(level, s, op.G(), columnsEach(s, threads)), pitch: pitchOf(in)}
	var tasks int
	k.grid, tasks = newGrid(level, samples, k.weights, (h-1)*k.pitch+w, k.pitch, leadOf(in), threads)
	made := kernel{tasks: tasks, scratch: multiplyScratch(k.weights[0], k.width), run: k.run}
	if k.flat && k.pitch == k.out.Width {
		made.reads, made.writes = k.reads, k.writes
		made.elsewhere, made.besides = k.elsewhere, k.readsResidual
	}
	return made, nil
}

// pitchOf is how far apart the rows of a plane are, if there are several.
func pitchOf(v network.View) int {
	if v.Height == 1 {
		return v.Width
	}
	return v.RowStride
}

// leadOf is how far behind a cache line's begin planes begin.
func leadOf(v network.View) int { return int(v.Planes[0]) % lineFloats }

// onePixel reports whether a convolution of maps of one pixel is a fully connected layer.
func onePixel(s *network.Step, op network.Conv) bool {
	return op.Pointwise() && op.G() == 1 && s.Output.Height*s.Output.Width == 1
}

// packGroups packs each group's rows of a convolution's weights, for products with so many
// columns each.
func packGroups(level simd.Level, s *network.Step, groups, columns int) []*simd.Matrix {
	sizes := sizesOf(s, groups, columns)
	packed := make([]*simd.Matrix, groups)
	for g := range packed {
		first := g * sizes.Rows
		packed[g] = simd.PackFor(level, s.Weights.Data[first*sizes.Depth:], sizes, biasOf(s, first))
	}
	return packed
}

// sizesOf are the sizes of a convolution's products.
func sizesOf(s *network.Step, groups, columns int) simd.Sizes {
	rows := s.Weights.Shape[0]
	return simd.Sizes{Rows: rows / groups, Depth: s.Weights.Shape.Size() / rows, Columns: columns, Residual: s.Residual != nil}
}

// columnsEach is how many columns a thread's products have, about, where they are stored as they
// are computed; otherwise they are computed a panel at a time, which share nothing.
func columnsEach(s *network.Step, threads int) int {
	if e := newEpilogue(s); !e.flat || s.Kernel == network.ConvPointwise && pitchOf(s.Inputs[0]) != s.Output.Width {
		return 0
	}
	return s.Output.Height * s.Output.Width / threads
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
	planes, x := k.planes(&t), arena
	if k.memory != nil {
		x = k.memory.all
	}
	k.multiply(arena, scratch, k.weights[t.group], x[t.column:], planes, t.plane, t.column, t.n, k.pitch, t.first, t.last)
}

// planes are those that a tile reads.
func (k *pointwise) planes(t *tile) []int32 {
	return k.in.Planes[t.sample*k.channels+t.group*k.depth:][:k.depth]
}
