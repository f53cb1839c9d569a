package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalAdd is y[e] = a[e] + b[e].
func evalAdd(y, a, b *tensor.Tensor) {
	for e := range y.Data {
		y.Data[e] = a.Data[e] + b.Data[e]
	}
}

// evalBatchNorm is batch normalisation at inference (Ioffe and Szegedy, arXiv
// 1502.03167, algorithm 2; ONNX's BatchNormalization-15):
//
//	y[n,c,…] = scale[c] · (x[n,c,…] − mean[c]) / √(variance[c] + ε) + bias[c]
//
//	x, y [N,C,…]  scale, bias, mean, variance [C]
func evalBatchNorm(op network.BatchNorm, y, x, scale, bias, mean, variance *tensor.Tensor) {
	outer, channels, inner := around(x.Shape, 1)
	for n := range outer {
		for c := range channels {
			for i := range inner {
				e := (n*channels+c)*inner + i
				centred := float64(x.Data[e]) - float64(mean.Data[c])
				normal := centred / math.Sqrt(float64(variance.Data[c])+float64(op.Epsilon))
				y.Data[e] = float32(float64(scale.Data[c])*normal + float64(bias.Data[c]))
			}
		}
	}
}
