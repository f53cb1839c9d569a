package network

import (
	"fmt"
	"math"
)

// Function is a function of one number.
type Function int

// The functions, of x and an Activation's A and B.
const (
	FnNone        Function = iota
	FnClamp                // min(max(x, A), B)
	FnLeakyReLU            // x, or A·x where x < 0
	FnSigmoid              // 1 / (1 + exp(−x))
	FnHardSigmoid          // min(max(A·x + B, 0), 1)
	FnHardSwish            // x · min(max(x/6 + 1/2, 0), 1)
	FnSiLU                 // x / (1 + exp(−x))
	FnTanh                 // tanh(x)
	FnELU                  // x, or A·(exp(x) − 1) where x < 0
	FnSoftplus             // ln(1 + exp(x))
	FnExp                  // exp(x)
	FnSqrt                 // √x
)

func (f Function) String() string {
	if f < FnNone || f > FnSqrt {
		return fmt.Sprintf("Function(%d)", int(f))
	}
	return [...]string{"none", "clip", "leaky relu", "sigmoid", "hard sigmoid", "hard swish", "silu", "tanh", "elu", "softplus", "exp", "sqrt"}[f]
}

// Activation is a function of every element by itself. The zero Activation does
// nothing.
type Activation struct {
	Fn   Function
	A, B float32
}

// On reports whether the activation does anything.
func (a Activation) On() bool { return a.Fn != FnNone }

var inf = float32(math.Inf(1))

// Clip clamps to [lo, hi].
func Clip(lo, hi float32) Activation { return Activation{FnClamp, lo, hi} }

// ReLU is max(x, 0).
func ReLU() Activation { return Clip(0, inf) }

// ReLU6 is min(max(x, 0), 6).
func ReLU6() Activation { return Clip(0, 6) }

func (a Activation) String() string {
	switch a {
	case Activation{}:
		return ""
	case ReLU():
		return "relu"
	case ReLU6():
		return "relu6"
	}
	switch a.Fn {
	case FnClamp, FnHardSigmoid:
		return fmt.Sprintf("%s[%g,%g]", a.Fn, a.A, a.B)
	case FnLeakyReLU, FnELU:
		return fmt.Sprintf("%s[%g]", a.Fn, a.A)
	}
	return a.Fn.String()
}

// Then gives one activation that does a and then b, if there is one.
func (a Activation) Then(b Activation) (Activation, bool) {
	switch {
	case !a.On():
		return b, true
	case !b.On():
		return a, true
	case a.Fn == FnClamp && b.Fn == FnClamp:
		clamp := func(x float32) float32 { return min(max(x, b.A), b.B) }
		return Clip(clamp(a.A), clamp(a.B)), true
	}
	return Activation{}, false
}
