package network_test

import (
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// rewriting is a small graph and what Optimize makes of it.
type rewriting struct{ name, before, after string }

// unchanged is the after of a graph that Optimize must leave alone.
const unchanged = "unchanged"

// checkRewritings compares texts, and what the graphs compute.
func checkRewritings(t *testing.T, cases []rewriting) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := parse(t, c.before)
			before := print(g)
			want := clean(c.after)
			if c.after == unchanged {
				want = before
			}
			o := network.Optimize(g)
			if got := print(o); got != want {
				t.Errorf("before:\n%safter:\n%swant:\n%s", before, got, want)
			}
			if now := print(g); now != before {
				t.Errorf("the graph given was changed to:\n%s", now)
			}
			compareGraphs(t, g, o)
		})
	}
}

// clean drops indentation and empty lines.
func clean(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// compareGraphs evaluates both graphs by the reference. Every value of the
// optimised one must be the source's of that name, activated by Beyond.
func compareGraphs(t *testing.T, g, o *network.Graph) {
	t.Helper()
	var in []*tensor.Tensor
	for i, v := range g.Inputs {
		in = append(in, noise(v.Name, v.Shape...))
		if o.Inputs[i].Name != v.Name {
			t.Errorf("input %q is now %q", v.Name, o.Inputs[i].Name)
		}
	}
	want, err := cpu.Evaluate(g, in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := cpu.Evaluate(o, in)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range g.Outputs {
		if o.Outputs[i].Name != v.Name || !o.Outputs[i].Shape.Equal(v.Shape) {
			t.Errorf("output %q %v is now %q %v", v.Name, v.Shape, o.Outputs[i].Name, o.Outputs[i].Shape)
		}
	}
	for _, n := range o.Nodes {
		for _, v := range n.Outputs {
			w := want[v.Name]
			if w == nil {
				if _, moved := n.Op.(network.ChannelShuffle); moved && strings.HasSuffix(v.Name, ", shuffled") {
					continue // hoisted: no step computes it
				}
				t.Errorf("%q is no value of the source", v.Name)
				continue
			}
			if d := tensor.MaxDiff(got[v.Name], activated(t, n.Beyond, w)); d.Rel > 1e-5 && d.Abs > 0 {
				t.Errorf("%q: %v", v.Name, d)
			}
		}
	}
}

func TestFoldBatchNorm(t *testing.T) {
	checkRewritings(t, []rewriting{
		{"into a convolution", `
			x = input 2x3x5x5
			c = conv 4 k3 : x
			y = norm : c
			out y`, `
			y = conv 4 k3 bias : x`},
		{"into a bias", `
			x = input 1x4x5x5
			c = conv 6 g2 bias : x
			y = norm : c
			out y`, `
			y = conv 6 g2 bias : x`},
		{"into a depthwise convolution", `
			x = input 1x4x5x5
			c = conv 4 k3 s2 g4 : x
			y = norm : c
			out y`, `
			y = conv 4 k3 s2 g4 bias : x`},
		{"into a fully connected layer", `
			x = input 2x5
			c = fc 3 : x
			y = norm : c
			out y`, `
			y = fc 3 bias : x`},
		{"into a fully connected layer's bias", `
			x = input 2x5
			c = fc 3 bias : x
			y = norm : c
			out y`, `
			y = fc 3 bias : x`},
		{"two", `
			x = input 1x4x3x3
			c = conv 6 : x
			n = norm : c
			y = norm : n
			out y`, `
			y = conv 6 bias : x`},
		{"across an identity", `
			x = input 1x4x3x3
			c = conv 6 : x
			i = identity : c
			y = norm : i
			out y`, `
			y = conv 6 bias : x`},
		{"not where another reads the convolution", `
			x = input 1x4x3x3
			c = conv 6 : x
			n = norm : c
			y = add : c n
			out y`, `
			c = conv 6 : x
			y = conv 6 g6 bias +c : c`},
		{"where the other reader is of no use", `
			x = input 1x4x3x3
			c = conv 6 : x
			dead = softmax : c
			y = norm : c
			out y`, `
			y = conv 6 bias : x`},
		{"not into an output", `
			x = input 1x4x3x3
			c = conv 6 : x
			y = norm : c
			out y c`, `
			c = conv 6 : x
			y = conv 6 g6 bias : c`},
		{"not behind an activation", `
			x = input 1x4x3x3
			c = conv 6 : x
			r = relu : c
			y = norm : r
			out y`, `
			r = conv 6 relu : x
			y = conv 6 g6 bias : r`},
		{"not behind an addition", `
			x = input 1x4x3x3
			c = conv 4 : x
			s = add : c x
			y = norm : s
			out y`, `
			s = conv 4 +x : x
			y = conv 4 g4 bias : s`},
		{"not across a shuffle", `
			x = input 1x4x3x3
			c = conv 4 : x
			s = shuffle g2 : c
			y = norm : s
			out y`, `
			c = conv 4 : x
			s = shuffle g2 : c
			y = conv 4 g4 bias : s`},
		{"alone", `
			x = input 2x3x4x4
			y = norm : x
			out y`, `
			y = conv 3 g3 bias : x`},
		{"alone, on one channel", `
			x = input 2x1x4x4
			y = norm : x
			out y`, `
			y = conv 1 bias : x`},
		{"alone, then activated and added to", `
			x = input 2x3x4x4
			n = norm : x
			s = add : n x
			y = relu : s
			out y`, `
			y = conv 3 g3 bias +x relu : x`},
		{"not ahead of a convolution, whose padding is of zeros", `
			x = input 1x3x4x4
			n = norm : x
			y = conv 2 k3 : n
			out y`, `
			n = conv 3 g3 bias : x
			y = conv 2 k3 : n`},
	})
}

// A convolution that shares its weights keeps them as they are for the others.
func TestFoldingClonesSharedWeights(t *testing.T) {
	b := network.NewBuilder("shared")
	x := b.Input("x", 1, 4, 3, 3)
	w := b.Const("w", noise("w", 4, 4, 1, 1))
	stat := b.Const("s", tensor.FromSlice([]float32{1, 2, 3, 4}, 4))
	conv := network.Conv{Window: network.Square(1, 1, 0)}
	y := b.Apply("y", network.BatchNorm{}, b.Apply("c", conv, x, w), stat, stat, stat, stat)
	z := b.Apply("z", conv, x, w)
	g, err := b.Build(y, z)
	if err != nil {
		t.Fatal(err)
	}
	before := w.Const.Clone()
	o := network.Optimize(g)
	compareGraphs(t, g, o)
	if d := tensor.MaxDiff(w.Const, before); d.Abs != 0 {
		t.Errorf("the weights given were changed: %v", d)
	}
}

// Statistics that are not constant cannot be folded, and no backend computes them.
func TestBatchNormOfComputedStatistics(t *testing.T) {
	b := network.NewBuilder("computed")
	x, s := b.Input("x", 1, 4, 3, 3), b.Input("s", 4)
	y := b.Apply("y", network.BatchNorm{}, x, s, s, s, s)
	g, err := b.Build(y)
	if err != nil {
		t.Fatal(err)
	}
	_, err = network.NewPlan(g, network.PlanOptions{})
	wantError(t, err, network.ErrUnsupported, `network: BatchNorm "y": scale, bias, mean and variance must be constants: not supported`)
}
