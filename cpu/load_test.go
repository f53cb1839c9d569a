package cpu

import (
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Inputs copied by tasks, in any order, are where their views say, and nothing else is
// written.
func TestLoadingIsPacking(t *testing.T) {
	view := func(shape tensor.Shape, at, pitch int) network.Binding {
		planes, height, width := network.PlaneForm(shape)
		v := network.View{Shape: shape, Height: height, Width: width, RowStride: pitch, ColumnStride: 1}
		for i := range planes {
			v.Planes = append(v.Planes, int32(at+(planes-1-i)*(height*pitch+3)))
		}
		return network.Binding{View: v}
	}
	p := &network.Plan{ArenaFloats: 2000, Inputs: []network.Binding{
		view(tensor.Shape{2, 3, 17, 5}, 7, 5), view(tensor.Shape{1, 2, 3, 4}, 1000, 6), view(tensor.Shape{2, 9}, 1500, 1), view(tensor.Shape{3, 2, 8}, 1700, 8),
	}}
	var in []*tensor.Tensor
	want := make([]float32, 2000)
	for i := range p.Inputs {
		x := tensor.New(p.Inputs[i].View.Shape...)
		for j := range x.Data {
			x.Data[j] = float32(1000*i + j + 1)
		}
		p.Inputs[i].View.Pack(want, x)
		in = append(in, x)
	}
	for threads := range 6 {
		l, k := newLoading(p, nil, threads+1)
		l.from = in
		got := make([]float32, len(want))
		for task := range k.tasks {
			k.run(k.tasks-1-task, got, nil)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d threads: not what Pack makes", threads+1)
		}
	}
}

// An input is read where it is if one convolution, or one and its pool, is all that reads it.
func TestInputsAreReadWhereTheyAre(t *testing.T) {
	b := network.NewBuilder("inputs")
	weights := func(m, c, k int) *network.Value {
		w := tensor.New(m, c, k, k)
		for i := range w.Data {
			w.Data[i] = float32(i%7) - 3
		}
		return b.Const("w", w)
	}
	conv := func(k, stride int) network.Conv { return network.Conv{Window: network.Square(k, stride, k/2)} }
	var in, outs []*network.Value
	image := func() *network.Value {
		in = append(in, b.Input("x", 2, 3, 21, 19))
		return in[len(in)-1]
	}
	out := func(op network.Op, operands ...*network.Value) {
		outs = append(outs, b.Apply("y", op, operands...))
	}
	out(conv(3, 2), image(), weights(4, 3, 3)) // where it is
	out(conv(1, 1), image(), weights(4, 3, 1)) // by products, which read beyond rows
	x := image()                               // by two
	out(conv(3, 2), x, weights(4, 3, 3))
	out(conv(5, 2), x, weights(4, 3, 5))
	x = image() // as an output too
	out(conv(3, 2), x, weights(4, 3, 3))
	outs = append(outs, x)
	x = image() // some of it
	out(conv(3, 2), b.Apply("s", network.Slice{Axis: 1, Start: 1, End: 3, Step: 1}, x), weights(4, 2, 3))
	x = image() // with its pool: where it is
	out(network.Pool{Window: network.Square(3, 2, 1)}, b.Apply("c", conv(5, 2), x, weights(4, 3, 5)))
	out(conv(3, 2), b.Input("large", 1, 3, 300, 300), weights(4, 3, 3)) // it would come late
	g, err := b.Build(outs...)
	if err != nil {
		t.Fatal(err)
	}
	o := New(Options{}).PlanOptions()
	o.Fuse |= network.FuseAlways
	p, err := network.NewPlan(g, o)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(Options{Threads: 2}).Prepare(p)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if got, want := e.(*executor).loading.loaded, []int{1, 2, 3, 4, 6}; !slices.Equal(got, want) {
		t.Errorf("inputs %v are loaded, want %v\n%v", got, want, p)
	}
}
