package network

import "github.com/shufflegl/shufflegl/tensor"

// Reduction is what a pooling window does to its pixels.
type Reduction int

const (
	Max Reduction = iota
	Average
)

func (r Reduction) String() string { return [...]string{"max", "average"}[r] }

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
	h, w, err := p.infer(in[0], p.Ceil)
	if err != nil {
		return nil, err
	}
	if n := p.Normal(); p.Pads.Top > (n.Kernel[0]-1)*n.Dilation[0] || p.Pads.Left > (n.Kernel[1]-1)*n.Dilation[1] {
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

func (GlobalPool) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if len(in[0]) != 4 {
		return nil, shapeErr("input is %v, a feature map NxCxHxW is wanted", in[0])
	}
	return one(in[0][0], in[0][1], 1, 1)
}
