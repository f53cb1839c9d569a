package network

import "github.com/shufflegl/shufflegl/tensor"

// FullyConnected is y = x·Wᵀ + b. Inputs: x [N,K], W [M,K], optional b [M].
type FullyConnected struct{}

func (FullyConnected) Kind() string { return "FullyConnected" }

func (FullyConnected) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 2, 1); err != nil {
		return nil, err
	}
	x, w := in[0], in[1]
	switch {
	case len(x) != 2 || len(w) != 2 || x[1] != w[1]:
		return nil, shapeErr("input %v and weights %v, NxK and MxK are wanted", x, w)
	case len(in) == 3 && in[2] != nil && !in[2].Equal(tensor.Shape{w[0]}):
		return nil, shapeErr("bias is %v, %d outputs", in[2], w[0])
	}
	return one(x[0], w[0])
}

// Softmax is exp(x)/Σexp(x) along one axis. A negative axis counts from the end.
type Softmax struct{ Axis int }

func (Softmax) Kind() string { return "Softmax" }

func (s Softmax) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if _, err := axisOf(s.Axis, in[0]); err != nil {
		return nil, err
	}
	return one(in[0]...)
}

// axisOf resolves a possibly negative axis.
func axisOf(axis int, s tensor.Shape) (int, error) {
	a := axis
	if a < 0 {
		a += len(s)
	}
	if a < 0 || a >= len(s) {
		return 0, shapeErr("axis %d of %v", axis, s)
	}
	return a, nil
}
