package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalAdd is y[e] = a[e] + b[e].
func evalAdd(y, a, b *tensor.Tensor) { evalBinary(network.FnAdd, y, a, b) }

// evalBinary is y[e] = f(a[e'], b[e"]), where e' and e" are e without the leading
// dimensions that an operand lacks, and 0 along its dimensions of one (NumPy's
// broadcasting; ONNX's Add-14 and the like, PRelu-16).
func evalBinary(fn network.BinaryFn, y, a, b *tensor.Tensor) {
	f := map[network.BinaryFn]func(a, b float32) float32{
		network.FnAdd: func(a, b float32) float32 { return a + b },
		network.FnSub: func(a, b float32) float32 { return a - b },
		network.FnMul: func(a, b float32) float32 { return a * b },
		network.FnDiv: func(a, b float32) float32 { return a / b },
		network.FnMax: func(a, b float32) float32 { return max(a, b) },
		network.FnMin: func(a, b float32) float32 { return min(a, b) },
		network.FnPReLU: func(a, b float32) float32 {
			if a < 0 {
				return b * a
			}
			return a
		},
	}[fn]
	for e := range y.Data {
		at := position(y.Shape, e)
		y.Data[e] = f(a.Data[broadcastElement(a.Shape, at)], b.Data[broadcastElement(b.Shape, at)])
	}
}

// position is the index along each dimension of element e.
func position(s tensor.Shape, e int) []int {
	at := make([]int, len(s))
	for d := len(s) - 1; d >= 0; d-- {
		at[d], e = e%s[d], e/s[d]
	}
	return at
}

// broadcastElement is the element of a tensor of shape s that stands at a
// position of its broadcast.
func broadcastElement(s tensor.Shape, at []int) int {
	e := 0
	for d, n := range s {
		i := at[len(at)-len(s)+d]
		if n == 1 {
			i = 0
		}
		e = e*n + i
	}
	return e
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
