package network

import (
	"fmt"

	"github.com/shufflegl/shufflegl/tensor"
)

// Reduction is what a pooling window does to its pixels.
type Reduction int

const (
	Max Reduction = iota
	Average
)

func (r Reduction) String() string {
	switch r {
	case Max:
		return "max"
	case Average:
		return "average"
	}
	return fmt.Sprintf("Reduction(%d)", int(r))
}

// Pool slides a window and reduces it. Padding never wins a maximum. An average
// divides by the pixels inside the map, or with CountIncludePad by those inside
// the map and its padding (what lies beyond the padding by Ceil never counts).
type Pool struct {
	Window
	Reduce          Reduction
	Ceil            bool // round output sizes up
	CountIncludePad bool
}

func (p Pool) Kind() string {
	if p.Reduce == Max {
		return "MaxPool"
	}
	return "AveragePool"
}

func (p Pool) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if p.Reduce != Max && p.Reduce != Average {
		return nil, shapeErr("reduction %v", p.Reduce)
	}
	h, w, err := p.infer(in[0], p.Ceil)
	if err != nil {
		return nil, err
	}
	n := p.Normal()
	if max(p.Pads.Top, p.Pads.Bottom) > (n.Kernel[0]-1)*n.Dilation[0] || max(p.Pads.Left, p.Pads.Right) > (n.Kernel[1]-1)*n.Dilation[1] {
		return nil, shapeErr("padding %v is wider than the kernel %dx%d", p.Pads, p.Kernel[0], p.Kernel[1])
	}
	return one(in[0][0], in[0][1], h, w)
}

// GlobalPool reduces each channel to one pixel: [N,C,H,W] to [N,C,1,1].
type GlobalPool struct{ Reduce Reduction }

func (p GlobalPool) Kind() string {
	if p.Reduce == Max {
		return "GlobalMaxPool"
	}
	return "GlobalAveragePool"
}

func (p GlobalPool) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if p.Reduce != Max && p.Reduce != Average {
		return nil, shapeErr("reduction %v", p.Reduce)
	}
	if len(in[0]) != 4 {
		return nil, shapeErr("input is %v, a feature map NxCxHxW is wanted", in[0])
	}
	return one(in[0][0], in[0][1], 1, 1)
}
