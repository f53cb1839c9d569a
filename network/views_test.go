package network_test

import (
	"math"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Whatever views are put behind each other, the plan's addresses name the very
// elements that moving them one by one gives: each element of the input is its
// own number, and arithmetic keeps numbers whole.
func TestViewsNameTheRightElements(t *testing.T) {
	for _, c := range everyGraph() {
		if !strings.HasPrefix(c.name, "random views") {
			continue
		}
		g, err := c.build()
		if err != nil {
			t.Fatal(err)
		}
		in := tensor.New(g.Inputs[0].Shape...)
		for i := range in.Data {
			in.Data[i] = float32(i)
		}
		want, err := cpu.Evaluate(g, []*tensor.Tensor{in})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range (conformance.Options{}).Plans() {
			p, err := network.NewPlan(g, o)
			if err != nil {
				t.Fatal(err)
			}
			arena := evaluatePlan(t, p, in)
			for _, out := range p.Outputs {
				got := tensor.New(out.View.Shape...)
				out.View.Unpack(arena, got)
				if d := tensor.MaxDiff(got, want[out.Name]); d.Abs != 0 {
					t.Fatalf("%s, %+v: output %q: %v\n%v", c.name, o, out.Name, d, p)
				}
			}
		}
	}
}

// evaluatePlan runs steps that copy, clamp and add, element by element, over an
// arena of NaN.
func evaluatePlan(t *testing.T, p *network.Plan, in *tensor.Tensor) []float32 {
	arena := make([]float32, p.ArenaFloats)
	for i := range arena {
		arena[i] = float32(math.NaN())
	}
	p.Inputs[0].View.Pack(arena, in)
	for _, c := range p.Consts {
		c.View.Pack(arena, c.Tensor)
	}
	for _, s := range p.Steps {
		operands := make([]*tensor.Tensor, len(s.Inputs))
		for i := range operands {
			operands[i] = tensor.New(s.Inputs[i].Shape...)
			s.Inputs[i].Unpack(arena, operands[i])
		}
		y := tensor.New(s.Output.Shape...)
		for e := range y.Data {
			y.Data[e] = operands[0].Data[e]
			if s.Op.Kind() == "Add" {
				y.Data[e] += operands[1].Data[e]
			}
		}
		if a, ok := s.Op.(network.Activate); ok {
			y = activated(t, a.Fn, y)
		}
		y = activated(t, s.Act, y)
		s.Output.Pack(arena, y)
	}
	return arena
}

// A shuffle costs no launch and moves nothing, alone or behind its inverse.
func TestShufflesOfOneValueAreOnlyAddresses(t *testing.T) {
	g := parse(t, `
		x = input 2x12x3x3
		c = conv 12 : x
		s = shuffle g3 : c
		i = shuffle g4 : s
		y = conv 12 k3 g12 : i
		out y`)
	p, err := network.NewPlan(g, network.PlanOptions{NoFusion: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Steps) != 2 {
		t.Fatalf("want two launches:\n%v", p)
	}
	from, to := p.Steps[0].Output, p.Steps[1].Inputs[0]
	for i := range from.Planes {
		if from.Planes[i] != to.Planes[i] {
			t.Errorf("plane %d is read at %d, and was written at %d", i, to.Planes[i], from.Planes[i])
		}
	}
}

// Plans read what is written where it lies: what must not cost a copy.
func TestNoCopies(t *testing.T) {
	for name, graph := range map[string]string{
		"shuffle": `
			x = input 1x6x4x4
			a = shuffle g2 : x
			y = conv 2 : a
			out y`,
		"concat, in place": `
			x = input 2x4x4x4
			a = conv 3 : x
			b = maxpool k3 : x
			y = concat : a b
			out y`,
		"concat of an output, which stays as it is": `
			x = input 2x4x4x4
			a = conv 3 : x
			b = maxpool k3 : x
			c = concat : a b
			y = conv 2 : c
			out y a`,
		"concat of an input, by index": `
			x = input 2x4x4x4
			a = conv 3 : x
			b = concat : x a
			y = conv 2 : b
			out y`,
		"split and rejoined": `
			x = input 1x6x4x4
			a = split 2,4 : x
			b = concat : a.1 a.0
			y = conv 2 : b
			out y`,
		"every second channel": `
			x = input 1x6x4x4
			a = slice 1:6:2 : x
			y = conv 2 : a
			out y`,
		"rows of a map": `
			x = input 1x6x4x4
			a = slice 1:3:1 axis2 : x
			y = conv 2 : a
			out y`,
		"columns of a map": `
			x = input 1x6x4x4
			a = slice 1:3:1 axis3 : x
			y = conv 2 : a
			out y`,
		"one of a batch": `
			x = input 3x6x4x4
			a = slice 1:2:1 axis0 : x
			y = conv 2 : a
			out y`,
		"flatten": `
			x = input 2x3x4x5
			a = shuffle g3 : x
			b = reshape 2x60 : a
			y = fc 4 : b
			out y`,
		"channels to batch": `
			x = input 2x6x4x4
			a = reshape 4x3x4x4 : x
			y = conv 2 : a
			out y`,
		"batch and channels swapped": `
			x = input 2x6x4x4
			a = transpose 1,0,2,3 : x
			y = conv 2 : a
			out y`,
	} {
		p, err := network.NewPlan(parse(t, graph), network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps {
			if _, copies := s.Op.(network.Identity); copies {
				t.Errorf("%s: a copy is made:\n%v", name, p)
			}
		}
	}
}

// One value twice in a concatenation takes its memory once.
func TestConcatOfOneValueTwice(t *testing.T) {
	p, err := network.NewPlan(parse(t, `
		x = input 1x1x4x4
		a = conv 8 k3 : x
		b = concat : a a
		y = conv 1 : b
		out y`), network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := 16 * (8 + 1); p.ArenaFloats > want {
		t.Errorf("an arena of %d floats, want %d:\n%v", p.ArenaFloats, want, p)
	}
}

// A concatenation that is written in place has its planes at equal distances, so
// that no index is needed.
func TestConcatInPlaceNeedsNoIndex(t *testing.T) {
	p, err := network.NewPlan(parse(t, `
		x = input 2x4x4x4
		a = conv 3 : x
		b = maxpool k3 : x
		c = concat : a b
		y = conv 2 : c
		out y`), network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, stride, even := p.Steps[2].Inputs[0].Even(); !even || stride != 16 {
		t.Errorf("the concatenation is read by index:\n%v", p)
	}
}
