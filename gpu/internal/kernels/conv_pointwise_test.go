package kernels

import (
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// A table that is read two or four entries at a time begins at fours, and has as many for each
// group; where software renderers read it as texels, it is read one by one.
func TestIndexVectors(t *testing.T) {
	g, err := zoo.Build("shufflenet_v2_1.0x", zoo.Options{Blank: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, planOptions())
	if err != nil {
		t.Fatal(err)
	}
	for renderer, want := range map[string][]int{"V3D 4.2": {2, 4}, "Mali-G57": {2}, "llvmpipe": nil} {
		stored := Storage{Texels: renderer == "llvmpipe"}
		ds, _, err := Assemble(p, &SpecMinimum, FamilyOf(renderer).Shipped(false), stored)
		if err != nil {
			t.Fatal(err)
		}
		found := map[int]bool{}
		for _, d := range ds {
			if !strings.Contains(d.Program.Variant(), "INDEX_VECTORS") {
				continue
			}
			n := d.Choice.Variant.Unroll
			found[n] = true
			if table := d.Params[2]; table < 0 || table%4 != 0 || d.Choice.Bounds.Inputs%n != 0 {
				t.Errorf("%s: %d entries at a time, from %d on, of %d", renderer, n, table, d.Choice.Bounds.Inputs)
			}
		}
		for _, n := range want {
			if !found[n] {
				t.Errorf("%s: no table by %d entries", renderer, n)
			}
		}
		if len(found) != len(want) {
			t.Errorf("%s: tables by %v entries", renderer, found)
		}
	}
}
