package network

import (
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/tensor"
)

// Activation clamps every element to [Min, Max]: min(max(x, Min), Max). The zero
// Activation does nothing.
type Activation struct {
	On       bool
	Min, Max float32
}

var inf = float32(math.Inf(1))

// Clip clamps to [lo, hi].
func Clip(lo, hi float32) Activation { return Activation{true, lo, hi} }

// ReLU is max(x, 0).
func ReLU() Activation { return Clip(0, inf) }

// ReLU6 is min(max(x, 0), 6).
func ReLU6() Activation { return Clip(0, 6) }

func (a Activation) String() string {
	switch {
	case !a.On:
		return ""
	case a == ReLU():
		return "relu"
	case a == ReLU6():
		return "relu6"
	}
	return fmt.Sprintf("clip[%g,%g]", a.Min, a.Max)
}

// Then gives one clamp that does a and then b.
func (a Activation) Then(b Activation) Activation {
	if !a.On {
		return b
	}
	if !b.On {
		return a
	}
	clamp := func(x float32) float32 { return min(max(x, b.Min), b.Max) }
	return Clip(clamp(a.Min), clamp(a.Max))
}

// Activate applies an activation to every element.
type Activate struct{ Fn Activation }

func (Activate) Kind() string { return "Activate" }

func (Activate) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	return one(in[0]...)
}

// Add is the sum of two tensors of one shape.
type Add struct{}

func (Add) Kind() string { return "Add" }

func (Add) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 2, 0); err != nil {
		return nil, err
	}
	if !in[0].Equal(in[1]) {
		return nil, shapeErr("%v and %v differ (broadcasting is not supported)", in[0], in[1])
	}
	return one(in[0]...)
}

// BatchNorm is batch normalisation at inference, by channel:
//
//	y = scale·(x−mean)/√(variance+Epsilon) + bias
//
// (Ioffe and Szegedy, arXiv 1502.03167, algorithm 2). Inputs: x [N,C,...],
// scale, bias, mean, variance, each [C].
type BatchNorm struct{ Epsilon float32 }

func (BatchNorm) Kind() string { return "BatchNorm" }

func (BatchNorm) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 5, 0); err != nil {
		return nil, err
	}
	if len(in[0]) < 2 {
		return nil, shapeErr("input %v has no channel dimension", in[0])
	}
	for i, s := range in[1:] {
		if !s.Equal(tensor.Shape{in[0][1]}) {
			return nil, shapeErr("%s is %v, the input has %d channels", [...]string{"scale", "bias", "mean", "variance"}[i], s, in[0][1])
		}
	}
	return one(in[0]...)
}
