//go:build !386 && !arm

// Sizes of 64 bits, which an int holds.

package network_test

import (
	"errors"
	"math"
	"runtime"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

const most = 1 << 29 // elements of a tensor

// Sizes of a hostile file are errors: nothing overflows, panics or takes memory.
func TestHostileSizes(t *testing.T) {
	huge := math.MaxInt
	half := 1 << 31 // its square is beyond 2^61
	x := dims(1, 4, 8, 8)
	square := func(k, s, p int) network.Window { return network.Square(k, s, p) }
	limits := "each must be 1 to 16384"
	checkInferences(t, []inference{
		{op: network.Identity{}, in: shapes{dims(most)}, out: shapes{{most}}},
		{op: network.Identity{}, in: shapes{dims(most + 1)}, want: "input 0: 536870913 has more than 536870912 elements"},
		{op: network.Identity{}, in: shapes{dims(huge, huge, 4)}, want: "input 0: 9223372036854775807x9223372036854775807x4 has more than 536870912 elements"},
		{op: network.Identity{}, in: shapes{dims(half, half, 4)}, want: "input 0: 2147483648x2147483648x4 has more than 536870912 elements"}, // 2^64 elements are 0
		{op: network.Identity{}, in: shapes{dims(3, 0)}, want: "input 0: 3x0 has no elements"},
		{op: network.Identity{}, in: shapes{dims(3, -4, -5)}, want: "input 0: 3x-4x-5 has no elements"},
		{op: network.Binary{Fn: network.FnAdd}, in: shapes{dims(1), dims(0)}, want: "input 1: 0 has no elements"},
		{op: network.Reshape{Shape: dims(half, half, 4)}, in: shapes{x}, want: "2147483648x2147483648x4 has more than 536870912 elements"},
		{op: network.Concat{}, in: shapes{dims(most), dims(most)}, want: "1073741824 has more than 536870912 elements"},
		{op: network.Split{Axis: 1, Sizes: []int{1 << 62, 1 << 62, 1 << 62, 1 << 62, 4}}, in: shapes{x}, want: "parts [4611686018427387904 4611686018427387904 4611686018427387904 4611686018427387904 4] do not make up axis 1 of 1x4x8x8"},
		{op: network.Slice{Axis: 1, Start: 0, End: 4, Step: huge}, in: shapes{x}, out: shapes{{1, 1, 8, 8}}},
		{op: network.Softmax{Axis: math.MinInt}, in: shapes{x}, want: "axis -9223372036854775808 of 1x4x8x8"},
		{op: network.ChannelShuffle{Groups: huge}, in: shapes{x}, want: "1x4x8x8 does not divide into 9223372036854775807 groups of channels"},
		{op: network.Transpose{Perm: []int{huge, 0, 1, 2}}, in: shapes{x}, want: "[9223372036854775807 0 1 2] is no permutation of the dimensions of 1x4x8x8"},
		{op: network.Pool{Window: square(huge, 1, 0)}, in: shapes{x}, want: "kernel [9223372036854775807 9223372036854775807], stride [1 1], dilation [1 1]: " + limits},
		{op: network.Pool{Window: window(3, 3, 1, 1, 1, huge, 0, 0, 0, 0)}, in: shapes{x}, want: "kernel [3 3], stride [1 1], dilation [1 9223372036854775807]: " + limits},
		{op: network.Pool{Window: window(3, 3, huge, 1, 1, 1, 0, 0, 0, 0)}, in: shapes{x}, want: "kernel [3 3], stride [9223372036854775807 1], dilation [1 1]: " + limits},
		{op: network.Pool{Window: window(3, 3, 1, 1, 1, 1, 0, 0, 0, huge)}, in: shapes{x}, want: "pads {0 0 0 9223372036854775807}: each must be 0 to 16384"},
		{op: network.Pool{Window: window(3, 3, 1, 1, 1, math.MinInt, 0, 0, 0, 0)}, in: shapes{x}, want: "stride [1 1], dilation [1 -9223372036854775808]: none may be negative"},
		{op: network.Conv{Window: square(1, 1, 16384)}, in: shapes{dims(9, 1, 1, 1), dims(9, 1, 1, 1)}, want: "9x9x32769x32769 has more than 536870912 elements"},
		{op: network.Conv{Window: square(1, 1, 0), Groups: math.MinInt}, in: shapes{x, dims(4, 4, 1, 1)}, want: "-9223372036854775808 groups"},
	})
}

// The same for plans: a graph of allowed tensors can ask for too much together.
func TestHostilePlans(t *testing.T) {
	chain := func(ops int, shape ...int) *network.Graph {
		b := network.NewBuilder("hostile")
		x := b.Input("x", shape...)
		for range ops {
			x = b.Apply("y", network.Softmax{}, x)
		}
		g, err := b.Build(x)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, c := range []struct {
		g    *network.Graph
		opt  network.PlanOptions
		want string
	}{
		{chain(1, most), network.PlanOptions{}, `network: input of graph "hostile": "x": 536870912 is more than 8388608 planes: not supported`},
		{chain(0, 1, most, 1, 1), network.PlanOptions{}, `network: input of graph "hostile": "x": 1x536870912x1x1 is more than 8388608 planes: not supported`},
		{chain(1, 1, 1, 1<<14, 1<<15), network.PlanOptions{}, `network: graph "hostile" needs an arena of more than 536870912 floats: not supported`},
		{chain(1, 1, 1, 1<<14, 1<<15), network.PlanOptions{Guard: 4}, `network: graph "hostile" needs an arena of more than 536870912 floats: not supported`},
		{chain(1, 1, 1, 1<<28, 1), network.PlanOptions{Align: 64}, `network: input of graph "hostile": "x": 1x1x268435456x1 takes too much memory with rows of 64 floats: not supported`},
		{chain(1, 4), network.PlanOptions{Align: -1}, `network: rows aligned to -1 floats with guards of 0: not supported`},
		{chain(1, 4), network.PlanOptions{PlaneAlign: -1}, `network: planes aligned to -1 floats: not supported`},
		{chain(1, 4), network.PlanOptions{ElementBytes: -2}, `network: elements of -2 bytes: not supported`},
		{chain(1, 4), network.PlanOptions{Guard: math.MaxInt}, `network: rows aligned to 0 floats with guards of 9223372036854775807: not supported`},
	} {
		p, err := network.NewPlan(c.g, c.opt)
		wantError(t, err, network.ErrUnsupported, c.want)
		if p != nil {
			t.Error("a plan was returned with the error")
		}
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 1<<20 {
		t.Errorf("refusing took %d bytes", after.TotalAlloc-before.TotalAlloc)
	}
}

// Of elements that no view can keep in rows, each has an entry in an index.
func TestHostileGather(t *testing.T) {
	g := parse(t, `
		x = input 1x3x2048x2048
		y = transpose 0,2,3,1 : x
		z = softmax : y
		out z`)
	_, err := network.NewPlan(g, network.PlanOptions{})
	wantError(t, err, network.ErrUnsupported, `network: Transpose "y": 1x2048x2048x3 has more than 8388608 elements to address one by one: not supported`)
}

// Graphs put together by hand may be wrong in ways that Apply does not see.
func TestMalformedGraphs(t *testing.T) {
	other := network.NewGraph("other").Input("stranger", 3)
	short := &network.Value{Name: "short", Shape: dims(3), Const: tensor.New(2)}
	for _, c := range []struct {
		want string
		edit func(g *network.Graph)
	}{
		{`network: Softmax "y": input "stranger" is read, but nothing before makes it`, func(g *network.Graph) { g.Nodes[0].Inputs[0] = other }},
		{`network: Softmax "z": input "y" is read, but nothing before makes it`, func(g *network.Graph) { g.Nodes[0], g.Nodes[1] = g.Nodes[1], g.Nodes[0] }},
		{`network: Softmax "y": output value is nil or made twice`, func(g *network.Graph) { g.Nodes[1] = g.Nodes[0] }},
		{`network: output of graph "test": "stranger" is read, but nothing before makes it`, func(g *network.Graph) { g.Outputs[0] = other }},
		{`network: output of graph "test": value is nil`, func(g *network.Graph) { g.Outputs[0] = nil }},
		{`network: input of graph "test": value is nil or made twice`, func(g *network.Graph) { g.Input("x"); g.Inputs[1] = g.Inputs[0] }},
		{`network: input of graph "test": "none": 0x4 has no elements: shapes do not fit`, func(g *network.Graph) { g.Input("none", 0, 4) }},
		{`network: Softmax "y": input "short": constant "short" of 3 holds 2 (2 elements): shapes do not fit`, func(g *network.Graph) { g.Nodes[0].Inputs[0] = short }},
	} {
		g := parse(t, `
			x = input 3
			y = softmax axis0 : x
			z = softmax axis0 : y
			out z`)
		c.edit(g)
		_, err := network.NewPlan(g, network.PlanOptions{})
		if err == nil || err.Error() != c.want {
			t.Errorf("error is %v\nwant     %s", err, c.want)
		}
	}
	_, err := network.NewGraph("g").Apply("y", network.Identity{}, short)
	if !errors.Is(err, network.ErrShape) {
		t.Errorf("a constant with too few elements: %v", err)
	}
}
