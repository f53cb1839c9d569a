package onnx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// What is written is read as what it was: every operator, with everything that it can be told.
func TestWrittenOperators(t *testing.T) {
	window := network.Window{Kernel: [2]int{3, 2}, Stride: [2]int{2, 1}, Dilation: [2]int{1, 2}, Pads: network.Pads{Top: 1, Left: 0, Bottom: 2, Right: 1}}
	cases := map[string]struct {
		shape tensor.Shape
		op    network.Op
		rest  []tensor.Shape // of constants
	}{
		"conv":               {tensor.Shape{2, 4, 7, 6}, network.Conv{Window: window, Groups: 2}, []tensor.Shape{{6, 2, 3, 2}}},
		"conv, bias":         {tensor.Shape{1, 3, 7, 6}, network.Conv{Window: network.Square(3, 2, 1)}, []tensor.Shape{{5, 3, 3, 3}, {5}}},
		"conv transposed":    {tensor.Shape{1, 4, 3, 5}, network.ConvTranspose{Window: network.Square(3, 2, 1), Groups: 2, Extra: [2]int{1, 0}}, []tensor.Shape{{4, 3, 3, 3}, {6}}},
		"max pool":           {tensor.Shape{1, 3, 8, 8}, network.Pool{Window: network.Square(3, 2, 0), Ceil: true}, nil},
		"max pool, dilated":  {tensor.Shape{1, 3, 8, 8}, network.Pool{Window: window}, nil},
		"average pool":       {tensor.Shape{1, 3, 8, 8}, network.Pool{Window: network.Square(3, 2, 1), Reduce: network.Average}, nil},
		"average with pads":  {tensor.Shape{1, 3, 8, 8}, network.Pool{Window: network.Square(3, 2, 1), Reduce: network.Average, CountIncludePad: true}, nil},
		"global average":     {tensor.Shape{2, 3, 4, 5}, network.GlobalPool{Reduce: network.Average}, nil},
		"global maximum":     {tensor.Shape{2, 3, 4, 5}, network.GlobalPool{Reduce: network.Max}, nil},
		"fully connected":    {tensor.Shape{2, 5}, network.FullyConnected{}, []tensor.Shape{{3, 5}, {3}}},
		"matrix product":     {tensor.Shape{2, 3, 5}, network.MatMul{}, []tensor.Shape{{5, 4}}},
		"softmax":            {tensor.Shape{2, 3, 4}, network.Softmax{Axis: -2}, nil},
		"batch norm":         {tensor.Shape{2, 3, 4, 4}, network.BatchNorm{Epsilon: 0.5}, []tensor.Shape{{3}, {3}, {3}, {3}}},
		"instance norm":      {tensor.Shape{2, 3, 4, 4}, network.InstanceNorm{Epsilon: 0.5}, []tensor.Shape{{3}, {3}}},
		"local response":     {tensor.Shape{1, 7, 2, 2}, network.LRN{Size: 4, Alpha: 0.5, Beta: 0.75, Bias: 2}, nil},
		"mean, kept":         {tensor.Shape{2, 3, 4}, network.Mean{Axes: []int{0, 2}, Keep: true}, nil},
		"mean":               {tensor.Shape{2, 3, 4}, network.Mean{Axes: []int{1}}, nil},
		"mean of nothing":    {tensor.Shape{2, 3}, network.Mean{}, nil},
		"shuffle":            {tensor.Shape{1, 6, 2, 3}, network.ChannelShuffle{Groups: 3}, nil},
		"shuffle of vectors": {tensor.Shape{2, 6}, network.ChannelShuffle{Groups: 2}, nil},
		"concat":             {tensor.Shape{1, 2, 3}, network.Concat{Axis: -1}, []tensor.Shape{{1, 2, 4}}},
		"split":              {tensor.Shape{1, 5, 2}, network.Split{Axis: 1, Sizes: []int{1, 3, 1}}, nil},
		"slice":              {tensor.Shape{1, 9}, network.Slice{Axis: 1, Start: 2, End: 8, Step: 3}, nil},
		"gather":             {tensor.Shape{2, 3}, network.Gather{Axis: 1, Indices: []int{2, 0, 2, 1}}, nil},
		"expand":             {tensor.Shape{2, 1, 3}, network.Expand{Shape: tensor.Shape{2, 4, 3}}, nil},
		"reshape":            {tensor.Shape{2, 6}, network.Reshape{Shape: tensor.Shape{3, 4}}, nil},
		"transpose":          {tensor.Shape{2, 3, 4}, network.Transpose{Perm: []int{2, 0, 1}}, nil},
		"identity":           {tensor.Shape{2}, network.Identity{}, nil},
	}
	for fn := network.FnAdd; fn <= network.FnPReLU; fn++ {
		op := network.Binary{Fn: fn}
		cases[op.Kind()] = struct {
			shape tensor.Shape
			op    network.Op
			rest  []tensor.Shape
		}{tensor.Shape{2, 3, 2}, op, []tensor.Shape{{3, 1}}}
	}
	for fn := network.FnNone; fn <= network.FnSqrt; fn++ {
		cases[fn.String()] = struct {
			shape tensor.Shape
			op    network.Op
			rest  []tensor.Shape
		}{tensor.Shape{2, 9}, network.Activate{Fn: network.Activation{Fn: fn, A: 0.25, B: 0.75}}, nil}
	}
	for _, a := range []network.Activation{network.ReLU(), network.ReLU6(), network.Clip(float32(math.Inf(-1)), 2), network.Clip(-1, float32(math.Inf(1)))} {
		cases["clip "+fmt.Sprint(a.A, a.B)] = struct {
			shape tensor.Shape
			op    network.Op
			rest  []tensor.Shape
		}{tensor.Shape{2, 9}, network.Activate{Fn: a}, nil}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := network.NewGraph(name)
			in := []*network.Value{g.Input("x", c.shape...)}
			for i, s := range c.rest {
				in = append(in, g.Const(fmt.Sprint("c", i), waves(s)))
			}
			outs, err := g.Apply("y", c.op, in...)
			if err != nil {
				t.Fatal(err)
			}
			g.Outputs = outs
			x := waves(c.shape)
			if name == "sqrt" {
				for i, v := range x.Data {
					x.Data[i] = v * v
				}
			}
			sameAgain(t, g, x)
		})
	}
}

// waves is a tensor of small numbers above and below zero.
func waves(s tensor.Shape) *tensor.Tensor {
	x := tensor.New(s...)
	for i := range x.Data {
		x.Data[i] = float32(math.Sin(float64(3*i+1))) + 0.5
	}
	return x
}

// sameAgain holds what is written and read against the oracle's results for the graph itself.
func sameAgain(t *testing.T, g *network.Graph, in *tensor.Tensor) {
	t.Helper()
	want := outputs(t, g, in)
	m, err := modelOf(g)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, n := range m.Graph.Node {
		if names[n.GetName()] { // ONNX Runtime refuses that
			t.Errorf("two nodes are called %s", n.GetName())
		}
		names[n.GetName()] = true
	}
	got := outputs(t, writtenAndRead(t, g), in)
	if len(got) != len(want) {
		t.Fatalf("%d outputs, had %d", len(got), len(want))
	}
	for i := range got {
		if d := tensor.MaxDiff(got[i], want[i]); d.Rel > 1e-6 { // one function may be two
			t.Errorf("output %d: %v", i, d)
		}
	}
}

func writtenAndRead(t *testing.T, g *network.Graph) *network.Graph {
	t.Helper()
	var file bytes.Buffer
	if err := Write(&file, g); err != nil {
		t.Fatal(err)
	}
	again, err := Read(&file, "again.onnx", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestWrittenNetworks(t *testing.T) {
	for _, name := range []string{"shufflenet_v1_g3_0.25x", "shufflenet_v2_0.5x", "mobilenet_v2_0.35", "squeezenet_1.1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := zoo.Options{Height: 32, Width: 32}
			g, err := zoo.Build(name, o)
			if err != nil {
				t.Fatal(err)
			}
			sameAgain(t, g, waves(g.Inputs[0].Shape))
		})
	}
}

// Outputs that no node makes, or that are one twice, have names of their own; constants
// that share a name have two.
func TestWrittenNames(t *testing.T) {
	g := network.NewGraph("names")
	x := g.Input("x", 1, 2)
	a := &network.Value{Name: "c", Shape: tensor.Shape{2}, Const: waves(tensor.Shape{2})}
	y, err := g.Apply("y", network.Binary{Fn: network.FnAdd}, x, a)
	if err != nil {
		t.Fatal(err)
	}
	b := &network.Value{Name: "c", Shape: tensor.Shape{1}, Const: waves(tensor.Shape{1})}
	z, err := g.Apply("z", network.Binary{Fn: network.FnMul}, y[0], b)
	if err != nil {
		t.Fatal(err)
	}
	g.Outputs = []*network.Value{z[0], z[0], x}
	in := waves(tensor.Shape{1, 2})
	got := outputs(t, writtenAndRead(t, g), in)
	for i, v := range in.Data {
		want := (v + a.Const.Data[i]) * b.Const.Data[0]
		if got[0].Data[i] != want || got[1].Data[i] != want || got[2].Data[i] != v {
			t.Errorf("element %d: %v, %v, %v, want %v twice and %v", i, got[0].Data[i], got[1].Data[i], got[2].Data[i], want, v)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	resample := network.NewGraph("large")
	outs, err := resample.Apply("up", network.Resample{What: "Resize", Rows: network.Keep(2), Columns: network.Keep(2)}, resample.Input("x", 1, 1, 2, 2))
	if err != nil {
		t.Fatal(err)
	}
	resample.Outputs = outs
	relu := network.NewGraph("fused")
	outs, err = relu.Apply("y", network.Conv{Window: network.Square(1, 1, 0)}, relu.Input("x", 1, 1, 2, 2), relu.Const("w", waves(tensor.Shape{1, 1, 1, 1})))
	if err != nil {
		t.Fatal(err)
	}
	relu.Nodes[0].Act = network.ReLU()
	relu.Outputs = outs
	for want, g := range map[string]*network.Graph{
		`onnx: write large: node "up" Resize: ONNX has no such operator`:                          resample,
		`onnx: write fused: node "y" Conv: the graph was optimised, write the one it was made of`: relu,
	} {
		var file bytes.Buffer
		if err := Write(&file, g); !errors.Is(err, network.ErrUnsupported) || !strings.HasPrefix(err.Error(), want) || file.Len() > 0 {
			t.Errorf("%v, want %s", err, want)
		}
	}
	full := errors.New("disk full")
	g, err := zoo.Build("shufflenet_v1_g3_0.25x", zoo.Options{Height: 32, Width: 32, Blank: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(failing{full}, g); !errors.Is(err, full) {
		t.Errorf("a full disk: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

var _ io.Writer = failing{}
