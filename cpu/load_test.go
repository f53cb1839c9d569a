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
	p := &network.Plan{Inputs: []network.Binding{
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
		l, k := newLoading(p, threads+1)
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
