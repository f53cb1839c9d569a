package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
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
	} {
		for _, o := range []network.PlanOptions{{}, {NoFusion: true}, {Guard: 16, RowAlign: 4}} {
			p, err := network.NewPlan(parse(t, graph), o)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := hazards(p); err != nil {
				t.Errorf("%s: %v\n%v", name, err, p)
			}
		}
	}
}
