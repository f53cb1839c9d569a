package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

// modest wants fused plans, until it sees one of fewer launches than it can run.
type modest struct {
	network.Backend
	least int
}

func (m modest) PlanOptions() network.PlanOptions {
	return network.PlanOptions{Fuse: network.FuseDepthwise | network.FuseAlways, SharedFloats: 4096}
}

func (m modest) Replan(p *network.Plan) (network.PlanOptions, bool) {
	return network.PlanOptions{}, len(p.Steps) < m.least
}

func TestReplan(t *testing.T) {
	g := parse(t, "x = input 1x4x6x6\ny = conv 4 k3 p1 g4 : x\nz = conv 8 : y\nout z")
	for least, want := range map[int]int{1: 1, 2: 2, 3: 2} { // asked once, however many launches it wants
		p, err := network.PlanFor(modest{least: least}, g)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Steps) != want {
			t.Errorf("at least %d launches: %d, want %d", least, len(p.Steps), want)
		}
	}
}
