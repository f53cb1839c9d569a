package network

import (
	"fmt"

	"github.com/shufflegl/shufflegl/tensor"
)

// BinaryFn is a function of two numbers.
type BinaryFn int

// The functions, of a and b.
const (
	FnAdd   BinaryFn = iota // a + b
	FnSub                   // a − b
	FnMul                   // a · b
	FnDiv                   // a / b
	FnMax                   // the larger
	FnMin                   // the smaller
	FnPReLU                 // a, or b·a where a < 0 (He et al., arXiv 1502.01852, formula 1)
)

// Binary applies a function to each pair of elements of two tensors. Shapes are
// aligned at their ends, and a dimension of one repeats (NumPy's broadcasting).
type Binary struct{ Fn BinaryFn }

func (b Binary) Kind() string {
	if b.Fn < FnAdd || b.Fn > FnPReLU {
		return fmt.Sprintf("Binary(%d)", int(b.Fn))
	}
	return [...]string{"Add", "Sub", "Mul", "Div", "Max", "Min", "PReLU"}[b.Fn]
}

func (b Binary) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 2, 0); err != nil {
		return nil, err
	}
	if b.Fn < FnAdd || b.Fn > FnPReLU {
		return nil, shapeErr("no such function")
	}
	out, ok := broadcast(in[0], in[1])
	if !ok {
		return nil, shapeErr("%v and %v do not broadcast", in[0], in[1])
	}
	return one(out...)
}

// broadcast gives the shape that both shapes stretch to (NumPy's rule: aligned
// at the end, a dimension of one repeats).
func broadcast(a, b tensor.Shape) (tensor.Shape, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := a.Clone()
	for i, n := range b {
		d := i + len(a) - len(b)
		switch {
		case out[d] == 1:
			out[d] = n
		case n != 1 && n != out[d]:
			return nil, false
		}
	}
	return out, true
}

// stretched is the number, in a tensor of shape s, of what stands at element i of
// its broadcast to shape out.
func stretched(s, out tensor.Shape, i int) int {
	j, stride := 0, 1
	for d := len(out) - 1; d >= 0; d-- {
		k := i % out[d]
		i /= out[d]
		if e := d - len(out) + len(s); e >= 0 {
			if s[e] > 1 {
				j += k * stride
			}
			stride *= s[e]
		}
	}
	return j
}
