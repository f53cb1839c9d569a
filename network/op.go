package network

import (
	"errors"
	"fmt"

	"github.com/shufflegl/shufflegl/tensor"
)

// ErrShape is wrapped by every error about operands that do not fit.
var ErrShape = errors.New("shapes do not fit")

// ErrUnsupported is wrapped where a backend or the scheduler cannot do what a
// graph asks for.
var ErrUnsupported = errors.New("not supported")

// Op is an operator with its parameters. Constant operands (weights, bias) are
// inputs of the node, not part of the operator.
type Op interface {
	// Kind is the operator's name, as in "Conv".
	Kind() string
	// Infer gives the outputs' shapes for the inputs' shapes (nil for an absent
	// optional input). Its errors wrap ErrShape and say what was wanted.
	Infer(in []tensor.Shape) ([]tensor.Shape, error)
}

// MACs counts the multiply-adds of a node: those of convolutions and fully
// connected layers. Everything else counts zero, as papers do.
func MACs(n *Node) int64 {
	if n.lowered {
		return 0
	}
	switch n.Op.(type) {
	case Conv:
		w := n.Inputs[1].Shape
		return int64(n.Outputs[0].Shape.Size()) * int64(w[1]*w[2]*w[3])
	case FullyConnected:
		return int64(n.Outputs[0].Shape.Size()) * int64(n.Inputs[1].Shape[1])
	case ConvTranspose:
		w := n.Inputs[1].Shape
		return int64(n.Inputs[0].Shape.Size()) * int64(w[1]*w[2]*w[3])
	case MatMul:
		a := n.Inputs[0].Shape
		return int64(n.Outputs[0].Shape.Size()) * int64(a[len(a)-1])
	}
	return 0
}

func shapeErr(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrShape)
}

// operands checks the number of inputs, of which the last opt may be nil or
// missing.
func operands(in []tensor.Shape, need, opt int) error {
	if len(in) < need || len(in) > need+opt {
		return shapeErr("%d inputs, %d wanted", len(in), need)
	}
	for i := range need {
		if in[i] == nil {
			return shapeErr("input %d is missing", i)
		}
	}
	return nil
}

func one(dims ...int) ([]tensor.Shape, error) { return []tensor.Shape{dims}, nil }
