// Package tensor holds dense float32 tensors, their shapes, and their way in
// and out: .npy files and photos.
package tensor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Shape lists a tensor's dimensions, outermost first. Feature maps are NCHW:
// batch, channels, height, width.
type Shape []int

// Size is the number of elements: the product of the dimensions, 1 for a scalar.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Equal reports whether both shapes have the same dimensions.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

// Clone returns a copy that shares nothing with s.
func (s Shape) Clone() Shape { return slices.Clone(s) }

// String writes the shape as the command line takes it: 1x3x224x224.
func (s Shape) String() string {
	if len(s) == 0 {
		return "scalar"
	}
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = strconv.Itoa(d)
	}
	return strings.Join(parts, "x")
}

// Tensor is a dense array in row-major order (the last dimension runs fastest).
type Tensor struct {
	Shape Shape
	Data  []float32
}

// New returns a tensor of zeros. It panics if a dimension is negative.
func New(shape ...int) *Tensor {
	for _, d := range shape {
		if d < 0 {
			panic(fmt.Sprintf("tensor: negative dimension in %v", shape))
		}
	}
	s := Shape(shape).Clone()
	return &Tensor{Shape: s, Data: make([]float32, s.Size())}
}

// FromSlice wraps data, without copying it, as a tensor of the given shape.
// It panics if the shape does not hold exactly len(data) elements.
func FromSlice(data []float32, shape ...int) *Tensor {
	s := Shape(shape).Clone()
	if s.Size() != len(data) {
		panic(fmt.Sprintf("tensor: %d elements do not fill %v", len(data), s))
	}
	return &Tensor{Shape: s, Data: data}
}

// Clone returns a deep copy.
func (t *Tensor) Clone() *Tensor {
	return &Tensor{Shape: t.Shape.Clone(), Data: slices.Clone(t.Data)}
}
