package cpu

import (
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalMean is the mean over some axes (ONNX's ReduceMean-13): each input element
// counts for the output element at its position along the other axes.
func evalMean(op network.Mean, y, x *tensor.Tensor) {
	sums := make([]float64, len(y.Data))
	for e, v := range x.Data {
		out := 0
		for d, i := range position(x.Shape, e) {
			if !slices.Contains(op.Axes, d) {
				out = out*x.Shape[d] + i
			}
		}
		sums[out] += float64(v)
	}
	for e, s := range sums {
		y.Data[e] = float32(s / float64(len(x.Data)/len(y.Data)))
	}
}
