package network

import "github.com/shufflegl/shufflegl/tensor"

// Activate applies an activation to every element.
type Activate struct{ Fn Activation }

func (Activate) Kind() string { return "Activate" }

func (a Activate) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if a.Fn.Fn < FnNone || a.Fn.Fn > FnSqrt {
		return nil, shapeErr("no such function as %v", a.Fn.Fn)
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
