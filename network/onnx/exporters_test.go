package onnx

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// everywhere runs a graph by the oracle and holds every backend's answers
// against its.
func everywhere(t *testing.T, gpu network.Backend, g *network.Graph, in ...*tensor.Tensor) []*tensor.Tensor {
	t.Helper()
	want := outputs(t, g, in...)
	if gpu != nil {
		for i, got := range run(t, gpu, g, in...) {
			if d := tensor.MaxDiff(got, want[i]); !(d.Rel <= 1e-4) {
				t.Errorf("output %d on the GPU: %v", i, d)
			}
		}
	}
	return want
}

// The ways in which exporters write a channel shuffle, for group counts of all
// sorts: each costs no launch, and deals the channels out as it should.
func TestShuffleForms(t *testing.T) {
	gpu := device(t)
	type form struct {
		name  string
		parts func(n, c, g, h, w int64) []any
	}
	forms := []form{
		{"torchvision: view to five dimensions", func(n, c, g, h, w int64) []any {
			return []any{ints("s", n, g, c/g, h, w), ints("e", n, -1, h, w),
				op("Reshape", "x0 s", "a"), op("Transpose", "a", "b", attr("perm", list(0, 2, 1, 3, 4))), op("Reshape", "b e", "z")}
		}},
		{"sizes by arithmetic", func(n, c, g, h, w int64) []any {
			return []any{number("i2", 2), number("i3", 3), ints("lead", n, g, c/g), ints("back", n, -1),
				op("Shape", "x0", "sh"), op("Gather", "sh i2", "gh"), op("Gather", "sh i3", "gw"),
				op("Unsqueeze", "gh", "uh", attr("axes", list(0))), op("Unsqueeze", "gw", "uw", attr("axes", list(0))),
				op("Concat", "lead uh uw", "s", attr("axis", 0)), op("Concat", "back uh uw", "e", attr("axis", 0)),
				op("Reshape", "x0 s", "a"), op("Transpose", "a", "b", attr("perm", list(0, 2, 1, 3, 4))), op("Reshape", "b e", "z")}
		}},
		{"pixels as one dimension", func(n, c, g, h, w int64) []any {
			return []any{ints("s", n, g, c/g, h*w), ints("e", n, c, h, w),
				op("Reshape", "x0 s", "a"), op("Transpose", "a", "b", attr("perm", list(0, 2, 1, 3))), op("Reshape", "b e", "z")}
		}},
		{"batch folded", func(n, c, g, h, w int64) []any {
			return []any{ints("s", n, g, c/g*h*w), ints("s2", n, g, c/g, h*w), ints("e", n, c, h, w),
				op("Reshape", "x0 s", "a0"), op("Reshape", "a0 s2", "a"), op("Transpose", "a", "b", attr("perm", list(0, 2, 1, 3))), op("Reshape", "b e", "z")}
		}},
		{"indices", func(n, c, g, h, w int64) []any {
			var at []int64
			for k := range c {
				at = append(at, k%g*(c/g)+k/g)
			}
			return []any{ints("i", at...), op("Gather", "x0 i", "z", attr("axis", 1))}
		}},
		{"slices joined", func(n, c, g, h, w int64) []any {
			parts, names := []any{ints("axis", 1), ints("step", c/g)}, ""
			for k := range c / g {
				i := fmt.Sprint(k)
				parts = append(parts, ints("f"+i, k), ints("t"+i, c), op("Slice", "x0 f"+i+" t"+i+" axis step", "p"+i))
				names += " p" + i
			}
			return append(parts, op("Concat", names, "z", attr("axis", 1)))
		}},
	}
	for _, f := range forms {
		for _, s := range [][5]int64{{1, 25, 5, 6, 6}, {2, 35, 7, 3, 5}, {1, 75, 25, 1, 9}, {1, 12, 3, 7, 1}, {2, 8, 8, 1, 1}} {
			n, c, g, h, w := s[0], s[1], s[2], s[3], s[4]
			t.Run(fmt.Sprintf("%s/%d groups of %dx%dx%d", f.name, g, c, h, w), func(t *testing.T) {
				// Between two grouped convolutions of one number a channel.
				weights := floats("w", list(c, c/g, 1, 1))
				for i := range weights.FloatData {
					weights.FloatData[i] = float32(i%7) - 2.5
				}
				parts := append([]any{input("x", int(n), int(c), int(h), int(w)), output("y"), weights,
					op("Conv", "x w", "x0", attr("group", int(g))), op("Conv", "z w", "y", attr("group", int(g)))}, f.parts(n, c, g, h, w)...)
				graph, err := read(t, model(11, parts...), Options{})
				if err != nil {
					t.Fatal(err)
				}
				plan, err := network.NewPlan(graph, network.PlanOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if len(plan.Steps) != 2 {
					t.Errorf("%d launches\n%v", len(plan.Steps), plan)
				}
				x := counting(graph.Inputs[0].Shape)
				everywhere(t, gpu, graph, x)
				values, err := cpu.Evaluate(graph, []*tensor.Tensor{x})
				if err != nil {
					t.Fatal(err)
				}
				pixels := int(h * w)
				for plane := range int(n * c) {
					k := plane % int(c)
					from := plane - k + k%int(g)*int(c/g) + k/int(g)
					if !slices.Equal(values["z"].Data[plane*pixels:][:pixels], values["x0"].Data[from*pixels:][:pixels]) {
						t.Fatalf("plane %d is not plane %d of before", plane, from)
					}
				}
			})
		}
	}
}

// Units as frameworks export them, and how many launches they may take.
func TestExportedUnits(t *testing.T) {
	gpu := device(t)
	wave := func(name string, shape ...int64) any {
		t := floats(name, shape)
		for i := range t.FloatData {
			t.FloatData[i] = float32(i*37%23)/23 - 0.4
		}
		return t
	}
	for _, c := range []struct {
		name     string
		opset    int64
		shape    tensor.Shape
		parts    []any
		launches int
	}{
		{"ShuffleNet v2, halves by Split", 13, tensor.Shape{2, 10, 7, 6}, []any{wave("w", 5, 5, 1, 1), wave("d", 5, 1, 3, 3), ints("s", 2, 2, 5, 7, 6), ints("e", 2, -1, 7, 6), ints("half", 5, 5),
			op("Split", "x half", "p q", attr("axis", 1)), op("Conv", "q w", "a"), op("Relu", "a", "b"), op("Conv", "b d", "c", attr("group", 5), attr("pads", list(1, 1, 1, 1))),
			op("Conv", "c w", "f"), op("Relu", "f", "g"), op("Concat", "p g", "h", attr("axis", 1)), op("Reshape", "h s", "i"), op("Transpose", "i", "j", attr("perm", list(0, 2, 1, 3, 4))),
			op("Reshape", "j e", "k"), op("Split", "k half", "l m", attr("axis", 1)), op("Conv", "m w", "n"), op("Concat", "l n", "o", attr("axis", 1)), op("Conv", "o w2", "y"), wave("w2", 3, 10, 1, 1)}, 5},
		{"ShuffleNet v2, Megvii's shuffle of pairs", 11, tensor.Shape{1, 10, 5, 5}, []any{wave("w", 5, 5, 1, 1), wave("w2", 3, 10, 1, 1), ints("s", 5, 2, 25), ints("e", 2, -1, 5, 5, 5), number("zero", 0), number("one", 1),
			op("Reshape", "x s", "a"), op("Transpose", "a", "b", attr("perm", list(1, 0, 2))), op("Reshape", "b e", "c"), op("Gather", "c zero", "p"), op("Gather", "c one", "q"),
			op("Conv", "q w", "f"), op("Concat", "p f", "g", attr("axis", 1)), op("Conv", "g w2", "y")}, 2},
		{"squeeze and excitation", 14, tensor.Shape{2, 6, 5, 7}, []any{wave("w", 6, 6, 1, 1), wave("v", 3, 6, 1, 1), wave("u", 6, 3, 1, 1),
			op("Conv", "x w", "a"), op("HardSwish", "a", "b"), op("ReduceMean", "b", "c", attr("axes", list(2, 3))), op("Conv", "c v", "d"), op("Relu", "d", "f"),
			op("Conv", "f u", "g"), op("HardSigmoid", "g", "h", attr("alpha", 1.0/6)), op("Mul", "h b", "y")}, 5},
		{"hard swish before operator set 14, by Paddle", 11, tensor.Shape{1, 6, 5, 7}, []any{wave("w", 6, 6, 1, 1), floats("three", nil, 3), floats("zero", nil, 0), floats("six", nil, 6),
			op("Conv", "x w", "a"), op("Add", "a three", "b"), op("Clip", "b zero six", "c"), op("Mul", "a c", "d"), op("Div", "d six", "f"), op("Conv", "f w", "y")}, 2},
		{"TensorFlow: NHWC in, SAME by Pad, normalisation taken apart", 13, tensor.Shape{2, 9, 8, 3}, []any{wave("w", 8, 3, 3, 3), wave("d", 8, 1, 3, 3), wave("f", 8, 5), wave("m", 1, 8, 1, 1), wave("t", 1, 8, 1, 1), wave("bias", 5),
			floats("zero", nil, 0), floats("six", nil, 6), ints("p", 0, 0, 0, 0, 0, 0, 1, 1), ints("hw", 2, 3),
			op("Transpose", "x", "a", attr("perm", list(0, 3, 1, 2))), op("Pad", "a p", "b"), op("Conv", "b w", "c", attr("strides", list(2, 2))), op("Clip", "c zero six", "c6"),
			op("Conv", "c6 d", "g", attr("group", 8), attr("auto_pad", "SAME_UPPER"), attr("strides", list(2, 2))), op("Mul", "g m", "h"), op("Add", "h t", "i"), op("Relu", "i", "j"),
			op("ReduceMean", "j", "k", attr("axes", list(2, 3))), op("Squeeze", "k hw", "l"), op("MatMul", "l f", "n"), op("Add", "n bias", "o"), op("Softmax", "o", "y", attr("axis", -1))}, 6},
		{"MXNet: leaky slopes a channel, ceiling pools", 9, tensor.Shape{1, 5, 9, 8}, []any{wave("w", 5, 5, 1, 1), wave("slope", 5, 1, 1),
			op("Conv", "x w", "a"), op("PRelu", "a slope", "b"), op("MaxPool", "b", "c", attr("kernel_shape", list(3, 3)), attr("strides", list(2, 2))), op("Flatten", "c", "y")}, 4},
		{"a detector's heads", 11, tensor.Shape{2, 4, 6, 5}, []any{wave("w", 9, 4, 1, 1), wave("v", 9, 4, 3, 3), ints("s", 2, -1, 3), ints("r", 1), ints("z", 0), ints("last", 2), ints("end", 1<<62),
			op("Conv", "x w", "a"), op("Transpose", "a", "b", attr("perm", list(0, 2, 3, 1))), op("Reshape", "b s", "c"), op("Conv", "x v", "d", attr("strides", list(2, 2))),
			op("Transpose", "d", "f", attr("perm", list(0, 2, 3, 1))), op("Reshape", "f s", "g"), op("Concat", "c g", "h", attr("axis", 1)), op("Sigmoid", "h", "y")}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			var dims []any
			for _, d := range c.shape {
				dims = append(dims, d)
			}
			g, err := read(t, model(c.opset, append(c.parts, input("x", dims...), output("y"))...), Options{})
			if err != nil {
				t.Fatal(err)
			}
			p, err := network.NewPlan(g, network.PlanOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Steps) > c.launches {
				t.Errorf("%d launches, %d are enough\n%v", len(p.Steps), c.launches, p)
			}
			x := counting(c.shape)
			for i := range x.Data {
				x.Data[i] = x.Data[i]/float32(len(x.Data)) - 0.5
			}
			everywhere(t, gpu, g, x)
		})
	}
}
