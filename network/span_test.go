package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// A plane that runs over several buffers is read when the last of them is
// written, not when the first is.
func TestPlanesOverSeveralBuffers(t *testing.T) {
	for name, graph := range map[string]string{
		"later part second": `
			x = input 1x4
			a = softmax : x
			b = softmax : a
			c = softmax : b
			d = concat : a c
			r = reshape 1x1x2x4 : d
			y = maxpool k1 : r
			out y`,
		"later part first": `
			x = input 1x4
			a = softmax : x
			b = softmax : a
			c = softmax : b
			d = concat : c a
			r = reshape 1x1x2x4 : d
			y = maxpool k1 : r
			out y`,
		"both parts in one row": `
			x = input 1x4
			a = softmax : x
			b = softmax : a
			d = concat : a b
			r = reshape 1x1x8 : d
			y = softmax : r
			z = softmax axis2 : r
			out y z`,
		"of samples that a concatenation would part": `
			x = input 2x4
			a = softmax : x
			r = reshape 1x1x2x4 : a
			b = softmax : a
			c = concat : a b
			f = softmax : c
			y = maxpool k1 : r
			out y f`,
		"joined again": `
			x = input 1x4
			a = softmax : x
			b = softmax : a
			d = concat : a b
			r = reshape 1x1x2x4 : d
			e = concat : d x
			f = softmax : e
			y = maxpool k1 : r
			out y f`,
		"of samples that a concatenation makes channels": `
			x = input 4x3x2x2
			a = softmax : x
			b = softmax : a
			c = reshape 1x12x2x2 : a
			d = reshape 1x12x2x2 : b
			e = concat : c d
			y = maxpool k1 : e
			out y`,
		"of samples, a concatenation of one": `
			x = input 4x2
			a = softmax : x
			b = softmax : a
			r = reshape 1x8 : b
			c = concat : r
			z = softmax : a
			out c z`,
		"of channels that a concatenation makes samples": `
			x = input 1x6x2x2
			a = softmax : x
			b = softmax : a
			c = reshape 3x2x2x2 : a
			d = reshape 3x2x2x2 : b
			e = concat : c d
			y = maxpool k1 : e
			out y`,
	} {
		for _, o := range []network.PlanOptions{{}, {NoFusion: true}, {Guard: 16, Align: 4}} {
			p, err := network.NewPlan(parse(t, graph), o)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := hazards(p); err != nil {
				t.Errorf("%s: %v\n%v", name, err, p)
			}
			comparePlan(t, name, p)
		}
	}
}

// comparePlan runs a plan of one input on the fast backend, and holds it against
// the reference.
func comparePlan(t *testing.T, name string, p *network.Plan) {
	t.Helper()
	in := noise("x", p.Inputs[0].View.Shape...)
	want, err := cpu.Evaluate(p.Source, []*tensor.Tensor{in})
	if err != nil {
		t.Fatal(err)
	}
	s, err := network.CompilePlan(cpu.New(cpu.Options{Threads: 1}), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range p.Outputs {
		if d := tensor.MaxDiff(got[i], want[o.Name]); d.Rel > 1e-5 {
			t.Errorf("%s: output %q: %v\n%v", name, o.Name, d, p)
		}
	}
}
