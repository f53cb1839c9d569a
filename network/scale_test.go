package network_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// chain is a network of many nodes: blocks of a convolution, batch normalisation
// and a sum with the block's input, exported with a shuffle in three nodes.
func chain(t testing.TB, nodes int) *network.Graph {
	t.Helper()
	b := network.NewBuilder("chain")
	x := b.Input("x", 1, 8, 4, 4)
	vector := func() value { return b.Const("v", tensor.New(8)) }
	for i := range nodes / 8 {
		name := func(what string) string { return fmt.Sprint(what, i) }
		y := b.Apply(name("conv"), network.Conv{Window: network.Square(1, 1, 0)}, x, b.Const("w", tensor.New(8, 8, 1, 1)))
		y = b.Apply(name("norm"), network.BatchNorm{}, y, vector(), vector(), vector(), vector())
		y = b.Apply(name("identity"), network.Identity{}, y)
		y = b.Apply(name("sum"), operator("add", nil), y, x)
		y = b.Apply(name("relu"), network.Activate{Fn: network.ReLU()}, y)
		y = b.Apply(name("split"), network.Reshape{Shape: dims(1, 2, 4, 16)}, y)
		y = b.Apply(name("transpose"), network.Transpose{Perm: []int{0, 2, 1, 3}}, y)
		x = b.Apply(name("join"), network.Reshape{Shape: dims(1, 8, 4, 4)}, y)
	}
	g, err := b.Build(x)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// fan is a network of many branches from one value, joined and summed.
func fan(t testing.TB, nodes int) *network.Graph {
	t.Helper()
	b := network.NewBuilder("fan")
	x := b.Input("x", 1, 4, 4, 4)
	var branches []value
	for i := range nodes / 2 {
		y := b.Apply(fmt.Sprint("conv", i), network.Conv{Window: network.Square(1, 1, 0)}, x, b.Const("w", tensor.New(4, 4, 1, 1)))
		branches = append(branches, b.Apply(fmt.Sprint("relu", i), network.Activate{Fn: network.ReLU()}, y))
	}
	g, err := b.Build(b.Apply("join", network.Concat{Axis: 1}, branches...))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Planning takes time in proportion to the graph: of 2000 nodes some hundredths
// of a second, here far below a limit that slow machines keep too.
func TestLargeGraphsPlanQuickly(t *testing.T) {
	for _, g := range []*network.Graph{chain(t, 2000), fan(t, 2000)} {
		start := time.Now()
		p, err := network.NewPlan(g, network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		if took > time.Second {
			t.Errorf("%s: planning %d nodes into %d launches took %v", g.Name, len(g.Nodes), len(p.Steps), took)
		}
		// A chain's buffers share memory.
		if g.Name == "chain" && p.ArenaFloats > 4*8*16 {
			t.Errorf("an arena of %d floats", p.ArenaFloats)
		}
	}
}

// Addresses are kept by plane, not by pixel: larger pictures plan as fast.
func TestLargePicturesPlanQuickly(t *testing.T) {
	g, err := zoo.Build("shufflenet_v1_g3_1.0x", zoo.Options{Height: 720, Width: 1280})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	p, err := network.NewPlan(g, network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("planning took %v", took)
	}
	planes := 0
	for _, s := range p.Steps {
		planes += len(s.Output.Planes)
	}
	if planes > 20_000 {
		t.Errorf("%d planes of output are addressed", planes)
	}
}

func BenchmarkNewPlan(b *testing.B) {
	shufflenet, err := zoo.Build("shufflenet_v1_g3_1.0x", zoo.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, g := range []*network.Graph{shufflenet, chain(b, 2000), chain(b, 4000), fan(b, 2000)} {
		b.Run(fmt.Sprintf("%s_%d", g.Name, len(g.Nodes)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := network.NewPlan(g, network.PlanOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
