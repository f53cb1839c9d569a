package onnx

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// text is a graph's nodes, one after the other.
func text(g *network.Graph) string {
	var parts []string
	for _, n := range g.Nodes {
		var op string
		switch o := n.Op.(type) {
		case network.Conv:
			op = fmt.Sprintf("k%v s%v d%v p%v g%d", o.Kernel, o.Stride, o.Dilation, o.Pads, o.Groups)
		case network.Pool:
			op = fmt.Sprintf("k%v s%v d%v p%v ceil %v include %v", o.Kernel, o.Stride, o.Dilation, o.Pads, o.Ceil, o.CountIncludePad)
		case network.Activate:
			op = o.Fn.String()
		case network.Resample:
			parts = append(parts, n.Op.Kind())
			continue
		default:
			op = fmt.Sprintf("%v", o)
		}
		parts = append(parts, n.Op.Kind()+" "+op)
	}
	return strings.Join(parts, "; ")
}

// What nodes become. The input is x, the output y.
func TestOperators(t *testing.T) {
	kernel := floats("w", list(2, 1, 3, 3))
	for _, c := range []struct {
		name  string
		opset int64
		x     tensor.Shape
		parts []any
		want  string
		shape tensor.Shape // of the output
	}{
		{"convolution", 11, tensor.Shape{1, 2, 5, 6}, []any{kernel, floats("b", list(2)),
			op("Conv", "x w b", "y", attr("group", 2), attr("strides", list(2, 1)), attr("pads", list(0, 1, 2, 3)), attr("dilations", list(1, 2)), attr("kernel_shape", list(3, 3)))},
			"Conv k[3 3] s[2 1] d[1 2] p{0 1 2 3} g2", tensor.Shape{1, 2, 3, 6}},
		{"SAME_UPPER", 11, tensor.Shape{1, 2, 5, 6}, []any{kernel, op("Conv", "x w", "y", attr("group", 2), attr("auto_pad", "SAME_UPPER"), attr("strides", list(2, 2)))},
			"Conv k[3 3] s[2 2] d[1 1] p{1 0 1 1} g2", tensor.Shape{1, 2, 3, 3}},
		{"SAME_LOWER", 11, tensor.Shape{1, 2, 5, 6}, []any{kernel, op("Conv", "x w", "y", attr("group", 2), attr("auto_pad", "SAME_LOWER"), attr("strides", list(2, 2)))},
			"Conv k[3 3] s[2 2] d[1 1] p{1 1 1 0} g2", tensor.Shape{1, 2, 3, 3}},
		{"VALID", 11, tensor.Shape{1, 2, 5, 6}, []any{kernel, op("Conv", "x w", "y", attr("group", 2), attr("auto_pad", "VALID"))},
			"Conv k[3 3] s[1 1] d[1 1] p{0 0 0 0} g2", tensor.Shape{1, 2, 3, 4}},
		{"a Pad before a convolution", 11, tensor.Shape{1, 2, 5, 6}, []any{kernel, ints("p", 0, 0, 0, 1, 0, 0, 2, 1),
			op("Pad", "x p", "padded"), op("Conv", "padded w", "y", attr("group", 2), attr("pads", list(1, 0, 1, 0)))},
			"Conv k[3 3] s[1 1] d[1 1] p{1 1 3 1} g2", tensor.Shape{1, 2, 7, 6}},
		{"a Pad before an average", 11, tensor.Shape{1, 2, 5, 6}, []any{ints("p", 0, 0, 1, 1, 0, 0, 1, 1),
			op("Pad", "x p", "padded"), op("AveragePool", "padded", "y", attr("kernel_shape", list(3, 3)))},
			"AveragePool k[3 3] s[1 1] d[1 1] p{1 1 1 1} ceil false include true", tensor.Shape{1, 2, 5, 6}},
		{"a Pad before a maximum", 11, tensor.Shape{1, 1, 2, 2}, []any{ints("p", 0, 0, 1, 0, 0, 0, 0, 0),
			op("Pad", "x p", "padded"), op("MaxPool", "padded", "y", attr("kernel_shape", list(2, 2)))},
			"Pad; MaxPool k[2 2] s[1 1] d[1 1] p{0 0 0 0} ceil false include false", tensor.Shape{1, 1, 2, 1}},
		{"a Pad that cuts", 9, tensor.Shape{1, 4}, []any{op("Pad", "x", "y", attr("pads", list(0, -1, 0, 1)))},
			"Slice {1 1 4 1}; Concat {1}", tensor.Shape{1, 4}},
		{"maximum", 12, tensor.Shape{1, 2, 5, 6}, []any{op("MaxPool", "x", "y", attr("kernel_shape", list(3, 2)), attr("strides", list(2, 2)), attr("ceil_mode", 1), attr("pads", list(1, 0, 1, 0)))},
			"MaxPool k[3 2] s[2 2] d[1 1] p{1 0 1 0} ceil true include false", tensor.Shape{1, 2, 3, 3}},
		{"average", 7, tensor.Shape{1, 2, 5, 6}, []any{op("AveragePool", "x", "y", attr("kernel_shape", list(3, 3)), attr("pads", list(1, 1, 1, 1)), attr("count_include_pad", 1))},
			"AveragePool k[3 3] s[1 1] d[1 1] p{1 1 1 1} ceil false include true", tensor.Shape{1, 2, 5, 6}},
		{"global maximum", 7, tensor.Shape{1, 2, 5, 6}, []any{op("GlobalMaxPool", "x", "y")}, "GlobalMaxPool {max}", tensor.Shape{1, 2, 1, 1}},
		{"mean", 13, tensor.Shape{1, 2, 5, 6}, []any{op("ReduceMean", "x", "y", attr("axes", list(-1, 2)), attr("keepdims", 0))},
			"GlobalAveragePool {average}; Reshape {1x2}", tensor.Shape{1, 2}},
		{"mean by input", 18, tensor.Shape{1, 2, 5, 6}, []any{ints("a", 2, 3), op("ReduceMean", "x a", "y")}, "GlobalAveragePool {average}", tensor.Shape{1, 2, 1, 1}},
		{"clip by attributes", 6, tensor.Shape{3}, []any{op("Clip", "x", "y", attr("min", 0.0), attr("max", 6.0))}, "Activate relu6", tensor.Shape{3}},
		{"clip by inputs", 11, tensor.Shape{3}, []any{floats("hi", nil, 1), op("Clip", "x - hi", "y")}, "Activate clip[-Inf,1]", tensor.Shape{3}},
		{"clip of nothing", 11, tensor.Shape{3}, []any{op("Clip", "x", "y")}, "Identity {}", tensor.Shape{3}},
		{"sum", 8, tensor.Shape{3}, []any{op("Sum", "x x x", "y")}, "Add {0}; Add {0}", tensor.Shape{3}},
		{"shift by channel", 7, tensor.Shape{1, 2, 3, 3}, []any{floats("c", list(2, 1, 1)), op("Add", "c x", "y")}, "Add {0}", tensor.Shape{1, 2, 3, 3}},
		{"shift by element", 7, tensor.Shape{2, 3}, []any{floats("c", list(2, 1)), op("Sub", "x c", "y")}, "Sub {1}", tensor.Shape{2, 3}},
		{"factor", 7, tensor.Shape{1, 2, 3, 3}, []any{floats("c", nil, 2), op("Div", "x c", "y")}, "Div {3}", tensor.Shape{1, 2, 3, 3}},
		{"flatten", 9, tensor.Shape{2, 3, 4, 5}, []any{op("Flatten", "x", "y", attr("axis", 2))}, "Reshape {6x20}", tensor.Shape{6, 20}},
		{"reshape", 5, tensor.Shape{2, 3, 4, 5}, []any{ints("s", 0, -1, 10), op("Reshape", "x s", "y")}, "Reshape {2x6x10}", tensor.Shape{2, 6, 10}},
		{"squeeze all", 11, tensor.Shape{1, 3, 1}, []any{op("Squeeze", "x", "y")}, "Reshape {3}", tensor.Shape{3}},
		{"squeeze by input", 13, tensor.Shape{1, 3, 1}, []any{ints("a", -1), op("Squeeze", "x a", "y")}, "Reshape {1x3}", tensor.Shape{1, 3}},
		{"unsqueeze", 11, tensor.Shape{3, 4}, []any{op("Unsqueeze", "x", "y", attr("axes", list(0, -1)))}, "Reshape {1x3x4x1}", tensor.Shape{1, 3, 4, 1}},
		{"transpose", 7, tensor.Shape{2, 3, 4}, []any{op("Transpose", "x", "y")}, "Transpose {[2 1 0]}", tensor.Shape{4, 3, 2}},
		{"split", 11, tensor.Shape{2, 6}, []any{op("Split", "x", "a y", attr("axis", 1), attr("split", list(2, 4)))}, "Split {1 [2 4]}", tensor.Shape{2, 4}},
		{"split by count", 18, tensor.Shape{2, 5}, []any{op("Split", "x", "a y", attr("axis", 1), attr("num_outputs", 2))}, "Split {1 [3 2]}", tensor.Shape{2, 2}},
		{"slices", 9, tensor.Shape{4, 6}, []any{op("Slice", "x", "y", attr("starts", list(1, -3)), attr("ends", list(9999, -1)))}, "Slice {0 1 4 1}; Slice {1 3 5 1}", tensor.Shape{3, 2}},
		{"slice by step", 10, tensor.Shape{4, 6}, []any{ints("s", 1), ints("e", 1<<62), ints("a", -1), ints("t", 2), op("Slice", "x s e a t", "y")}, "Slice {1 1 6 2}", tensor.Shape{4, 3}},
		{"slice of all", 10, tensor.Shape{4, 6}, []any{ints("s", 0), ints("e", 4), op("Slice", "x s e", "y")}, "Identity {}", tensor.Shape{4, 6}},
		{"gather of one", 7, tensor.Shape{2, 6}, []any{number("i", -1), op("Gather", "x i", "y", attr("axis", 1))}, "Slice {1 5 6 1}; Reshape {2}", tensor.Shape{2}},
		{"gather in runs", 7, tensor.Shape{2, 6}, []any{ints("i", 0, 2, 4, 1, 5), op("Gather", "x i", "y", attr("axis", 1))}, "Gather {1 [0 2 4 1 5]}", tensor.Shape{2, 5}},
		{"gather that shuffles", 7, tensor.Shape{1, 6, 2, 2}, []any{ints("i", 0, 2, 4, 1, 3, 5), op("Gather", "x i", "y", attr("axis", 1))}, "ChannelShuffle {3}", tensor.Shape{1, 6, 2, 2}},
		{"softmax of old", 11, tensor.Shape{2, 3, 4}, []any{op("Softmax", "x", "y")}, "Reshape {2x12}; Softmax {1}; Reshape {2x3x4}", tensor.Shape{2, 3, 4}},
		{"softmax of old on pixels", 9, tensor.Shape{2, 3, 1, 1}, []any{op("Softmax", "x", "y")}, "Softmax {1}", tensor.Shape{2, 3, 1, 1}},
		{"softmax", 13, tensor.Shape{2, 3, 4}, []any{op("Softmax", "x", "y", attr("axis", 1))}, "Softmax {1}", tensor.Shape{2, 3, 4}},
		{"dense", 7, tensor.Shape{2, 3}, []any{floats("w", list(3, 4)), floats("c", list(4)), op("Gemm", "x w c", "y", attr("alpha", 2.0), attr("beta", 0.5))}, "FullyConnected {}", tensor.Shape{2, 4}},
		{"dense with a bias a row", 7, tensor.Shape{3, 2}, []any{floats("w", list(4, 3)), floats("c", list(2, 1)), op("Gemm", "x w c", "y", attr("transA", 1), attr("transB", 1))}, "Transpose {[1 0]}; FullyConnected {}; Add {0}", tensor.Shape{2, 4}},
		{"product of matrices", 9, tensor.Shape{2, 5, 3}, []any{floats("w", list(3, 4)), op("MatMul", "x w", "y")}, "Reshape {10x3}; FullyConnected {}; Reshape {2x5x4}", tensor.Shape{2, 5, 4}},
		{"dropout", 12, tensor.Shape{3}, []any{floats("r", nil, 0.5), op("Dropout", "x r", "y mask")}, "Identity {}", tensor.Shape{3}},
		{"shape arithmetic", 11, tensor.Shape{2, 3, 4}, []any{number("one", 1), ints("rest", -1),
			op("Shape", "x", "s"), op("Gather", "s one", "c"), op("Unsqueeze", "c", "cs", attr("axes", list(0))),
			op("Concat", "cs rest", "target", attr("axis", 0)), op("Reshape", "x target", "y")}, "Reshape {3x8}", tensor.Shape{3, 8}},
		{"what no output needs", 11, tensor.Shape{3}, []any{op("If", "x", "z"), op("Relu", "x", "y")}, "Activate relu", tensor.Shape{3}},
		{"nodes out of order", 11, tensor.Shape{3}, []any{op("Relu", "b", "y"), op("Identity", "a", "b"), op("Relu", "x", "a")}, "Activate relu; Identity {}; Activate relu", tensor.Shape{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var dims []any
			for _, d := range c.x {
				dims = append(dims, d)
			}
			g, err := read(t, model(c.opset, append(c.parts, input("x", dims...), output("y"))...), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := text(g); got != c.want {
				t.Errorf("%s\ninstead of\n%s", got, c.want)
			}
			if y := g.Outputs[0]; !y.Shape.Equal(c.shape) || y.Name != "y" {
				t.Errorf("output %q is %v instead of %v", y.Name, y.Shape, c.shape)
			}
			outputs(t, g, counting(c.x))
		})
	}
}

// Numbers through what ONNX's node tests do not reach.
func TestNumbers(t *testing.T) {
	x := tensor.FromSlice([]float32{1, 2, 3, 4}, 1, 2, 1, 2)
	for _, c := range []struct {
		name  string
		opset int64
		parts []any
		want  []float32
	}{
		{"shift", 7, []any{floats("c", list(2, 1, 1), 10, 20), op("Add", "x c", "y")}, []float32{11, 12, 23, 24}},
		{"difference", 7, []any{floats("c", list(1, 1, 1, 1), 1), op("Sub", "x c", "y")}, []float32{0, 1, 2, 3}},
		{"difference by pixel", 7, []any{floats("c", list(2), 1, 2), op("Sub", "x c", "y")}, []float32{0, 0, 2, 2}},
		{"product", 7, []any{floats("c", list(2, 1, 1), 10, 20), op("Mul", "x c", "y")}, []float32{10, 20, 60, 80}},
		{"quotient", 7, []any{floats("c", list(2, 1, 1), 2, 4), op("Div", "x c", "y")}, []float32{0.5, 1, 0.75, 1}},
		{"pad, then maximum", 11, []any{ints("p", 0, 0, 0, 1, 0, 0, 0, 0), floats("v", nil, 9), op("Pad", "x p v", "p9"),
			op("MaxPool", "p9", "y", attr("kernel_shape", list(1, 2)))}, []float32{9, 2, 9, 4}},
		{"pad, then average", 11, []any{ints("p", 0, 0, 0, 1, 0, 0, 0, 0), op("Pad", "x p", "p0"),
			op("AveragePool", "p0", "y", attr("kernel_shape", list(1, 2)))}, []float32{0.5, 1.5, 1.5, 3.5}},
		{"padded output", 11, []any{ints("p", 0, 0, 1, 0, 0, 0, 0, 0), op("Pad", "x p", "y")}, []float32{0, 0, 1, 2, 0, 0, 3, 4}},
		{"constant output", 11, []any{floats("y", list(2), 5, 6), op("Relu", "x", "z")}, []float32{5, 6}},
		{"matrices", 9, []any{floats("w", list(2, 2), 1, 0, 10, 1), op("MatMul", "x w", "y")}, []float32{21, 2, 43, 4}},
		{"gather", 9, []any{ints("i", 1, 0), op("Gather", "x i", "y", attr("axis", 3))}, []float32{2, 1, 4, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := read(t, model(c.opset, append(c.parts, input("x", 1, 2, 1, 2), output("y"))...), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := outputs(t, g, x)[0]; !slices.Equal(got.Data, c.want) {
				t.Errorf("%v instead of %v", got.Data, c.want)
			}
		})
	}
}

// Arithmetic on constants, computed at load.
func TestConstants(t *testing.T) {
	toFloat := op("Cast", "z", "y", attr("to", 1))
	flag := floats("c", list(2), 1, 0)
	for _, c := range []struct {
		name  string
		parts []any
		want  []float32
	}{
		{"Add", []any{ints("a", 1, 2), ints("b", 10), op("Add", "a b", "z"), toFloat}, []float32{11, 12}},
		{"Div", []any{ints("a", -7, 7), ints("b", 2), op("Div", "a b", "z"), toFloat}, []float32{-3, 3}},
		{"Mod", []any{ints("a", -7, 7), ints("b", 3), op("Mod", "a b", "z"), toFloat}, []float32{2, 1}},
		{"Max", []any{ints("a", -7, 7), ints("b", 3), op("Max", "a b", "z"), toFloat}, []float32{3, 7}},
		{"Neg", []any{ints("a", -7, 7), op("Neg", "a", "z"), toFloat}, []float32{7, -7}},
		{"Floor", []any{floats("a", list(2), 1.5, -1.5), op("Floor", "a", "y")}, []float32{1, -2}},
		{"Pow", []any{floats("a", list(2), 2, 3), floats("b", nil, 2), op("Pow", "a b", "y")}, []float32{4, 9}},
		{"Pow by an integer", []any{floats("a", list(2), 2, 3), ints("b", 3), op("Pow", "a b", "y")}, []float32{8, 27}},
		{"Cast", []any{floats("a", list(2), 1.9, -1.9), op("Cast", "a", "z", attr("to", 7)), toFloat}, []float32{1, -1}},
		{"Equal and Where", []any{ints("a", 1, 2), ints("b", 2), ints("m", -1), op("Equal", "a b", "eq"), op("Where", "eq m a", "z"), toFloat}, []float32{1, -1}},
		{"Not", []any{flag, op("Cast", "c", "f", attr("to", 9)), op("Not", "f", "z"), toFloat}, []float32{0, 1}},
		{"Range", []any{number("a", 5), number("b", 0), number("s", -2), op("Range", "a b s", "z"), toFloat}, []float32{5, 3, 1}},
		{"Slice backwards", []any{ints("a", 1, 2, 3, 4), ints("s", -1), ints("e", -9), ints("x0", 0), ints("t", -2), op("Slice", "a s e x0 t", "z"), toFloat}, []float32{4, 2}},
		{"empty Slice", []any{ints("a", 1, 2), ints("s", 2), op("Slice", "a s s", "n"), op("Concat", "n a n", "z", attr("axis", 0)), toFloat}, []float32{1, 2}},
		{"Expand", []any{floats("a", list(2, 1), 1, 2), ints("s", 2, 2), op("Expand", "a s", "y")}, []float32{1, 1, 2, 2}},
		{"Transpose", []any{floats("a", list(2, 3)), op("Transpose", "a", "y")}, []float32{0, 3, 1, 4, 2, 5}},
		{"Split", []any{floats("a", list(2, 2)), op("Split", "a", "b y", attr("axis", 1))}, []float32{1, 3}},
		{"Gather", []any{floats("a", list(3, 2)), ints("i", 2, 0), op("Gather", "a i", "y")}, []float32{4, 5, 0, 1}},
		{"ConstantOfShape", []any{ints("s", 2, 2), op("ConstantOfShape", "s", "y", attr("value", floats("", list(1), 7)))}, []float32{7, 7, 7, 7}},
		{"Constant", []any{op("Constant", "", "y", attr("value", floats("", list(2), 7, 8)))}, []float32{7, 8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := read(t, model(12, append(c.parts, input("x", 1), output("y"))...), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := outputs(t, g, tensor.New(1))[0]; !slices.Equal(got.Data, c.want) {
				t.Errorf("%v instead of %v", got.Data, c.want)
			}
			if len(g.Nodes) != 1 {
				t.Errorf("left for later: %s", text(g))
			}
		})
	}
}

// Axes that keep their proportion have one scale, though their sizes are rounded (Resize-18): a pixel's centre
// is at (i+0.5)/1.6 - 0.5 of the input.
func TestResizeInProportion(t *testing.T) {
	for _, c := range []struct {
		policy       string
		sizes        []int64
		want         tensor.Shape
		firstColumns []float32
	}{
		{"not_larger", list(7, 8), tensor.Shape{1, 1, 5, 8}, []float32{0, 2.1875, 5.3125, 8.4375, 10}},
		{"not_smaller", list(4, 8), tensor.Shape{1, 1, 5, 8}, []float32{0, 2.1875, 5.3125, 8.4375, 10}},
	} {
		g, err := read(t, model(18, input("x", 1, 1, 3, 5), output("y"), ints("s", c.sizes...),
			op("Resize", "x - - s", "y", attr("mode", "linear"), attr("axes", list(2, 3)), attr("keep_aspect_ratio_policy", c.policy))), Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := outputs(t, g, counting(tensor.Shape{1, 1, 3, 5}))[0]
		if !got.Shape.Equal(c.want) {
			t.Fatalf("%s: %v, want %v", c.policy, got.Shape, c.want)
		}
		for y, want := range c.firstColumns {
			if v := got.Data[8*y]; math.Abs(float64(v-want)) > 1e-5 {
				t.Errorf("%s: row %d begins with %v, want %v", c.policy, y, v, want)
			}
		}
	}
}

// Values keep their names, nodes without one get one, and inputs and outputs
// their order.
func TestNames(t *testing.T) {
	chain := op("Sum", "a a x", "s")
	chain.Name = nil
	relu := op("Relu", "x", "a")
	relu.Name = nil
	same := op("Relu", "s", "t")
	same.Name = chain.Name
	g, err := read(t, model(11, input("x", 2), input("w", 2), input("unused", 1), floats("w", list(2)), chain, relu, same,
		op("Add", "t w", "out"), output("t out")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var nodes, values []string
	for _, n := range g.Nodes {
		nodes = append(nodes, n.Name)
		for _, v := range n.Outputs {
			values = append(values, v.Name)
		}
	}
	for _, v := range slices.Concat(g.Inputs, g.Outputs) {
		values = append(values, v.Name)
	}
	if got, want := strings.Join(nodes, " "), "Relu:a Sum:s.0 Sum:s Relu:t OUT"; got != want {
		t.Errorf("nodes are %s instead of %s", got, want)
	}
	if got, want := strings.Join(values, " "), "a Sum:s.0 s t out x unused t out"; got != want {
		t.Errorf("values are %s instead of %s", got, want)
	}
}

func TestShapes(t *testing.T) {
	m := func() *onnxpb.ModelProto {
		return model(11, input("x", "N", 3, "H", "W"), op("Relu", "x", "y"), output("y"))
	}
	g, err := read(t, m(), Options{Shapes: map[string]tensor.Shape{"x": {2, 3, 4, 5}}})
	if err != nil || !g.Outputs[0].Shape.Equal(tensor.Shape{2, 3, 4, 5}) {
		t.Errorf("%v, %v", g, err)
	}
	g, err = read(t, model(11, input("x", "N", 3), op("Relu", "x", "y"), output("y")), Options{})
	if err != nil || !g.Outputs[0].Shape.Equal(tensor.Shape{1, 3}) {
		t.Errorf("%v, %v", g, err)
	}
}

func TestOperatorsAreListed(t *testing.T) {
	list := Operators()
	if !slices.Contains(list, "Conv") || !slices.IsSorted(list) {
		t.Error(list)
	}
}
