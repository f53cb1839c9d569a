package main

import (
	"encoding/binary"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/tensor"
)

// A few ONNX models are written here byte by byte (onnx.proto has the numbers of
// the fields), for there is no file to test with where trained models are not.

func field(n int, content ...byte) []byte {
	b := binary.AppendUvarint(nil, uint64(n<<3|2))
	b = binary.AppendUvarint(b, uint64(len(content)))
	return append(b, content...)
}

func text(n int, s string) []byte { return field(n, []byte(s)...) }

func number(n int, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(n<<3)), v)
}

func join(parts ...[]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// valueInfo describes a float tensor; a dimension of 0 is open.
func valueInfo(name string, shape ...int) []byte {
	var dims []byte
	for _, d := range shape {
		dim := number(1, uint64(d))
		if d == 0 {
			dim = text(2, "open")
		}
		dims = append(dims, field(1, dim...)...)
	}
	tensorType := join(number(1, 1), field(2, dims...))
	return join(text(1, name), field(2, field(1, tensorType...)...))
}

// operation is a node: "y = Add a b".
func operation(line string) []byte {
	w := strings.Fields(line)
	node := text(2, w[0])
	for _, in := range w[3:] {
		node = append(node, text(1, in)...)
	}
	return join(node, text(3, w[0]), text(4, w[2]))
}

func initializer(name string, x *tensor.Tensor) []byte {
	t := join(number(2, 1), text(8, name))
	for _, d := range x.Shape {
		t = append(t, number(1, uint64(d))...)
	}
	var raw []byte
	for _, v := range x.Data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return append(t, field(9, raw...)...)
}

func writeModel(t *testing.T, path string, graph ...[]byte) {
	t.Helper()
	b := join(number(1, 8), field(7, join(append(graph, text(2, "test"))...)...), field(8, join(text(1, ""), number(2, 13))...))
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// writeModels puts into the current folder
//
//   - two.onnx: two inputs, left and right, of 1x3x4x4; outputs "sum/1", "sum:1"
//     (the difference) and "sum_1" (the product);
//   - open.onnx: one input x of Nx2, N open; output y, its relu;
//   - all.onnx: the same, of all dimensions open;
//   - faces.onnx: a face detector for 320x240 pixels that always sees the same.
func writeModels(t *testing.T) {
	t.Helper()
	writeModel(t, "two.onnx",
		field(11, valueInfo("left", 1, 3, 4, 4)...), field(11, valueInfo("right", 1, 3, 4, 4)...),
		field(1, operation("sum/1 = Add left right")...), field(12, valueInfo("sum/1", 1, 3, 4, 4)...),
		field(1, operation("sum:1 = Sub left right")...), field(12, valueInfo("sum:1", 1, 3, 4, 4)...),
		field(1, operation("sum_1 = Mul left right")...), field(12, valueInfo("sum_1", 1, 3, 4, 4)...))
	writeModel(t, "open.onnx", field(11, valueInfo("x", 0, 2)...),
		field(1, operation("y = Relu x")...), field(12, valueInfo("y", 0, 2)...))
	writeModel(t, "all.onnx", field(11, valueInfo("x", 0, 0)...),
		field(1, operation("y = Relu x")...), field(12, valueInfo("y", 0, 0)...))
	scores := tensor.FromSlice([]float32{0.1, 0.9, 0.2, 0.8, 0.05, 0.95, 0.9, 0.1}, 1, 4, 2)
	boxes := tensor.FromSlice([]float32{0.1, 0.2, 0.3, 0.5, 0.11, 0.2, 0.3, 0.5, 0.5, 0.5, 1.2, 1.1, 0, 0, 1, 1}, 1, 4, 4)
	writeModel(t, "faces.onnx", field(11, valueInfo("image", 1, 3, 240, 320)...),
		field(5, initializer("s", scores)...), field(5, initializer("b", boxes)...),
		field(1, operation("scores = Identity s")...), field(12, valueInfo("scores", 1, 4, 2)...),
		field(1, operation("boxes = Identity b")...), field(12, valueInfo("boxes", 1, 4, 4)...))
}

func saveArray(t *testing.T, path string, shape tensor.Shape, data ...float32) *tensor.Tensor {
	t.Helper()
	x := tensor.New(shape...)
	for i := range x.Data {
		if x.Data[i] = float32(i) - 3; len(data) > 0 {
			x.Data[i] = data[i%len(data)]
		}
	}
	if err := tensor.SaveNPY(path, x); err != nil {
		t.Fatal(err)
	}
	return x
}

func loadArray(t *testing.T, path string) *tensor.Tensor {
	t.Helper()
	x, err := tensor.LoadNPY(path)
	if err != nil {
		t.Fatal(err)
	}
	return x
}
