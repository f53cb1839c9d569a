package gpu

import (
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Where a map has more vec4s than floats can divide, and a little below, every pixel is
// computed from its own neighbours.
func TestLargeMap(t *testing.T) {
	d := openTest(t, Options{NoSelfTest: true})
	rows := tuningFor(d.Info()).General.Vectors
	for _, c := range []struct {
		bands int
		large bool
	}{{37449, false}, {37450, true}} { // of seven vec4s: 2^18 less one, and more than that
		b := network.NewBuilder("large map")
		x := b.Input("x", 1, 1, c.bands*rows, 25)
		w := b.Const("w", ramp(17, 1, 1, 3, 3))
		g, err := b.Build(b.Apply("y", network.Conv{Window: network.Square(3, 1, 1)}, x, w))
		if err != nil {
			t.Fatal(err)
		}
		in := ramp(1009, 1, 1, c.bands*rows, 25)
		want, err := cpu.Evaluate(g, []*tensor.Tensor{in})
		if err != nil {
			t.Fatal(err)
		}
		s, err := network.Compile(d, g)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Run(in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := tensor.MaxDiff(got[0], want["y"]); diff.Rel > 1e-5 {
			t.Errorf("%d bands: %v", c.bands, diff)
		}
		all, err := d.Variants(s.Plan)
		if err != nil {
			t.Fatal(err)
		}
		if words := strings.Fields(strings.Trim(all[0].Program, ")")); slices.Contains(words, "LARGE") != c.large {
			t.Errorf("%d bands: %s", c.bands, all[0].Program)
		}
		s.Close()
	}
}
