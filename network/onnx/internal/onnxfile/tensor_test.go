package onnxfile

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

type (
	pb       = onnxpb.TensorProto
	datatype = onnxpb.TensorProto_DataType
)

func dtype(d datatype) *int32 { return proto.Int32(int32(d)) }

func TestDecode(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		name   string
		t      *pb
		floats []float32
		ints   []int64
	}{
		{"float raw", &pb{DataType: dtype(1), Dims: []int64{2}, RawData: []byte{0, 0, 128, 63, 0, 0, 0, 192}}, []float32{1, -2}, nil},
		{"float typed", &pb{DataType: dtype(1), Dims: []int64{1, 2}, FloatData: []float32{1, -2}}, []float32{1, -2}, nil},
		{"scalar", &pb{DataType: dtype(1), FloatData: []float32{7}}, []float32{7}, nil},
		{"no elements", &pb{DataType: dtype(1), Dims: []int64{0, 3}}, []float32{}, nil},
		{"double raw", &pb{DataType: dtype(11), Dims: []int64{1}, RawData: []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x3f}}, []float32{1.5}, nil},
		{"double typed", &pb{DataType: dtype(11), Dims: []int64{1}, DoubleData: []float64{0.1}}, []float32{0.1}, nil},
		{"half raw", &pb{DataType: dtype(10), Dims: []int64{4}, RawData: []byte{0, 0x3c, 1, 0, 0, 0x7c, 0xff, 0xfb}}, []float32{1, 1.0 / (1 << 24), inf, -65504}, nil},
		{"half typed", &pb{DataType: dtype(10), Dims: []int64{3}, Int32Data: []int32{0xc000, 0x8000, 0x03ff}}, []float32{-2, 0, 1023.0 / (1 << 24)}, nil},
		{"bfloat raw", &pb{DataType: dtype(16), Dims: []int64{1}, RawData: []byte{0xc0, 0x3f}}, []float32{1.5}, nil},
		{"bfloat typed", &pb{DataType: dtype(16), Dims: []int64{1}, Int32Data: []int32{0x3fc0}}, []float32{1.5}, nil},
		{"int64 raw", &pb{DataType: dtype(7), Dims: []int64{1}, RawData: []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}, nil, []int64{-2}},
		{"int64 typed", &pb{DataType: dtype(7), Dims: []int64{2}, Int64Data: []int64{-1, 1 << 40}}, nil, []int64{-1, 1 << 40}},
		{"int32 raw", &pb{DataType: dtype(6), Dims: []int64{1}, RawData: []byte{0xff, 0xff, 0xff, 0xff}}, nil, []int64{-1}},
		{"int32 typed", &pb{DataType: dtype(6), Dims: []int64{1}, Int32Data: []int32{-5}}, nil, []int64{-5}},
		{"int16 raw", &pb{DataType: dtype(5), Dims: []int64{1}, RawData: []byte{0, 0x80}}, nil, []int64{-32768}},
		{"int8 raw", &pb{DataType: dtype(3), Dims: []int64{2}, RawData: []byte{0x80, 1}}, nil, []int64{-128, 1}},
		{"uint8 raw", &pb{DataType: dtype(2), Dims: []int64{1}, RawData: []byte{200}}, nil, []int64{200}},
		{"uint8 typed", &pb{DataType: dtype(2), Dims: []int64{1}, Int32Data: []int32{200}}, nil, []int64{200}},
		{"uint16 raw", &pb{DataType: dtype(4), Dims: []int64{1}, RawData: []byte{0, 0x80}}, nil, []int64{32768}},
		{"uint32 typed", &pb{DataType: dtype(12), Dims: []int64{1}, Uint64Data: []uint64{1 << 31}}, nil, []int64{1 << 31}},
		{"uint64 raw", &pb{DataType: dtype(13), Dims: []int64{1}, RawData: []byte{1, 0, 0, 0, 0, 0, 0, 0}}, nil, []int64{1}},
		{"bool raw", &pb{DataType: dtype(9), Dims: []int64{2}, RawData: []byte{1, 0}}, nil, []int64{1, 0}},
		{"bool typed", &pb{DataType: dtype(9), Dims: []int64{1}, Int32Data: []int32{1}}, nil, []int64{1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Decode(c.t)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(d.Floats, c.floats) || !slices.Equal(d.Ints, c.ints) {
				t.Errorf("got %v %v, want %v %v", d.Floats, d.Ints, c.floats, c.ints)
			}
			if (d.Floats == nil) == (d.Ints == nil) {
				t.Error("not exactly one of Floats and Ints")
			}
			if len(d.Shape) != len(c.t.Dims) {
				t.Errorf("shape %v for %v", d.Shape, c.t.Dims)
			}
			_, ferr := DecodeFloats(c.t)
			_, ierr := DecodeInts(c.t)
			if (ferr == nil) != (c.floats != nil) || (ierr == nil) != (c.ints != nil) {
				t.Errorf("DecodeFloats: %v; DecodeInts: %v", ferr, ierr)
			}
		})
	}
	if d, err := Decode(&pb{DataType: dtype(10), Dims: []int64{1}, RawData: []byte{1, 0x7e}}); err != nil || !math.IsNaN(float64(d.Floats[0])) {
		t.Errorf("half NaN: %v, %v", d, err)
	}
}

func TestDecodeErrors(t *testing.T) {
	four := []byte{1, 2, 3, 4}
	name := proto.String("conv1.weight")
	for _, c := range []struct {
		name string
		t    *pb
		want error
	}{
		{"2^40 elements", &pb{Name: name, DataType: dtype(1), Dims: []int64{1 << 20, 1 << 20}, RawData: four}, ErrTensor},
		{"2^40 in one dimension", &pb{Name: name, DataType: dtype(1), Dims: []int64{1 << 40}, RawData: four}, ErrTensor},
		{"product overflows to 1", &pb{Name: name, DataType: dtype(1), Dims: []int64{1 << 30, 1 << 30, 1 << 30, 1 << 30}, RawData: four}, ErrTensor},
		{"huge beside a zero", &pb{Name: name, DataType: dtype(1), Dims: []int64{0, math.MaxInt64}}, ErrTensor},
		{"negative", &pb{Name: name, DataType: dtype(1), Dims: []int64{-1}, RawData: four}, ErrTensor},
		{"two negatives", &pb{Name: name, DataType: dtype(1), Dims: []int64{-1, -1}, RawData: four}, ErrTensor},
		{"65 dimensions", &pb{Name: name, DataType: dtype(1), Dims: slices.Repeat([]int64{1}, 65), RawData: four}, ErrTensor},
		{"too few bytes", &pb{Name: name, DataType: dtype(1), Dims: []int64{2}, RawData: four}, ErrTensor},
		{"too many bytes", &pb{Name: name, DataType: dtype(2), Dims: []int64{2}, RawData: four}, ErrTensor},
		{"part of an element", &pb{Name: name, DataType: dtype(7), Dims: []int64{1}, RawData: four}, ErrTensor},
		{"scalar without data", &pb{Name: name, DataType: dtype(1)}, ErrTensor},
		{"wrong field", &pb{Name: name, DataType: dtype(1), Dims: []int64{1}, Int64Data: []int64{1}}, ErrTensor},
		{"stored twice", &pb{Name: name, DataType: dtype(1), Dims: []int64{1}, RawData: four, FloatData: []float32{1}}, ErrTensor},
		{"no type", &pb{Name: name, Dims: []int64{4}, RawData: four}, ErrTensor},
		{"uint8 of 300", &pb{Name: name, DataType: dtype(2), Dims: []int64{1}, Int32Data: []int32{300}}, ErrTensor},
		{"bool of 2", &pb{Name: name, DataType: dtype(9), Dims: []int64{1}, RawData: []byte{2}}, ErrTensor},
		{"half of 17 bits", &pb{Name: name, DataType: dtype(10), Dims: []int64{1}, Int32Data: []int32{1 << 16}}, ErrTensor},
		{"uint64 over int64", &pb{Name: name, DataType: dtype(13), Dims: []int64{1}, Uint64Data: []uint64{1 << 63}}, ErrTensor},
		{"string", &pb{Name: name, DataType: dtype(8), Dims: []int64{1}, StringData: [][]byte{four}}, ErrUnsupported},
		{"complex", &pb{Name: name, DataType: dtype(14), Dims: []int64{1}, FloatData: []float32{1, 2}}, ErrUnsupported},
		{"int4 of newer ONNX", &pb{Name: name, DataType: dtype(22), Dims: []int64{8}, RawData: four}, ErrUnsupported},
		{"segment", &pb{Name: name, DataType: dtype(1), Dims: []int64{1}, RawData: four, Segment: &onnxpb.TensorProto_Segment{}}, ErrUnsupported},
		{"external", &pb{Name: name, DataType: dtype(1), Dims: []int64{1}, DataLocation: onnxpb.TensorProto_EXTERNAL.Enum(),
			ExternalData: []*onnxpb.StringStringEntryProto{{Key: proto.String("location"), Value: proto.String("../../secret.bin")}}}, ErrUnsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode(c.t)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), "conv1.weight") {
				t.Errorf("got %v, want %v with the tensor's name", err, c.want)
			}
		})
	}
	if _, err := Decode(nil); !errors.Is(err, ErrTensor) {
		t.Errorf("nil: %v", err)
	}
}

func TestInitializers(t *testing.T) {
	a := &pb{Name: proto.String("a")}
	if m, err := Initializers(&onnxpb.GraphProto{Initializer: []*pb{a}}); err != nil || m["a"] != a {
		t.Errorf("got %v, %v", m, err)
	}
	if _, err := Initializers(&onnxpb.GraphProto{Initializer: []*pb{a, a}}); !errors.Is(err, ErrTensor) {
		t.Errorf("twice: %v", err)
	}
	if _, err := Initializers(&onnxpb.GraphProto{Initializer: []*pb{{}}}); !errors.Is(err, ErrTensor) {
		t.Errorf("nameless: %v", err)
	}
	sparse := []*onnxpb.SparseTensorProto{{Values: a}}
	if _, err := Initializers(&onnxpb.GraphProto{SparseInitializer: sparse}); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("sparse: %v", err)
	}
}
