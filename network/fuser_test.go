package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// stubborn fuses what has as many channels, in tiles of so many rows.
type stubborn struct{ channels, rows int }

func (s stubborn) Tile(first *network.Prior, op network.Op, x, y tensor.Shape, floats int) (network.Tile, bool) {
	return network.Tile{Channels: y[1], Rows: s.rows, Columns: floats}, x[1] == s.channels && first.Shape[1] == y[1]/2
}

// A backend's own rule stands in for the model of costs, by which both pairs would pay.
func TestFuser(t *testing.T) {
	g := parse(t, `
		x = input 1x16x28x28
		a = conv 16 k3 g16 : x
		b = conv 32 : a
		c = conv 32 k3 s2 g32 : b
		d = conv 64 : c
		e = conv 64 k3 : d
		y = maxpool k3 s2 : e
		out y`)
	for _, c := range []struct {
		fuser network.Fuser
		fuse  network.Fusion
		want  string
	}{
		{nil, network.FuseDepthwise, "conv_depthwise_pointwise conv_depthwise_pointwise conv_general pool"},
		{stubborn{32, 3}, network.FuseDepthwise, "conv_depthwise conv_pointwise conv_depthwise_pointwise conv_general pool"},
		{stubborn{16, 3}, network.FuseDepthwise, "conv_depthwise_pointwise conv_depthwise conv_pointwise conv_general pool"},
		{stubborn{16, 3}, network.FusePool, "conv_depthwise conv_pointwise conv_depthwise conv_pointwise conv_general pool"},
		{stubborn{1, 3}, network.FuseDepthwise | network.FusePool | network.FuseAlways, "conv_depthwise_pointwise conv_depthwise_pointwise conv_pool"},
	} {
		p, err := network.NewPlan(g, network.PlanOptions{Fuse: c.fuse, SharedFloats: 700, Fuser: c.fuser})
		if err != nil {
			t.Fatal(err)
		}
		if got := kernelsOf(p); got != c.want {
			t.Errorf("%v, %v: planned as %s\nwant %s", c.fuser, c.fuse, got, c.want)
		}
		for _, s := range p.Steps {
			if want := (network.Tile{Channels: s.Output.Shape[1], Rows: 3, Columns: 700}); s.First != nil && c.fuser != nil && s.Tile != want {
				t.Errorf("%v: tile is %v, want %v", c.fuser, s.Tile, want)
			}
		}
	}
}

// Planes of whole lines are an odd number of them apart, if they have a few.
func TestPlanesApart(t *testing.T) {
	for _, c := range []struct {
		height, width int
		lines, apart  int // of 16 floats
	}{
		{56, 56, 196, 197},
		{28, 28, 49, 49},
		{16, 16, 16, 17},
		{15, 16, 15, 15},
		{7, 7, 4, 5},
		{5, 5, 2, 2},
		{4, 4, 1, 1},
	} {
		for apart, want := range map[bool]int{false: c.lines, true: c.apart} {
			b := network.NewBuilder("planes")
			x := b.Input("x", 1, 3, c.height, c.width)
			g, err := b.Build(b.Apply("y", network.Activate{Fn: network.ReLU()}, x))
			if err != nil {
				t.Fatal(err)
			}
			p, err := network.NewPlan(g, network.PlanOptions{PlaneAlign: 16, PlanesApart: apart})
			if err != nil {
				t.Fatal(err)
			}
			if _, got, ok := p.Steps[0].Output.Even(); !ok || got != 16*want {
				t.Errorf("%dx%d, apart %v: planes are %d floats apart, want %d lines", c.height, c.width, apart, got, want)
			}
		}
	}
}

// The second half of a plane's rows begins at a cache line, where both halves are equal, and plans are right.
func TestHalvesAligned(t *testing.T) {
	for _, c := range []struct {
		height, width int
		begins        int // where planes begin, in a line of 16 floats
	}{{14, 14, 14}, {28, 28, 8}, {56, 56, 0}, {10, 6, 2}, {7, 7, 0}} {
		b := network.NewBuilder("planes")
		x := b.Input("x", 1, 3, c.height, c.width)
		g, err := b.Build(b.Apply("y", network.Activate{Fn: network.ReLU()}, x))
		if err != nil {
			t.Fatal(err)
		}
		p, err := network.NewPlan(g, network.PlanOptions{PlaneAlign: 16, HalvesAligned: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []network.View{p.Inputs[0].View, p.Outputs[0].View} {
			for _, plane := range v.Planes {
				if int(plane)%16 != c.begins || c.height%2 == 0 && (int(plane)+c.height/2*v.RowStride)%16 != 0 {
					t.Errorf("%dx%d: a plane begins at %d", c.height, c.width, plane)
				}
				if end := int(plane) + (v.Height-1)*v.RowStride + v.Width; end > p.ArenaFloats {
					t.Errorf("%dx%d: a plane ends at %d of %d", c.height, c.width, end, p.ArenaFloats)
				}
			}
		}
	}
}
