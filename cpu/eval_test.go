package cpu

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

type floats = []float32

// ramp is the tensor 0, 1, 2, … plus first.
func ramp(first float32, shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = first + float32(i)
	}
	return t
}

func fill(v float32, shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = v
	}
	return t
}

func of(data floats, shape ...int) *tensor.Tensor { return tensor.FromSlice(data, shape...) }

func noise(r *rand.Rand, shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(r.NormFloat64())
	}
	return t
}

// apply evaluates one operator: the first operand is the input, the others
// constants.
func apply(t *testing.T, op network.Op, x *tensor.Tensor, consts ...*tensor.Tensor) []*tensor.Tensor {
	t.Helper()
	b := network.NewBuilder("t")
	in := []*network.Value{b.Input("x", x.Shape...)}
	for _, c := range consts {
		in = append(in, b.Const("c", c))
	}
	outs := b.ApplyAll("y", op, in...)
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	vs, err := evaluate(g, []*tensor.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	var ts []*tensor.Tensor
	for _, v := range outs {
		ts = append(ts, vs[v])
	}
	return ts
}

// Expected values here are worked out by hand, or are those of ONNX's own node
// tests, which use the same ramps.
func TestOperatorsByHand(t *testing.T) {
	inf := float32(math.Inf(1))
	pool := func(r network.Reduction, k, s, p int, f func(*network.Pool)) network.Pool {
		op := network.Pool{Window: network.Square(k, s, p), Reduce: r}
		if f != nil {
			f(&op)
		}
		return op
	}
	ceil := func(p *network.Pool) { p.Ceil = true }
	includePad := func(p *network.Pool) { p.CountIncludePad = true }
	both := func(p *network.Pool) { p.Ceil, p.CountIncludePad = true, true }
	sideways := func(p network.Pads) network.Conv {
		w := network.Square(3, 2, 0)
		w.Pads = p
		return network.Conv{Window: w}
	}
	dilated := network.Square(2, 1, 0)
	dilated.Dilation = [2]int{2, 2}

	for _, c := range []struct {
		name   string
		op     network.Op
		x      *tensor.Tensor
		consts []*tensor.Tensor
		want   []floats
	}{
		{"conv with padding (ONNX basic_conv)", network.Conv{Window: network.Square(3, 1, 1)}, ramp(0, 1, 1, 5, 5),
			[]*tensor.Tensor{fill(1, 1, 1, 3, 3)},
			[]floats{{12, 21, 27, 33, 24, 33, 54, 63, 72, 51, 63, 99, 108, 117, 81, 93, 144, 153, 162, 111, 72, 111, 117, 123, 84}}},
		{"conv with stride 2 and pads on one axis (ONNX conv_with_strides_and_asymmetric_padding)", sideways(network.Pads{Top: 1, Bottom: 1}),
			ramp(0, 1, 1, 7, 5), []*tensor.Tensor{fill(1, 1, 1, 3, 3)}, []floats{{21, 33, 99, 117, 189, 207, 171, 183}}},
		{"conv with dilation 2", network.Conv{Window: dilated}, ramp(0, 1, 1, 3, 3),
			[]*tensor.Tensor{of(floats{1, 10, 100, 1000}, 1, 1, 2, 2), of(floats{0.5}, 1)}, []floats{{0 + 20 + 600 + 8000 + 0.5}}},
		{"conv sums its channels", network.Conv{Window: network.Square(1, 1, 0)}, of(floats{1, 2, 10, 20}, 1, 2, 1, 2),
			[]*tensor.Tensor{of(floats{1, 1, 2, -1}, 2, 2, 1, 1), of(floats{0, 5}, 2)}, []floats{{11, 22, -3, -11}}},
		{"conv in 2 groups", network.Conv{Window: network.Square(1, 1, 0), Groups: 2}, of(floats{1, 2, 3, 4}, 1, 4, 1, 1),
			[]*tensor.Tensor{of(floats{1, 10, 100, 1000}, 2, 2, 1, 1)}, []floats{{21, 4300}}},
		{"depthwise with 2 outputs a channel", network.Conv{Window: network.Square(1, 1, 0), Groups: 2}, of(floats{3, 5}, 1, 2, 1, 1),
			[]*tensor.Tensor{of(floats{1, 2, 10, 20}, 4, 1, 1, 1)}, []floats{{3, 6, 50, 100}}},

		{"max pool with padding (ONNX maxpool_2d_precomputed_pads)", pool(network.Max, 5, 1, 2, nil), ramp(1, 1, 1, 5, 5), nil,
			[]floats{{13, 14, 15, 15, 15, 18, 19, 20, 20, 20, 23, 24, 25, 25, 25, 23, 24, 25, 25, 25, 23, 24, 25, 25, 25}}},
		{"padding never wins", pool(network.Max, 3, 3, 1, nil), fill(-7, 1, 1, 2, 2), nil, []floats{{-7}}},
		{"max pool rounded up (ONNX maxpool_2d_ceil)", pool(network.Max, 3, 2, 0, ceil), ramp(1, 1, 1, 4, 4), nil, []floats{{11, 12, 15, 16}}},
		{"average pool (ONNX averagepool_2d_precomputed_pads)", pool(network.Average, 5, 1, 2, nil), ramp(1, 1, 1, 5, 5), nil,
			[]floats{{7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11, 11.5, 12, 12.5, 13, 13.5, 14, 14.5, 15, 15.5, 16, 16.5, 17, 17.5, 18, 18.5, 19}}},
		{"average pool counting padding (ONNX averagepool_2d_precomputed_pads_count_include_pad)", pool(network.Average, 5, 1, 2, includePad), ramp(1, 1, 1, 5, 5), nil,
			[]floats{{2.52, 3.6, 4.8, 4.08, 3.24, 4.56, 6.4, 8.4, 7.04, 5.52, 7.2, 10, 13, 10.8, 8.4, 6.96, 9.6, 12.4, 10.24, 7.92, 6.12, 8.4, 10.8, 8.88, 6.84}}},
		{"average pool rounded up (ONNX averagepool_2d_ceil)", pool(network.Average, 3, 2, 0, ceil), ramp(1, 1, 1, 4, 4), nil, []floats{{6, 7.5, 12, 13.5}}},
		// The last window of 3 covers map column 2, padding column 3 and nothing: 2 counted.
		{"what lies beyond the padding does not count", pool(network.Average, 3, 3, 1, both), of(floats{6, 6, 6}, 1, 1, 1, 3), nil,
			[]floats{{12. / 9, 6. / 6}}},
		{"global max", network.GlobalPool{Reduce: network.Max}, ramp(0, 1, 2, 2, 2), nil, []floats{{3, 7}}},
		{"global average", network.GlobalPool{Reduce: network.Average}, ramp(0, 2, 1, 2, 2), nil, []floats{{1.5, 5.5}}},

		{"fully connected", network.FullyConnected{}, of(floats{1, 2, 3, 4}, 2, 2),
			[]*tensor.Tensor{of(floats{1, 0, 0, 1, 1, 1}, 3, 2), of(floats{0, 0, 100}, 3)}, []floats{{1, 2, 103, 3, 4, 107}}},
		{"softmax of large values", network.Softmax{Axis: -1}, of(floats{10000, 10000, -10000, 5}, 2, 2), nil, []floats{{0.5, 0.5, 0, 1}}},
		{"softmax over columns", network.Softmax{Axis: 0}, of(floats{0, 0, float32(math.Log(3)), 0}, 2, 2), nil, []floats{{0.25, 0.5, 0.75, 0.5}}},

		{"add", network.Binary{Fn: network.FnAdd}, ramp(0, 3), []*tensor.Tensor{fill(10, 3)}, []floats{{10, 11, 12}}},
		{"relu6", network.Activate{Fn: network.ReLU6()}, of(floats{-1, 0, 5, 7, inf}, 5), nil, []floats{{0, 0, 5, 6, 6}}},
		{"batch norm", network.BatchNorm{Epsilon: 1}, of(floats{1, 5, 2, 2}, 1, 2, 2),
			[]*tensor.Tensor{of(floats{2, 1}, 2), of(floats{10, 0}, 2), of(floats{1, 4}, 2), of(floats{3, 0}, 2)}, []floats{{10, 14, -2, -2}}},

		{"shuffle 2 groups of 3", network.ChannelShuffle{Groups: 2}, ramp(0, 1, 6, 1, 1), nil, []floats{{0, 3, 1, 4, 2, 5}}},
		{"shuffle 3 groups of 2", network.ChannelShuffle{Groups: 3}, ramp(0, 1, 6, 1), nil, []floats{{0, 2, 4, 1, 3, 5}}},
		{"concat", network.Concat{Axis: 1}, ramp(0, 2, 2), []*tensor.Tensor{fill(9, 2, 1)}, []floats{{0, 1, 9, 2, 3, 9}}},
		{"split", network.Split{Axis: -1, Sizes: []int{1, 2}}, ramp(0, 2, 3), nil, []floats{{0, 3}, {1, 2, 4, 5}}},
		{"slice", network.Slice{Axis: 0, Start: 1, End: 5, Step: 2}, ramp(0, 5, 2), nil, []floats{{2, 3, 6, 7}}},
		{"reshape", network.Reshape{Shape: tensor.Shape{3, 2}}, ramp(0, 2, 3), nil, []floats{{0, 1, 2, 3, 4, 5}}},
		{"transpose", network.Transpose{Perm: []int{1, 0}}, ramp(0, 2, 3), nil, []floats{{0, 3, 1, 4, 2, 5}}},
		{"transpose in a circle", network.Transpose{Perm: []int{2, 0, 1}}, ramp(0, 1, 2, 3), nil, []floats{{0, 3, 1, 4, 2, 5}}},
		{"identity", network.Identity{}, ramp(0, 3), nil, []floats{{0, 1, 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := apply(t, c.op, c.x, c.consts...)
			if len(got) != len(c.want) {
				t.Fatalf("%d outputs, want %d", len(got), len(c.want))
			}
			for i, want := range c.want {
				if len(got[i].Data) != len(want) {
					t.Fatalf("output %d has shape %v, want %d elements", i, got[i].Shape, len(want))
				}
				for e, w := range want {
					if d := got[i].Data[e] - w; !(d > -1e-5 && d < 1e-5) {
						t.Fatalf("output %d is %v, want %v", i, got[i].Data, want)
					}
				}
			}
		})
	}
}

// The shuffle's definition as the paper gives it, and as Source numbers it.
func TestShuffleIsATransposedReshape(t *testing.T) {
	for _, g := range []int{1, 2, 3, 4, 6, 12} {
		x := ramp(0, 2, 12, 2, 3)
		got := apply(t, network.ChannelShuffle{Groups: g}, x)[0]
		y := apply(t, network.Reshape{Shape: tensor.Shape{2, g, 12 / g, 2, 3}}, x)[0]
		y = apply(t, network.Transpose{Perm: []int{0, 2, 1, 3, 4}}, y)[0]
		for i := range y.Data {
			n, c, e := i/72, i/6%12, i%6
			source := x.Data[n*72+network.ChannelShuffle{Groups: g}.Source(c, 12)*6+e]
			if got.Data[i] != y.Data[i] || got.Data[i] != source {
				t.Fatalf("%d groups, element %d: %v, by transposing %v, by Source %v", g, i, got.Data[i], y.Data[i], source)
			}
		}
	}
}

// A 1×1 convolution is a matrix product: gonum is the second oracle.
func TestPointwiseAgainstGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const m, c, hw = 7, 5, 12
	x, w := noise(r, 1, c, 3, 4), noise(r, m, c, 1, 1)
	got := apply(t, network.Conv{Window: network.Square(1, 1, 0)}, x, w)[0]

	dense := func(t *tensor.Tensor, rows, cols int) *mat.Dense {
		d := mat.NewDense(rows, cols, nil)
		d.Apply(func(i, j int, _ float64) float64 { return float64(t.Data[i*cols+j]) }, d)
		return d
	}
	var want mat.Dense
	want.Mul(dense(w, m, c), dense(x, c, hw))
	if !mat.EqualApprox(&want, dense(got, m, hw), 1e-6) {
		t.Errorf("got\n%v\nwant\n%v", mat.Formatted(dense(got, m, hw)), mat.Formatted(&want))
	}

	y := apply(t, network.FullyConnected{}, of(x.Data, hw, c), of(w.Data, m, c))[0]
	xw := blas64.General{Rows: hw, Cols: m, Stride: m, Data: make([]float64, hw*m)}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, dense(of(x.Data, hw, c), hw, c).RawMatrix(), dense(w, m, c).RawMatrix(), 0, xw)
	for i, v := range xw.Data {
		if math.Abs(v-float64(y.Data[i])) > 1e-6 {
			t.Fatalf("fully connected: element %d is %v, gonum has %v", i, y.Data[i], v)
		}
	}
}

func TestNaNStays(t *testing.T) {
	nan := float32(math.NaN())
	for _, op := range []network.Op{
		network.Activate{Fn: network.ReLU()}, network.GlobalPool{Reduce: network.Max},
		network.Pool{Window: network.Square(2, 1, 0), Reduce: network.Max},
	} {
		if got := apply(t, op, of(floats{-1, nan, 3, 4}, 1, 1, 2, 2))[0]; !hasNaN(got.Data) {
			t.Errorf("%s loses a NaN: %v", op.Kind(), got.Data)
		}
	}
}

func hasNaN(fs []float32) bool {
	for _, f := range fs {
		if f != f {
			return true
		}
	}
	return false
}

type strangeOp struct{ network.Identity }

func (strangeOp) Kind() string { return "Strange" }

func TestUnknownOperator(t *testing.T) {
	b := network.NewBuilder("t")
	b.Apply("odd one", strangeOp{}, b.Input("x", 1))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	_, err = Evaluate(g, []*tensor.Tensor{tensor.New(1)})
	if !errors.Is(err, network.ErrUnsupported) || !strings.Contains(err.Error(), "odd one") || !strings.Contains(err.Error(), "Strange") {
		t.Errorf("error is %v", err)
	}
	_, err = NewReference().Prepare(&network.Plan{Source: g})
	if !errors.Is(err, network.ErrUnsupported) {
		t.Errorf("Prepare's error is %v", err)
	}
}

func TestEvaluateNamesEveryValue(t *testing.T) {
	b := network.NewBuilder("t")
	x := b.Input("x", 4)
	parts := b.ApplyAll("cut", network.Split{Sizes: []int{1, 3}}, x)
	g, err := b.Build(b.Apply("clipped", network.Activate{Fn: network.Clip(2, 3)}, parts[1]))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Evaluate(g, []*tensor.Tensor{ramp(0, 4)})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float32{"x": 3, "cut.0": 0, "cut.1": 3, "clipped": 3} {
		if v := got[name]; v == nil || v.Data[len(v.Data)-1] != want {
			t.Errorf("value %q is %v", name, v)
		}
	}
	if _, err := Evaluate(g, nil); !errors.Is(err, network.ErrShape) {
		t.Errorf("no inputs: %v", err)
	}
}

// Of a large number softplus is that number.
func TestSoftplusOfLargeNumbers(t *testing.T) {
	x := tensor.FromSlice([]float32{-1000, -1, 0, 1, 1000, math.MaxFloat32}, 6)
	got := Activated(x, network.Activation{Fn: network.FnSoftplus})
	for i, want := range []float64{0, 0.31326169, 0.69314718, 1.31326169, 1000, math.MaxFloat32} {
		if d := math.Abs(float64(got.Data[i]) - want); d > 1e-6*want {
			t.Errorf("of %v: %v, want %v", x.Data[i], got.Data[i], want)
		}
	}
}
