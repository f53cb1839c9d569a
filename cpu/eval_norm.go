package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalInstanceNorm normalises each plane by its own mean and variance (Ulyanov et
// al., arXiv 1607.08022, formula 2; ONNX's InstanceNormalization-6):
//
//	y[n,c,i] = scale[c] · (x[n,c,i] − μ) / √(σ² + ε) + bias[c]
//
//	x, y [N,C,…]  scale, bias [C]  μ, σ² over the i of one n, c
func evalInstanceNorm(op network.InstanceNorm, y, x, scale, bias *tensor.Tensor) {
	outer, channels, inner := around(x.Shape, 1)
	for n := range outer {
		for c := range channels {
			plane := x.Data[(n*channels+c)*inner:][:inner]
			mean, variance := 0.0, 0.0
			for _, v := range plane {
				mean += float64(v) / float64(inner)
			}
			for _, v := range plane {
				variance += (float64(v) - mean) * (float64(v) - mean) / float64(inner)
			}
			for i, v := range plane {
				normal := (float64(v) - mean) / math.Sqrt(variance+float64(op.Epsilon))
				y.Data[(n*channels+c)*inner+i] = float32(float64(scale.Data[c])*normal + float64(bias.Data[c]))
			}
		}
	}
}

// evalLRN is local response normalisation across channels (Krizhevsky et al.,
// 2012, section 3.3; ONNX's LRN-13):
//
//	y[n,c,i] = x[n,c,i] / (bias + α/size · Σ_k x[n,k,i]²)^β
//
// over the channels k from c − ⌊(size−1)/2⌋ to c + ⌈(size−1)/2⌉ that exist.
func evalLRN(op network.LRN, y, x *tensor.Tensor) {
	outer, channels, inner := around(x.Shape, 1)
	for n := range outer {
		for c := range channels {
			for i := range inner {
				sum := 0.0
				for k := max(0, c-(op.Size-1)/2); k <= min(channels-1, c+op.Size/2); k++ {
					v := float64(x.Data[(n*channels+k)*inner+i])
					sum += v * v
				}
				e := (n*channels+c)*inner + i
				scale := float64(op.Bias) + float64(op.Alpha)/float64(op.Size)*sum
				y.Data[e] = float32(float64(x.Data[e]) / math.Pow(scale, float64(op.Beta)))
			}
		}
	}
}
