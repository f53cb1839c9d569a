package gpu

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Two fused convolutions of one input are independent, but where work groups keep what
// their phases share behind the maps, all launches do in one place, and so take turns.
func TestLaunchesThatKeepTakeTurns(t *testing.T) {
	b := network.NewBuilder("two branches")
	x := b.Input("x", 1, 8, 14, 14)
	branch := func(name string) *network.Value {
		depthwise := b.Apply(name+".depthwise", network.Conv{Window: network.Square(3, 1, 1), Groups: 8}, x, b.Const(name+".u", tensor.New(8, 1, 3, 3)))
		return b.Apply(name+".pointwise", network.Conv{Window: network.Square(1, 1, 0)}, depthwise, b.Const(name+".w", tensor.New(12, 8, 1, 1)))
	}
	g, err := b.Build(branch("left"), branch("right"))
	if err != nil {
		t.Fatal(err)
	}
	for _, like := range []string{"llvmpipe", "Mali-G52"} {
		d := openTest(t, Options{Fuse: network.FuseDepthwise | network.FuseAlways}.Like(like))
		s, _, _ := compiled(t, d, g)
		e := executorOf(t, s)
		if len(e.launches) != 2 || s.Plan.Steps[1].Kernel != network.ConvFused || s.Plan.Steps[1].Barrier {
			t.Fatalf("%s: not two fused launches without a barrier by the plan:\n%v", like, s.Plan)
		}
		behind := e.arena.Behind > 0
		if want := like == "llvmpipe"; behind != want {
			t.Errorf("%s: something is kept behind the maps: %t", like, behind)
		}
		if got := e.launches[1].barrier; got != behind {
			t.Errorf("%s: a barrier between the two: %t", like, got)
		}
	}
}
