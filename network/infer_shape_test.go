package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

func TestInferOperatorsThatMoveNothing(t *testing.T) {
	x := dims(2, 6, 4, 5)
	checkInferences(t, []inference{
		{op: network.ChannelShuffle{Groups: 3}, in: shapes{x}, out: shapes{x}},
		{op: network.ChannelShuffle{Groups: 6}, in: shapes{dims(1, 6)}, out: shapes{{1, 6}}},
		{op: network.ChannelShuffle{Groups: 4}, in: shapes{x}, want: "2x6x4x5 does not divide into 4 groups of channels"},
		{op: network.ChannelShuffle{}, in: shapes{x}, want: "2x6x4x5 does not divide into 0 groups of channels"},
		{op: network.ChannelShuffle{Groups: -3}, in: shapes{x}, want: "2x6x4x5 does not divide into -3 groups of channels"},
		{op: network.ChannelShuffle{Groups: 3}, in: shapes{dims(6)}, want: "6 does not divide into 3 groups of channels"},
		{op: network.ChannelShuffle{Groups: 3}, in: shapes{x, x}, want: "2 inputs, 1 wanted"},

		{op: network.Concat{Axis: 1}, in: shapes{x, dims(2, 1, 4, 5), x}, out: shapes{{2, 13, 4, 5}}},
		{op: network.Concat{Axis: -4}, in: shapes{x, x}, out: shapes{{4, 6, 4, 5}}},
		{op: network.Concat{Axis: 0}, in: shapes{dims(3)}, out: shapes{{3}}},
		{op: network.Concat{Axis: 1}, in: nil, want: "nothing to join"},
		{op: network.Concat{Axis: 1}, in: shapes{x, nil}, want: "nothing to join"},
		{op: network.Concat{Axis: 4}, in: shapes{x}, want: "axis 4 of 2x6x4x5"},
		{op: network.Concat{Axis: 1}, in: shapes{x, dims(2, 6, 20)}, want: "2x6x4x5 and 2x6x20 have different ranks"},
		{op: network.Concat{Axis: 1}, in: shapes{x, dims(2, 6, 4, 4)}, want: "2x6x4x5 and 2x6x4x4 differ outside axis 1"},
		{op: network.Concat{Axis: 1}, in: shapes{x, dims(1, 6, 4, 5)}, want: "2x6x4x5 and 1x6x4x5 differ outside axis 1"},

		{op: network.Split{Axis: 1, Sizes: []int{1, 3, 2}}, in: shapes{x}, out: shapes{{2, 1, 4, 5}, {2, 3, 4, 5}, {2, 2, 4, 5}}},
		{op: network.Split{Axis: -1, Sizes: []int{5}}, in: shapes{x}, out: shapes{x}},
		{op: network.Split{Axis: 1, Sizes: []int{3, 2}}, in: shapes{x}, want: "parts [3 2] do not make up axis 1 of 2x6x4x5"},
		{op: network.Split{Axis: 1, Sizes: []int{3, 4}}, in: shapes{x}, want: "parts [3 4] do not make up axis 1 of 2x6x4x5"},
		{op: network.Split{Axis: 1, Sizes: []int{6, 0}}, in: shapes{x}, want: "parts [6 0] do not make up axis 1 of 2x6x4x5"},
		{op: network.Split{Axis: 1, Sizes: []int{7, -1}}, in: shapes{x}, want: "parts [7 -1] do not make up axis 1 of 2x6x4x5"},
		{op: network.Split{Axis: 1}, in: shapes{x}, want: "parts [] do not make up axis 1 of 2x6x4x5"},
		{op: network.Split{Axis: 5, Sizes: []int{1}}, in: shapes{x}, want: "axis 5 of 2x6x4x5"},

		{op: network.Slice{Axis: 1, Start: 1, End: 6, Step: 2}, in: shapes{x}, out: shapes{{2, 3, 4, 5}}},
		{op: network.Slice{Axis: 1, Start: 0, End: 6, Step: 2}, in: shapes{x}, out: shapes{{2, 3, 4, 5}}},
		{op: network.Slice{Axis: -2, Start: 3, End: 4, Step: 9}, in: shapes{x}, out: shapes{{2, 6, 1, 5}}},
		{op: network.Slice{Axis: 1, Start: 0, End: 7, Step: 1}, in: shapes{x}, want: "elements 0 to 7 by 1 of axis 1 of 2x6x4x5"},
		{op: network.Slice{Axis: 1, Start: -1, End: 6, Step: 1}, in: shapes{x}, want: "elements -1 to 6 by 1 of axis 1 of 2x6x4x5"},
		{op: network.Slice{Axis: 1, Start: 3, End: 3, Step: 1}, in: shapes{x}, want: "elements 3 to 3 by 1 of axis 1 of 2x6x4x5"},
		{op: network.Slice{Axis: 1, Start: 0, End: 6}, in: shapes{x}, want: "elements 0 to 6 by 0 of axis 1 of 2x6x4x5"},
		{op: network.Slice{Axis: 4, Start: 0, End: 1, Step: 1}, in: shapes{x}, want: "axis 4 of 2x6x4x5"},

		{op: network.Reshape{Shape: dims(12, 20)}, in: shapes{x}, out: shapes{{12, 20}}},
		{op: network.Reshape{Shape: dims()}, in: shapes{dims(1, 1)}, out: shapes{{}}},
		{op: network.Reshape{Shape: dims(2, 6, 4)}, in: shapes{x}, want: "2x6x4x5 has 240 elements, 2x6x4 has 48"},
		{op: network.Reshape{Shape: dims(2, 120, 1, 0)}, in: shapes{x}, want: "2x120x1x0 has no elements"},
		{op: network.Reshape{Shape: dims(2, -1)}, in: shapes{x}, want: "2x-1 has no elements"},

		{op: network.Transpose{Perm: []int{0, 2, 3, 1}}, in: shapes{x}, out: shapes{{2, 4, 5, 6}}},
		{op: network.Transpose{}, in: shapes{{}}, out: shapes{{}}},
		{op: network.Transpose{Perm: []int{0, 2, 1}}, in: shapes{x}, want: "[0 2 1] is no permutation of the dimensions of 2x6x4x5"},
		{op: network.Transpose{Perm: []int{0, 2, 2, 1}}, in: shapes{x}, want: "[0 2 2 1] is no permutation of the dimensions of 2x6x4x5"},
		{op: network.Transpose{Perm: []int{0, 1, 2, 4}}, in: shapes{x}, want: "[0 1 2 4] is no permutation of the dimensions of 2x6x4x5"},
		{op: network.Transpose{Perm: []int{0, 1, 2, 3, 3}}, in: shapes{x}, want: "[0 1 2 3 3] is no permutation of the dimensions of 2x6x4x5"},
		{op: network.Transpose{Perm: []int{0, -1, 2, 1}}, in: shapes{x}, want: "[0 -1 2 1] is no permutation of the dimensions of 2x6x4x5"},
	})
}

// Outputs are named after their node; the node's operands and the values' shapes
// are the graph's own.
func TestApplyCopiesWhatItIsGiven(t *testing.T) {
	g := network.NewGraph("g")
	target := dims(2, 3)
	in := []value{g.Input("x", 6)}
	outs, err := g.Apply("r", network.Reshape{Shape: target}, in...)
	if err != nil {
		t.Fatal(err)
	}
	same, err := g.Apply("i", network.Identity{}, outs...)
	if err != nil {
		t.Fatal(err)
	}
	in[0], target[0], outs[0].Shape[1] = nil, 9, 9
	if g.Nodes[0].Inputs[0] == nil || !same[0].Shape.Equal(dims(2, 3)) || outs[0].Shape[0] != 2 {
		t.Errorf("the graph shares memory with its maker: %v, %v", outs[0].Shape, same[0].Shape)
	}
	parts, err := g.Apply("s", network.Split{Sizes: []int{2, 4}}, g.Inputs[0])
	if err != nil {
		t.Fatal(err)
	}
	if outs[0].Name != "r" || parts[0].Name != "s.0" || parts[1].Name != "s.1" {
		t.Errorf("outputs are named %q, %q and %q", outs[0].Name, parts[0].Name, parts[1].Name)
	}
}

// A builder keeps its first error, and what it returns after it is harmless.
func TestBuilderKeepsItsFirstError(t *testing.T) {
	b := network.NewBuilder("g")
	x := b.Input("x", 1, 4, 3, 3)
	y := b.Apply("first", network.ChannelShuffle{Groups: 3}, x)
	sizes := make([]int, 40)
	parts := b.ApplyAll("second", network.Split{Axis: 1, Sizes: sizes}, y)
	if len(parts) != len(sizes) {
		t.Errorf("%d parts, want %d", len(parts), len(sizes))
	}
	b.ApplyAll("none", network.Split{Axis: 1}, y)
	z := b.Apply("third", network.Binary{Fn: network.FnAdd}, parts[39], y)
	_, err := b.Build(z)
	wantError(t, err, network.ErrShape, `network: ChannelShuffle "first" on [1x4x3x3]: 1x4x3x3 does not divide into 3 groups of channels: shapes do not fit`)
	if len(b.Graph.Nodes) != 0 {
		t.Errorf("%d nodes were added after the error", len(b.Graph.Nodes))
	}
}
