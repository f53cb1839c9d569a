package network_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/network"
)

func TestDropIdentities(t *testing.T) {
	checkRewritings(t, []rewriting{
		{"every kind", `
			x = input 1x4x3x3
			a = softmax : x
			b = identity : a
			c = reshape 1x4x3x3 : b
			d = transpose 0,1,2,3 : c
			e = shuffle g1 : d
			f = shuffle g4 : e
			g = concat : f
			h = split 4 : g
			i = slice 0:4:1 : h
			j = slice 0:1:3 axis0 : i
			k = off : j
			y = softmax : k
			out y`, `
			a = softmax : x
			y = softmax : a`},
		{"behind an input", `
			x = input 1x4x3x3
			a = identity : x
			y = softmax : a
			out y`, `
			y = softmax : x`},
		{"for several readers", `
			x = input 1x4x3x3
			a = softmax : x
			b = identity : a
			c = add : b b
			y = add : b c
			out y`, `
			a = softmax : x
			c = add : a a
			y = add : a c`},
		{"that is an output: its operand takes the name", `
			x = input 1x4x3x3
			a = softmax : x
			y = identity : a
			out y`, `
			y = softmax : x`},
		{"that is an output of what is read elsewhere", `
			x = input 1x4x3x3
			a = softmax : x
			y = identity : a
			z = gap : a
			out y z`, `
			y = softmax : x
			z = gap : y`},
		{"not between an input and an output", `
			x = input 1x4x3x3
			y = identity : x
			out y`, unchanged},
		{"not between two outputs", `
			x = input 1x4x3x3
			a = softmax : x
			y = identity : a
			out a y`, unchanged},
		{"not what only looks like one", `
			x = input 1x4x4x4
			a = softmax : x
			b = reshape 1x4x2x8 : a
			c = reshape 1x4x4x4 : b
			d = transpose 0,1,3,2 : c
			e = shuffle g2 : d
			f = slice 0:4:2 : e
			y = softmax : f
			out y`, `
			a = softmax : x
			d = transpose 0,1,3,2 : a
			e = shuffle g2 : d
			f = slice 0:4:2 : e
			y = softmax : f`},
		{"nodes that nothing needs", `
			x = input 1x4x3x3
			y = softmax : x
			a = conv 3 : x
			b = relu : a
			c = concat : a b
			out y`, `
			y = softmax : x`},
	})
}

// A node that stands for several says which, in order.
func TestFusedNodesNameTheirLayers(t *testing.T) {
	g := network.Optimize(parse(t, `
		x = input 1x4x3x3
		c = conv 4 : x
		i = identity : c
		n = norm : i
		s = add : n x
		a = relu : s
		p = maxpool k3 : x
		k = concat : a p
		y = relu6 : k
		out y`))
	want := map[string][]string{"a": {"c", "n", "s", "a", "y"}, "p": {"p", "y"}, "y": {"k", "y"}}
	for _, n := range g.Nodes {
		if name := n.Outputs[0].Name; !slices.Equal(n.Layers(), want[name]) {
			t.Errorf("%s stands for %v, want %v", name, n.Layers(), want[name])
		}
	}
}

// Optimize and NewPlan leave the graph as it is, down to the last weight, and
// planning what is optimised already changes nothing more.
func TestTheSourceIsNotChanged(t *testing.T) {
	for _, c := range conformance.Cases() {
		g, err := c.Graph()
		if err != nil {
			t.Fatal(err)
		}
		twin, err := c.Graph()
		if err != nil {
			t.Fatal(err)
		}
		once := network.Optimize(g)
		if again := network.Optimize(once); print(again) != print(once) {
			t.Errorf("%s: optimised once:\n%stwice:\n%s", c.Name, print(once), print(again))
		}
		for _, o := range (conformance.Options{}).Plans() {
			if _, err := network.NewPlan(g, o); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
		if !reflect.DeepEqual(g, twin) {
			t.Errorf("%s: the graph was changed", c.Name)
		}
	}
}
