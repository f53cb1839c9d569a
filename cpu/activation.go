package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
)

// activate applies an activation that is no clamp to every element.
func activate(xs []float32, a network.Activation) {
	switch a.Fn {
	case network.FnLeakyReLU:
		for i, x := range xs {
			if x < 0 {
				xs[i] = a.A * x
			}
		}
	case network.FnHardSigmoid:
		for i, x := range xs {
			xs[i] = min(max(a.A*x+a.B, 0), 1)
		}
	case network.FnHardSwish:
		for i, x := range xs {
			xs[i] = x * min(max(x*(1./6)+0.5, 0), 1)
		}
	case network.FnSigmoid:
		for i, x := range xs {
			xs[i] = float32(1 / (1 + math.Exp(-float64(x))))
		}
	case network.FnSiLU:
		for i, x := range xs {
			xs[i] = float32(float64(x) / (1 + math.Exp(-float64(x))))
		}
	case network.FnTanh:
		for i, x := range xs {
			xs[i] = float32(math.Tanh(float64(x)))
		}
	case network.FnELU:
		for i, x := range xs {
			if x < 0 {
				xs[i] = float32(float64(a.A) * math.Expm1(float64(x)))
			}
		}
	case network.FnSoftplus:
		for i, x := range xs {
			// ln(1+exp(x)) without overflow
			xs[i] = float32(max(float64(x), 0) + math.Log1p(math.Exp(-math.Abs(float64(x)))))
		}
	case network.FnExp:
		for i, x := range xs {
			xs[i] = float32(math.Exp(float64(x)))
		}
	case network.FnSqrt:
		for i, x := range xs {
			xs[i] = float32(math.Sqrt(float64(x)))
		}
	}
}

// activated is activate for one element, and for any activation.
func activated(x float32, a network.Activation) float32 {
	switch a.Fn {
	case network.FnNone:
		return x
	case network.FnClamp:
		return min(max(x, a.A), a.B)
	}
	one := [1]float32{x}
	activate(one[:], a)
	return one[0]
}
