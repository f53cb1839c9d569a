package network_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Cases at the very edge, each of which a wrong line has passed by otherwise.

func TestSizesAtTheLimit(t *testing.T) {
	const rest = 1 << (strconv.IntSize - 29) // so many times as many elements are none, as an int counts
	checkInferences(t, []inference{
		{op: network.Identity{}, in: shapes{dims(1<<29, rest)}, want: fmt.Sprintf("input 0: 536870912x%d has more than 536870912 elements", rest)},
		{op: network.Identity{}, in: shapes{dims(1<<14, 1<<15)}, out: shapes{{1 << 14, 1 << 15}}},
		// One window more would begin in the padding.
		{op: network.Pool{Window: network.Square(2, 3, 1), Ceil: true}, in: shapes{dims(1, 1, 5, 5)}, out: shapes{{1, 1, 2, 2}}},
		{op: network.Pool{Window: network.Square(2, 3, 1), Ceil: true}, in: shapes{dims(1, 1, 7, 7)}, out: shapes{{1, 1, 3, 3}}},
	})
	const planes = 1 << 23
	_, err := network.NewPlan(parse(t, fmt.Sprintf("x = input 1x%dx1x1\nout x", planes+1)), network.PlanOptions{})
	wantError(t, err, network.ErrUnsupported, `network: input of graph "test": "x": 1x8388609x1x1 is more than 8388608 planes: not supported`)
}

// Views whose rows lie at different distances cannot be joined without a copy.
func TestJoinedRowsAtDifferentDistances(t *testing.T) {
	g := parse(t, `
		x = input 1x5x4x8
		a = slice 0:2:1 : x
		b = reshape 1x4x4x4 : a
		c = slice 2:5:1 : x
		d = slice 4:8:1 axis3 : c
		y = concat : d b
		out y`)
	for _, o := range []network.PlanOptions{{}, {Align: 16}} {
		p, err := network.NewPlan(g, o)
		if err != nil {
			t.Fatal(err)
		}
		in, got := tensor.New(1, 5, 4, 8), tensor.New(1, 7, 4, 4)
		for i := range in.Data {
			in.Data[i] = float32(i)
		}
		arena := evaluatePlan(t, p, in)
		p.Outputs[0].View.Unpack(arena, got)
		for i, v := range got.Data {
			want := i - 48 // b is the first two planes of x, in order
			if i < 48 {
				want = 64 + i/16*32 + i%16/4*8 + 4 + i%4
			}
			if int(v) != want {
				t.Fatalf("%+v: element %d is %v, want %d\n%v", o, i, v, want, p)
			}
		}
	}
}

// A node that reads a value twice reads it for the last time once.
func TestFloorOfAValueReadTwice(t *testing.T) {
	p, err := network.NewPlan(parse(t, `
		x = input 1x4x4x4
		a = softmax : x
		s = add : a a
		b = softmax : s
		y = add : b x
		out y`), network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(4 * (64 + 64)); p.FloorBytes != want { // x to y is one unit
		t.Errorf("floor %d, want %d", p.FloorBytes, want)
	}
}

func TestActivations(t *testing.T) {
	for want, a := range map[string]network.Activation{
		"":             {},
		"relu":         network.ReLU(),
		"relu6":        network.ReLU6(),
		"clip[-1,0.5]": network.Clip(-1, 0.5),
	} {
		if got := a.String(); got != want {
			t.Errorf("%+v is called %q, want %q", a, got, want)
		}
	}
	// Whichever clamps are put together, in either order, one does the same.
	clips := []network.Activation{network.ReLU(), network.ReLU6(), network.Clip(-2, -1), network.Clip(1, 2), network.Clip(-0.5, 7), {}}
	for _, a := range clips {
		for _, b := range clips {
			g := parse(t, "x = input 1x200x1x1\nc = gap : x\nout c")
			y, err := g.Apply("a", network.Activate{Fn: a}, g.Outputs[0])
			if err != nil {
				t.Fatal(err)
			}
			if g.Outputs, err = g.Apply("b", network.Activate{Fn: b}, y[0]); err != nil {
				t.Fatal(err)
			}
			o := network.Optimize(g)
			if len(o.Nodes) > 1 {
				t.Errorf("%v then %v takes %d nodes", a, b, len(o.Nodes))
			}
			compareGraphs(t, g, o)
		}
	}
}

// Batch normalisation alone becomes a convolution whatever the rank, beyond which
// a channel may be several planes.
func TestLoweredBatchNormOfEveryRank(t *testing.T) {
	for _, shape := range []string{"3x6", "2x3x5", "2x4x3x3", "2x3x2x4x3", "2x3x2x2x2x2", "2x1x3x3"} {
		g := parse(t, "x = input "+shape+"\ny = norm : x\nout y")
		x := noise("x", g.Inputs[0].Shape...)
		want, err := cpu.Evaluate(g, []*tensor.Tensor{x})
		if err != nil {
			t.Fatal(err)
		}
		s, err := network.Compile(cpu.New(cpu.Options{Threads: 1}), g)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Run(x)
		if err != nil {
			t.Fatal(err)
		}
		if d := tensor.MaxDiff(got[0], want["y"]); d.Rel > 1e-5 {
			t.Errorf("%s: %v", shape, d)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A bar marks each barrier, and the first line sums up.
func TestPlanStringShowsBarriers(t *testing.T) {
	p := planOf(t, "shufflenet_v1_g1_0.25x", network.PlanOptions{})
	lines := strings.Split(strings.TrimSpace(p.String()), "\n")
	if len(lines) != len(p.Steps)+2 {
		t.Fatalf("%d lines for %d steps", len(lines), len(p.Steps))
	}
	for i, s := range p.Steps {
		if strings.HasPrefix(lines[i+2], "|") != s.Barrier {
			t.Errorf("step %d: %q", i, lines[i+2])
		}
	}
}
