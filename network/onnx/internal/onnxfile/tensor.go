package onnxfile

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// Tensor is a decoded constant. One of Floats and Ints holds its Shape.Size()
// elements in row-major order; the other is nil.
type Tensor struct {
	Name  string
	Type  onnxpb.TensorProto_DataType // as stored in the file
	Shape tensor.Shape                // empty for a scalar

	Floats []float32 // FLOAT, FLOAT16, BFLOAT16 exactly; DOUBLE rounded to float32
	Ints   []int64   // the integer types, and BOOL as 0 or 1
}

// Decode returns the contents of t, whichever of the format's ways it is stored
// in. The dimensions are checked against the bytes present before anything is
// allocated. Errors name the tensor; they are ErrTensor when t contradicts
// itself (dimensions that do not match the data, a value that does not fit the
// type) and ErrUnsupported for strings, complex numbers, quantised types,
// segments and data kept in another file.
func Decode(t *onnxpb.TensorProto) (*Tensor, error) {
	d, err := decode(t)
	if err != nil {
		return nil, fmt.Errorf("tensor %q: %w", clip(t.GetName()), err)
	}
	return d, nil
}

// DecodeFloats is Decode for a tensor that must hold floating-point numbers.
func DecodeFloats(t *onnxpb.TensorProto) (*tensor.Tensor, error) {
	d, err := Decode(t)
	if err != nil {
		return nil, err
	}
	if d.Floats == nil {
		return nil, fmt.Errorf("tensor %q: %w: %v where floating-point numbers are needed", clip(d.Name), ErrTensor, d.Type)
	}
	return tensor.FromSlice(d.Floats, d.Shape...), nil
}

// DecodeInts is Decode for a tensor that must hold integers: a shape, axes,
// pads, indices.
func DecodeInts(t *onnxpb.TensorProto) ([]int64, error) {
	d, err := Decode(t)
	if err != nil {
		return nil, err
	}
	if d.Ints == nil {
		return nil, fmt.Errorf("tensor %q: %w: %v where integers are needed", clip(d.Name), ErrTensor, d.Type)
	}
	return d.Ints, nil
}

func decode(t *onnxpb.TensorProto) (*Tensor, error) {
	if t == nil {
		return nil, fmt.Errorf("%w: missing", ErrTensor)
	}
	if t.GetDataLocation() != onnxpb.TensorProto_DEFAULT || len(t.ExternalData) > 0 {
		return nil, fmt.Errorf("%w: its data is in another file (%s); save the model as one file, for instance with onnx.save_model(..., save_as_external_data=False)",
			ErrUnsupported, location(t))
	}
	if t.Segment != nil {
		return nil, fmt.Errorf("%w: tensors in segments", ErrUnsupported)
	}
	kind := onnxpb.TensorProto_DataType(t.GetDataType())
	c, err := codecOf(kind)
	if err != nil {
		return nil, err
	}
	have, err := stored(t, c)
	if err != nil {
		return nil, err
	}
	shape, err := checkDims(t.Dims, have)
	if err != nil {
		return nil, err
	}
	d := &Tensor{Name: t.GetName(), Type: kind, Shape: shape}
	switch {
	case c.float != nil:
		d.Floats = make([]float32, have)
		err = c.float(t, d.Floats)
	default:
		d.Ints = make([]int64, have)
		err = c.int(t, d.Ints)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// stored counts the elements that t really holds.
func stored(t *onnxpb.TensorProto, c codec) (int, error) {
	raw := len(t.RawData)
	typed := len(t.FloatData) + len(t.Int32Data) + len(t.Int64Data) + len(t.DoubleData) + len(t.Uint64Data) + len(t.StringData)
	n := c.typed(t)
	switch {
	case typed != n:
		return 0, fmt.Errorf("%w: data in a field that is not for its type", ErrTensor)
	case raw > 0 && n > 0:
		return 0, fmt.Errorf("%w: data stored twice, in raw_data and in a typed field", ErrTensor)
	case raw%c.size != 0:
		return 0, fmt.Errorf("%w: %d bytes are no whole number of %d-byte elements", ErrTensor, raw, c.size)
	case raw > 0:
		return raw / c.size, nil
	}
	return n, nil
}

// checkDims returns dims as a shape if they describe exactly have elements.
// Dimensions stop at 2^31-1, so that sizes fit an int everywhere.
func checkDims(dims []int64, have int) (tensor.Shape, error) {
	if len(dims) > 64 {
		return nil, fmt.Errorf("%w: %d dimensions", ErrTensor, len(dims))
	}
	zero := false
	for _, d := range dims {
		if d < 0 || d > math.MaxInt32 {
			return nil, fmt.Errorf("%w: dimensions %v", ErrTensor, dims)
		}
		zero = zero || d == 0
	}
	size := int64(1)
	if zero {
		size = 0
	}
	shape := make(tensor.Shape, len(dims))
	for i, d := range dims {
		shape[i] = int(d)
		// size stays at most MaxSize before each step: no overflow.
		if size *= d; size > MaxSize {
			return nil, fmt.Errorf("%w: dimensions %v claim more elements than a file can hold; it has %d", ErrTensor, dims, have)
		}
	}
	if size != int64(have) {
		return nil, fmt.Errorf("%w: dimensions %v claim %d elements, but it has %d", ErrTensor, dims, size, have)
	}
	return shape, nil
}

// location says where the data of an external tensor would be.
func location(t *onnxpb.TensorProto) string {
	for _, e := range t.ExternalData {
		if e.GetKey() == "location" {
			return fmt.Sprintf("%q", clip(e.GetValue()))
		}
	}
	return "unnamed"
}

// clip shortens what a file says for use in an error message.
func clip(s string) string {
	const most = 80
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// Initializers returns the constants of g by name, not yet decoded. Sparse
// initialisers are ErrUnsupported; a name that is empty or used twice is
// ErrTensor.
func Initializers(g *onnxpb.GraphProto) (map[string]*onnxpb.TensorProto, error) {
	var errs []error
	for _, s := range g.GetSparseInitializer() {
		errs = append(errs, fmt.Errorf("tensor %q: %w: sparse initialisers", clip(s.GetValues().GetName()), ErrUnsupported))
	}
	m := make(map[string]*onnxpb.TensorProto, len(g.GetInitializer()))
	for i, t := range g.GetInitializer() {
		switch name := t.GetName(); {
		case name == "":
			errs = append(errs, fmt.Errorf("initialiser %d: %w: no name", i, ErrTensor))
		case m[name] != nil:
			errs = append(errs, fmt.Errorf("tensor %q: %w: two initialisers of that name", clip(name), ErrTensor))
		default:
			m[name] = t
		}
	}
	if len(errs) > 8 {
		errs = append(errs[:8], fmt.Errorf("and %d more", len(errs)-8))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return m, nil
}
