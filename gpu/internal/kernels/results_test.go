package kernels

import (
	"testing"

	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/network"
)

// checkResults sees that every element of every output is written to the place in the
// buffer that it is read from, by what computes it, and nothing else is.
func checkResults(t *testing.T, p *network.Plan) {
	t.Helper()
	r, err := resultsOf(p)
	if err != nil {
		t.Errorf("%v\n%v", err, p)
		return
	}
	written := map[int]result{} // planes, by their place in the buffer
	for w, base := range r.Bases {
		v := p.Steps[w.step].Results()[w.number].View
		for _, off := range v.Planes {
			at := int(off) - base
			if at < 0 || at%4 != 0 || at+ceilDiv(pixels(v), 4)*4 > r.Floats {
				t.Fatalf("%v writes float %d of %d\n%v", w, at, r.Floats, p)
			}
			if other, ok := written[at]; ok {
				t.Fatalf("%v and %v write float %d\n%v", w, other, at, p)
			}
			written[at] = w
		}
	}
	for i := range p.Outputs {
		v := &p.Outputs[i].View
		lo, _ := Extent(v)
		for _, off := range v.Planes {
			w, ok := written[r.At[i]+int(off)-lo]
			if !ok {
				t.Fatalf("float %d of output %d is not written\n%v", off, i, p)
			}
			for s := w.step + 1; s < len(p.Steps); s++ { // it is the last that writes there
				for _, later := range p.Steps[s].Results() {
					for _, q := range later.View.Planes {
						if q == off {
							t.Fatalf("float %d of output %d is of step %d, and step %d writes it\n%v", off, i, w.step, s, p)
						}
					}
				}
			}
		}
	}
}

func TestResults(t *testing.T) {
	for _, c := range conformance.Cases() {
		g, err := c.Graph()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range append(conformance.FusedPlans(planOptions()), planOptions(), network.PlanOptions{Align: 4, NoFusion: true}) {
			o.Align = 4
			p, err := network.NewPlan(g, o)
			if err != nil {
				t.Fatal(err)
			}
			checkResults(t, p)
		}
	}
}

// An output that is a concatenation, one that is a view of another, one that is an
// input, and one whose place others had before.
func TestResultsOfManyKinds(t *testing.T) {
	b := network.NewBuilder("outputs")
	x := b.Input("x", 1, 4, 6, 6)
	relu := func(name string, x *network.Value) *network.Value {
		return b.Apply(name, network.Activate{Fn: network.ReLU()}, x)
	}
	y := relu("d", relu("c", relu("b", relu("a", x))))
	joined := b.Apply("joined", network.Concat{Axis: 1}, relu("left", y), b.Apply("right", network.Activate{Fn: network.Clip(0, 1)}, y))
	flat := b.Apply("flat", network.Reshape{Shape: []int{1, 2, 4, 6, 6}}, joined)
	g, err := b.Build(joined, x, flat, b.Apply("global", network.GlobalPool{}, y), y)
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, planOptions())
	if err != nil {
		t.Fatal(err)
	}
	checkResults(t, p)
	r, _ := resultsOf(p)
	if r.Floats > 2*4*40+3*4*40+16 {
		t.Errorf("%d floats for %d outputs\n%v", r.Floats, len(p.Outputs), p)
	}
}
