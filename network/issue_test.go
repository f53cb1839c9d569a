package network_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// These are the reasons why the library exists, in words that a plan can be held
// to: on these networks launches and bytes cost more than arithmetic.

func planOf(t *testing.T, name string, o network.PlanOptions) *network.Plan {
	t.Helper()
	g, err := zoo.Build(name, zoo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ShuffleNet v1 1x with 3 groups has 49 convolutions, 4 pools, the classifier,
// and nothing else to launch.
func TestShuffleNetTakesAtMost56Launches(t *testing.T) {
	p := planOf(t, "shufflenet_v1_g3_1.0x", network.PlanOptions{})
	if len(p.Steps) > 56 {
		t.Errorf("%d launches:\n%v", len(p.Steps), p)
	}
	if p.Bytes > 41_000_000 {
		t.Errorf("%d bytes moved", p.Bytes)
	}
}

// Where units are fused: two launches each, the first layers one, and nothing but
// the classifier behind.
func TestShuffleNetFusedTakesAtMost35Launches(t *testing.T) {
	p := planOf(t, "shufflenet_v1_g3_1.0x", fusing(network.DefaultCost))
	if len(p.Steps) > 35 {
		t.Errorf("%d launches:\n%v", len(p.Steps), p)
	}
	if p.Bytes > 34_500_000 {
		t.Errorf("%d bytes moved", p.Bytes)
	}
}

// No launch of any ShuffleNet has a shuffle, concatenation, split, activation or
// residual addition for its purpose.
func TestNoShuffleNetLaunchesMoreThanItsLayers(t *testing.T) {
	for i, name := range zoo.Names() {
		if !strings.HasPrefix(name, "shufflenet_v1") || raceEnabled && i%9 > 0 {
			continue
		}
		g, err := zoo.Build(name, zoo.Options{Height: 64, Width: 64})
		if err != nil {
			t.Fatal(err)
		}
		p, err := network.NewPlan(g, network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		layers := 0
		for _, n := range g.Nodes {
			switch n.Op.(type) {
			case network.Conv, network.Pool, network.GlobalPool, network.FullyConnected:
				layers++
			}
		}
		if len(p.Steps) != layers {
			t.Errorf("%s: %d launches for %d convolutions, pools and fully connected layers", name, len(p.Steps), layers)
		}
		for _, s := range p.Steps {
			if s.Kernel == network.Elementwise {
				t.Errorf("%s: %s of %s is a launch of its own", name, s.Op.Kind(), strings.Join(s.Layers, "+"))
			}
		}
		var fused []string
		for _, s := range p.Steps {
			fused = append(fused, s.Layers...)
		}
		for _, n := range g.Nodes {
			switch n.Op.Kind() {
			case "Activate", "Add", "BatchNorm":
				if !slices.Contains(fused, n.Name) {
					t.Errorf("%s: no launch says that it does %s", name, n.Name)
				}
			}
		}
	}
}

// Where the network concatenates, both branches write into the result; and only
// a shuffle needs an index to be read.
func TestShuffleNetReadsByIndexOnlyBehindAShuffle(t *testing.T) {
	for name, shuffles := range map[string]int{"shufflenet_v1_g1_1.0x": 0, "shufflenet_v1_g3_1.0x": 16, "shufflenet_v1_g8_0.25x": 16} {
		p, indexed := planOf(t, name, network.PlanOptions{}), 0
		for _, s := range p.Steps {
			for _, v := range operandsOf(&s) {
				if _, _, even := v.Even(); !even {
					indexed++
				}
			}
		}
		if indexed != shuffles {
			t.Errorf("%s: %d operands are read by index, it has %d shuffles\n%v", name, indexed, shuffles, p)
		}
	}
}
