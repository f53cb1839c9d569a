package kernels

import (
	"errors"
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

// Kernels store whole vec4s, so rows may not share one.
func TestPlanWithoutAlignmentIsRefused(t *testing.T) {
	b := network.NewBuilder("unaligned")
	x := b.Input("x", 1, 2, 3, 5)
	g, err := b.Build(b.Apply("pooled", network.Pool{Window: network.Square(2, 1, 0)}, b.Apply("y", network.Activate{Fn: network.ReLU()}, x)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = Assemble(p, &SpecMinimum, eight, Storage{})
	const want = `gpu: Activate "y": rows begin at any float, not at multiples of four; plan with gpu.PlanOptions: not supported`
	if !errors.Is(err, network.ErrUnsupported) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
