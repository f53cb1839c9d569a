package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Activated gives a tensor with the activation applied to every element.
func Activated(t *tensor.Tensor, a network.Activation) *tensor.Tensor {
	y := tensor.New(t.Shape...)
	evalActivation(a, y, t)
	return y
}

// evalActivation is y[e] = f(x[e]). A NaN stays a NaN.
func evalActivation(a network.Activation, y, x *tensor.Tensor) {
	f := functionOf(a)
	for e, v := range x.Data {
		y.Data[e] = float32(f(float64(v)))
	}
}

// functionOf gives the function that an activation applies: ONNX's operators of
// the same names, and SiLU (Ramachandran et al., arXiv 1710.05941, with β = 1).
func functionOf(a network.Activation) func(x float64) float64 {
	A, B := float64(a.A), float64(a.B)
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	switch a.Fn {
	case network.FnNone:
		return func(x float64) float64 { return x }
	case network.FnClamp:
		return func(x float64) float64 { return min(max(x, A), B) }
	case network.FnLeakyReLU:
		return func(x float64) float64 {
			if x < 0 {
				return A * x
			}
			return x
		}
	case network.FnSigmoid:
		return sigmoid
	case network.FnHardSigmoid:
		return func(x float64) float64 { return min(max(A*x+B, 0), 1) }
	case network.FnHardSwish:
		return func(x float64) float64 { return x * min(max(x/6+0.5, 0), 1) }
	case network.FnSiLU:
		return func(x float64) float64 { return x * sigmoid(x) }
	case network.FnTanh:
		return math.Tanh
	case network.FnELU:
		return func(x float64) float64 {
			if x < 0 {
				return A * (math.Exp(x) - 1)
			}
			return x
		}
	case network.FnSoftplus:
		return func(x float64) float64 {
			if x > 0 { // where exp(x) may be infinite
				return x + math.Log1p(math.Exp(-x))
			}
			return math.Log1p(math.Exp(x))
		}
	case network.FnExp:
		return math.Exp
	case network.FnSqrt:
		return math.Sqrt
	}
	return nil
}
