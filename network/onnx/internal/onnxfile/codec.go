package onnxfile

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

// A codec reads the elements of one data type. Exactly one of float and int is
// set; both are called with a destination of the right length, and read from
// raw_data (little-endian) if there is any, else from the typed field.
type codec struct {
	size  int                             // bytes an element in raw_data
	typed func(t *onnxpb.TensorProto) int // elements in the typed field
	float func(t *onnxpb.TensorProto, dst []float32) error
	int   func(t *onnxpb.TensorProto, dst []int64) error
}

func codecOf(kind onnxpb.TensorProto_DataType) (codec, error) {
	switch kind {
	case onnxpb.TensorProto_FLOAT:
		return floats(4,
			func(t *onnxpb.TensorProto) []float32 { return t.FloatData },
			func(v float32) (float32, bool) { return v, true },
			func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }), nil
	case onnxpb.TensorProto_DOUBLE:
		return floats(8,
			func(t *onnxpb.TensorProto) []float64 { return t.DoubleData },
			func(v float64) (float32, bool) { return float32(v), true },
			func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }), nil
	case onnxpb.TensorProto_FLOAT16:
		return floats(2, int32Data,
			func(v int32) (float32, bool) { return half(uint16(v)), v>>16 == 0 },
			func(b []byte) float32 { return half(binary.LittleEndian.Uint16(b)) }), nil
	case onnxpb.TensorProto_BFLOAT16:
		return floats(2, int32Data,
			func(v int32) (float32, bool) { return bfloat(uint16(v)), v>>16 == 0 },
			func(b []byte) float32 { return bfloat(binary.LittleEndian.Uint16(b)) }), nil
	case onnxpb.TensorProto_INT64:
		return ints(8, math.MinInt64, math.MaxInt64,
			func(t *onnxpb.TensorProto) []int64 { return t.Int64Data },
			func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }), nil
	case onnxpb.TensorProto_INT32:
		return ints(4, math.MinInt32, math.MaxInt32, int32Data,
			func(b []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(b))) }), nil
	case onnxpb.TensorProto_INT16:
		return ints(2, math.MinInt16, math.MaxInt16, int32Data,
			func(b []byte) int64 { return int64(int16(binary.LittleEndian.Uint16(b))) }), nil
	case onnxpb.TensorProto_INT8:
		return ints(1, math.MinInt8, math.MaxInt8, int32Data,
			func(b []byte) int64 { return int64(int8(b[0])) }), nil
	case onnxpb.TensorProto_UINT16:
		return ints(2, 0, math.MaxUint16, int32Data,
			func(b []byte) int64 { return int64(binary.LittleEndian.Uint16(b)) }), nil
	case onnxpb.TensorProto_UINT8:
		return ints(1, 0, math.MaxUint8, int32Data,
			func(b []byte) int64 { return int64(b[0]) }), nil
	case onnxpb.TensorProto_BOOL:
		return ints(1, 0, 1, int32Data,
			func(b []byte) int64 { return int64(b[0]) }), nil
	case onnxpb.TensorProto_UINT32:
		return ints(4, 0, math.MaxUint32, uint64Data,
			func(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }), nil
	case onnxpb.TensorProto_UINT64: // above 2^63 it reads as negative, and is refused
		return ints(8, 0, math.MaxInt64, uint64Data,
			func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }), nil
	case onnxpb.TensorProto_UNDEFINED:
		return codec{}, fmt.Errorf("%w: no data type", ErrTensor)
	}
	// STRING, COMPLEX64, COMPLEX128, and the 8- and 4-bit types of newer ONNX.
	return codec{}, fmt.Errorf("%w: elements of type %v", ErrUnsupported, kind)
}

func int32Data(t *onnxpb.TensorProto) []int32   { return t.Int32Data }
func uint64Data(t *onnxpb.TensorProto) []uint64 { return t.Uint64Data }

func floats[T any](size int, field func(*onnxpb.TensorProto) []T, one func(T) (float32, bool), raw func([]byte) float32) codec {
	return codec{
		size:  size,
		typed: func(t *onnxpb.TensorProto) int { return len(field(t)) },
		float: func(t *onnxpb.TensorProto, dst []float32) error {
			if b := t.RawData; len(b) > 0 {
				for i := range dst {
					dst[i] = raw(b[i*size:])
				}
				return nil
			}
			for i, v := range field(t) {
				f, ok := one(v)
				if !ok {
					return fmt.Errorf("%w: element %d is %v, more than its type holds", ErrTensor, i, v)
				}
				dst[i] = f
			}
			return nil
		},
	}
}

func ints[T int32 | int64 | uint64](size int, low, high int64, field func(*onnxpb.TensorProto) []T, raw func([]byte) int64) codec {
	return codec{
		size:  size,
		typed: func(t *onnxpb.TensorProto) int { return len(field(t)) },
		int: func(t *onnxpb.TensorProto, dst []int64) error {
			if b := t.RawData; len(b) > 0 {
				for i := range dst {
					dst[i] = raw(b[i*size:])
				}
			} else {
				for i, v := range field(t) {
					dst[i] = int64(v)
				}
			}
			for i, v := range dst {
				if v < low || v > high {
					return fmt.Errorf("%w: element %d is %d, outside [%d, %d]", ErrTensor, i, v, low, high)
				}
			}
			return nil
		},
	}
}

// half widens an IEEE 754 half-precision number, exactly.
func half(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h>>10) & 0x1f
	man := uint32(h & 0x3ff)
	switch exp {
	case 0: // zero or subnormal: man * 2^-24
		f := float32(man) * (1.0 / (1 << 24))
		return math.Float32frombits(sign | math.Float32bits(f))
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0x7f800000 | man<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | man<<13)
}

// bfloat widens a bfloat16: the upper half of a float32.
func bfloat(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }
