package onnx

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/network"
)

// FuzzRead checks that any bytes end in a graph that can be planned, or in one
// line. The corpus in testdata holds more of what the seeds made.
func FuzzRead(f *testing.F) {
	unit := encode(f, model(11, input("x", "N", 6, 4, 4), output("y"),
		floats("w", list(6, 2, 1, 1)), floats("b", list(6)), ints("s", 1, 3, 2, 4, 4), ints("t", 0, -1, 4, 4),
		op("Conv", "x w", "c", attr("group", 3)), op("BatchNormalization", "c b b b b", "n"), op("Relu", "n", "r"),
		op("Reshape", "r s", "r1"), op("Transpose", "r1", "r2", attr("perm", list(0, 2, 1, 3, 4))), op("Reshape", "r2 t", "r3"),
		op("Add", "r3 x", "y")))
	f.Add(unit)
	f.Add(unit[:len(unit)/2])
	f.Add(bytes.Replace(unit, []byte("Relu"), []byte("Gelu"), 1))
	f.Add(bytes.ReplaceAll(unit, []byte("r1"), []byte("r3")))
	f.Add(encode(f, model(13, input("x", 1, 2, 4, 4), output("y"), ints("p", 0, 0, 1, 1, 0, 0, 1, 1), ints("i", 1, 0), ints("one", 1), floats("w", list(2, 3)),
		op("Pad", "x p", "a"), op("AveragePool", "a", "b", attr("kernel_shape", list(2, 2)), attr("strides", list(2, 2))),
		op("Gather", "b i", "c", attr("axis", 1)), op("Split", "c", "d e", attr("axis", 1)), op("Concat", "e d", "g", attr("axis", 1)),
		op("GlobalAveragePool", "g", "h"), op("Flatten", "h", "k"), op("Gemm", "k w", "l"), op("Softmax", "l", "m"), op("Unsqueeze", "m one", "y"))))
	f.Add(encode(f, model(11, input("x", 1, 2, 4, 4), output("y"), number("one", 1), ints("rest", -1), ints("n", 2),
		op("Shape", "x", "s"), op("Gather", "s one", "c"), op("Unsqueeze", "c", "d", attr("axes", list(0))), op("Mul", "d n", "e"),
		op("Slice", "s n n", "none"), op("Concat", "e rest none", "t", attr("axis", 0)), op("Reshape", "x t", "z"), op("Cast", "z", "y", attr("to", 1)))))
	f.Add(encode(f, model(13, input("x", 1, 4, 3, 4), output("y z l q"), floats("w", list(4, 1, 3, 3)), floats("none", list(0)), floats("s", list(4), 1, 1, 2, 1.5), ints("p", 0, 1, 0, 1, 0, 0, 1, 0),
		ints("e", 2, 5, 7, 7), ints("b", -1), ints("far", -1<<62), ints("axis", 3), ints("r", 1, 1, 2, 1),
		op("ConvTranspose", "x w", "a", attr("group", 4), attr("auto_pad", "SAME_LOWER"), attr("strides", list(2, 1))), op("HardSigmoid", "a", "h"), op("Mul", "a h", "c"),
		op("Resize", "x none s", "d", attr("mode", "cubic"), attr("coordinate_transformation_mode", "align_corners")), op("Pad", "d p", "g", attr("mode", "reflect")),
		op("Expand", "g e", "y"), op("Slice", "c b far axis b", "i"), op("DepthToSpace", "i", "j", attr("blocksize", 2)), op("Tile", "j r", "k"),
		op("InstanceNormalization", "x s s", "l"), op("LRN", "k", "m", attr("size", 3)), op("ReduceMean", "m", "n", attr("axes", list(1, -1))), op("Transpose", "k", "kt", attr("perm", list(0, 1, 3, 2))), op("MatMul", "k kt", "q"), op("Softplus", "n", "z"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		defer time.AfterFunc(10*time.Second, func() { panic("it takes more than 10 s") }).Stop()
		g, err := Read(bytes.NewReader(b), "fuzz.onnx", Options{})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "onnx: fuzz.onnx: ") || strings.ContainsAny(err.Error(), "\n\r") {
				t.Fatalf("%q", err)
			}
			return
		}
		elements := 0
		for _, n := range g.Nodes {
			for _, v := range n.Outputs {
				elements += v.Shape.Size()
			}
		}
		for _, v := range g.Inputs {
			elements += v.Shape.Size()
		}
		if elements > 1<<16 {
			return // planning takes time by the number of elements
		}
		if _, err := network.NewPlan(g, network.PlanOptions{}); err != nil && !errors.Is(err, network.ErrUnsupported) {
			t.Fatal(err)
		}
	})
}
