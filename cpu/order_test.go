package cpu

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// Each map that one step writes task by task and the next to read it goes through so, too, is gone through the other
// way; so is what a product adds to.
func TestMapsAreGoneThroughFromEitherEnd(t *testing.T) {
	g, err := zoo.Build("shufflenet_v1_g8_1.0x", zoo.Options{Blank: true})
	if err != nil {
		t.Fatal(err)
	}
	b := New(Options{Threads: 1})
	p, err := network.PlanFor(b, g)
	if err != nil {
		t.Fatal(err)
	}
	x, err := b.Prepare(p)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	kernels := x.(*executor).kernels[1:]
	ways := 0
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Residual != nil && s.Kernel == network.ConvPointwise {
			for j := i - 1; j >= 0; j-- {
				before := &p.Steps[j]
				if !touches(before, s.Residual.Planes[0]) {
					continue
				}
				if kernels[i].tasks < 8 || kernels[j].tasks > 1 && kernels[i].back == kernels[j].back {
					t.Errorf("%s, in %d tasks, goes through its map as %s did before", s.Name, kernels[i].tasks, before.Name)
				}
				ways++
				break
			}
		}
	}
	if ways != 13 {
		t.Errorf("%d products with a residual", ways)
	}
}

func touches(s *network.Step, plane int32) bool {
	for _, v := range append([]network.View{s.Output}, s.Inputs...) {
		for _, at := range v.Planes {
			if at == plane {
				return true
			}
		}
	}
	return false
}
