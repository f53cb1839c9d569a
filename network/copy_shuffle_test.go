package network_test

import (
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// A shuffle that is copied is one launch, and nothing else changes.
func TestCopyShuffles(t *testing.T) {
	for name, shuffles := range map[string]int{
		"shufflenet_v1_g3_0.25x":           16, // one each unit
		"shufflenet_v1_g3_0.25x_noshuffle": 0,
		"shufflenet_v1_g1_0.25x":           0,
		"mobilenet_v1_0.25":                0,
	} {
		for _, opt := range []network.PlanOptions{{}, {Fuse: network.FuseAll &^ network.FuseUnit, SharedFloats: 4096, Align: 4}} {
			g, err := zoo.Build(name, zoo.Options{Height: 64, Width: 64, Blank: true})
			if err != nil {
				t.Fatal(err)
			}
			plain, err := network.NewPlan(g, opt)
			if err != nil {
				t.Fatal(err)
			}
			opt.CopyShuffles = true
			copied, err := network.NewPlan(g, opt)
			if err != nil {
				t.Fatal(err)
			}
			var rest []string
			copies := 0
			for _, s := range copied.Steps {
				if _, ok := s.Op.(network.Identity); ok && s.Kernel == network.Elementwise {
					copies++
					continue
				}
				rest = append(rest, s.Name)
			}
			var want []string
			for _, s := range plain.Steps {
				want = append(want, s.Name)
			}
			slices.Sort(rest)
			slices.Sort(want)
			if copies != shuffles || !slices.Equal(rest, want) {
				t.Errorf("%s, %+v: %d copies, want %d; the other steps are %q, want %q", name, opt, copies, shuffles, rest, want)
			}
			if copied.MACs != plain.MACs || shuffles > 0 && copied.Bytes <= plain.Bytes || copied.Barriers != plain.Barriers+shuffles {
				t.Errorf("%s: %d barriers and %d bytes with copies, %d and %d without", name, copied.Barriers, copied.Bytes, plain.Barriers, plain.Bytes)
			}
		}
	}
}
