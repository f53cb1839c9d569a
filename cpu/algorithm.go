package cpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// fits reports whether a Winograd algorithm can do a convolution.
func fits(w simd.Winograd, op network.Conv) bool {
	n := op.Normal()
	return n.Kernel == [2]int{w.Taps, w.Taps} && n.Stride == [2]int{1, 1} && n.Dilation == [2]int{1, 1}
}

// Algorithm names the algorithm by which a step is computed with fewer multiply-adds than sums of
// products take, as "Winograd F(4x4, 3x3)" or "Strassen", or says that it reads fewer bytes, as "weights in
// 24 bits"; it is empty for all other steps.
func (b *Backend) Algorithm(s *network.Step) string {
	switch b.weightBytes(s) {
	case 2:
		return "weights in fp16"
	case 3:
		return "weights in 24 bits"
	}
	op, ok := s.Op.(network.Conv)
	if !ok {
		return ""
	}
	columns := columnsEach(s, b.threads)
	switch s.Kernel {
	case network.ConvGeneral:
		if w, ok := cheapest(s, op, b.level); ok {
			return fmt.Sprintf("Winograd F(%[1]dx%[1]d, %[2]dx%[2]d)", w.Out, w.Taps)
		}
		columns = columnsOfBands(s, b.level)
	case network.ConvPointwise, network.ConvFused:
	default:
		return ""
	}
	if b.level.Strassen(sizesOf(s, op.G(), columns)) {
		return "Strassen"
	}
	return ""
}

// What the parts of a convolution cost, in multiply-adds of the products' inner loop
// that take as long. Measured with AVX-512 (BenchmarkAlgorithms); with half as wide
// registers all of it takes about twice as long.
const (
	costDirect    = 1.2 // a multiply-add without Winograd: pixels are copied too
	costWeight    = 5   // to read a weight, which comes from far away
	costTile      = 200 // to transform a tile of a channel, and
	costTileValue = 16  // for each of its values
)

// cheapest is the Winograd algorithm that does a convolution in the least time, if any
// is faster than none.
func cheapest(s *network.Step, op network.Conv, level simd.Level) (w simd.Winograd, ok bool) {
	m, depth := s.Weights.Shape[0], s.Weights.Shape[1]
	least := costDirect*float64(s.MACs) + costWeight*float64(s.Weights.Shape.Size())
	for _, candidate := range simd.Algorithms() {
		if !fits(candidate, op) {
			continue
		}
		if cost := costWinograd(candidate, s, m, depth, level); cost < least {
			w, ok, least = candidate, true, cost
		}
	}
	return w, ok
}

func costWinograd(w simd.Winograd, s *network.Step, m, depth int, level simd.Level) float64 {
	samples, channels, _, _ := s.Inputs[0].NCHW()
	tiles := (s.Output.Height + w.Out - 1) / w.Out * ((s.Output.Width + w.Out - 1) / w.Out)
	values := float64(w.Size() * w.Size())
	products := values * float64(samples*m*depth) * float64(level.Columns(tiles))
	// A register's worth more, for what is done once a channel.
	transforms := float64(samples*(channels+m)) * float64(simd.Pitch(tiles)+simd.Pitch(1)) * (costTile + costTileValue*values)
	return products + transforms + costWeight*values*float64(m*depth)
}
