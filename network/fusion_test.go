package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

// A set of fusions is written as words, and read again.
func TestFusionAsText(t *testing.T) {
	for text, want := range map[string]network.Fusion{
		"none":                             0,
		"all":                              network.FuseAll,
		"unit":                             network.FuseUnit,
		"depthwise+pool":                   network.FuseDepthwise | network.FusePool,
		"depthwise+pool+beside+classifier": network.FuseAll &^ network.FuseUnit,
	} {
		f, err := network.ParseFusion(text)
		if err != nil || f != want || f.String() != text {
			t.Errorf("%q is read as %d, %v, and written as %q; want %d", text, f, err, f, want)
		}
	}
	for _, text := range []string{"", "auto", "pool,unit", "pool+", "Pool", "all+pool"} {
		if f, err := network.ParseFusion(text); err == nil {
			t.Errorf("%q is read as %v", text, f)
		}
	}
}

// With FuseAlways the model of costs has no say, and without a kind nothing is fused.
func TestFuseAlways(t *testing.T) {
	always := func(kinds network.Fusion) network.PlanOptions {
		o := fusing(model(func(m *network.CostModel) { m.Launch, m.Barrier, m.Cached = 0, 0, 1e-3 }))
		o.Fuse = kinds | network.FuseAlways
		return o
	}
	for _, c := range []struct {
		kinds    network.Fusion
		launches int
	}{
		{0, 55},
		{network.FuseClassifier, 54},
		{network.FusePool, 54},
		{network.FuseBeside, 52},
		{network.FuseDepthwise, 39},
		{network.FuseAll &^ network.FuseUnit, 34},
		{network.FuseAll, 18},
	} {
		if p := planOf(t, "shufflenet_v1_g3_1.0x", always(c.kinds)); len(p.Steps) != c.launches {
			t.Errorf("%v: %d launches, want %d\n%v", c.kinds, len(p.Steps), c.launches, p)
		}
	}
}
