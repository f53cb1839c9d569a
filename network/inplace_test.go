package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

// A convolution writes over its residual where nothing else needs that.
func TestInPlace(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		over        int // steps that do
	}{
		{"a chain of units", `
			x = input 1x4x6x6
			a = conv 4 : x
			b = conv 4 k3 : a
			c = conv 4 : b
			d = add : c a
			e = conv 4 : d
			f = conv 4 k3 : e
			h = add : f d
			y = softmax : h
			out y`, 2},
		{"what is joined is written over too", `
			x = input 1x4x6x6
			a = conv 2 : x
			b = conv 2 k3 : x
			c = concat : a b
			d = conv 2 : c
			e = conv 4 : d
			f = add : e c
			y = softmax : f
			out y`, 1},
		{"a step's input", `
			x = input 1x4x6x6
			a = conv 4 : x
			b = conv 4 : a
			c = add : b a
			y = softmax : c
			out y`, 0},
		{"another step reads it at the same time", `
			x = input 1x4x6x6
			a = conv 4 : x
			b = conv 4 : a
			c = conv 4 : b
			d = add : c a
			e = conv 4 k3 : b
			f = add : e a
			y = softmax : d
			z = softmax : f
			out y z`, 0},
		{"read later", `
			x = input 1x4x6x6
			a = conv 4 : x
			b = conv 4 : a
			c = conv 4 : b
			d = add : c a
			e = conv 4 : d
			f = add : e a
			y = softmax : f
			out y`, 1},
		{"an input", `
			x = input 1x4x6x6
			a = conv 4 : x
			b = conv 4 : a
			c = add : b x
			y = softmax : c
			out y`, 0},
		{"an output", `
			x = input 1x4x6x6
			a = conv 4 : x
			b = conv 4 : a
			c = conv 4 : b
			d = add : c a
			y = softmax : d
			out y a`, 0},
	} {
		g := parse(t, c.graph)
		p, err := network.NewPlan(g, network.PlanOptions{InPlace: true})
		if err != nil {
			t.Fatal(c.name, err)
		}
		checkHazards(t, g, network.PlanOptions{}, p)
		over := 0
		for i := range p.Steps {
			if s := &p.Steps[i]; s.Residual != nil && s.Residual.Planes[0] == s.Output.Planes[0] {
				over++
			}
		}
		if over != c.over {
			t.Errorf("%s: %d steps are in place, want %d\n%v", c.name, over, c.over, p)
		}
	}
	apart := planOf(t, "shufflenet_v1_g3_1.0x", network.PlanOptions{})
	over := planOf(t, "shufflenet_v1_g3_1.0x", network.PlanOptions{InPlace: true, PlaneAlign: 16})
	checkHazards(t, nil, network.PlanOptions{}, over)
	if over.Barriers != apart.Barriers || over.ArenaFloats > apart.ArenaFloats*5/4 {
		t.Errorf("in place: %d barriers and %d floats, otherwise %d and %d", over.Barriers, over.ArenaFloats, apart.Barriers, apart.ArenaFloats)
	}
	for _, s := range over.Steps {
		for _, at := range s.Output.Planes {
			if s.Output.Height > 1 && at%16 != 0 {
				t.Fatalf("%s: a plane begins at float %d", s.Name, at)
			}
		}
	}
}
