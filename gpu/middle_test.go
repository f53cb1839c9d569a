package gpu

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
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

// Where the maps' texture has no room for what work groups keep, or there is none, networks are
// planned with what shared memory holds, and run.
func TestNoRoomBehindTheMaps(t *testing.T) {
	b := network.NewBuilder("stem")
	x := b.Input("x", 1, 3, 96, 96)
	conv := b.Apply("conv", network.Conv{Window: network.Square(3, 2, 1)}, x, b.Const("w", ramp(17, 64, 3, 3, 3)))
	g, err := b.Build(b.Apply("pool", network.Pool{Window: network.Square(3, 2, 0), Reduce: network.Max}, conv))
	if err != nil {
		t.Fatal(err)
	}
	in := ramp(13, 1, 3, 96, 96)
	want, err := cpu.Evaluate(g, []*tensor.Tensor{in})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		limits Limits
		asked  Maps
		maps   Maps
		behind bool
	}{
		{Limits{}, MapsTextureBuffer, MapsTextureBuffer, true},
		{Limits{}, MapsAuto, MapsTexture, true},
		{Limits{TextureSize: 9}, MapsAuto, MapsTexture, false},
		{Limits{TextureSize: 4}, MapsAuto, MapsBuffer, false},
	} {
		o := Options{NoSelfTest: true, Limits: &c.limits, Maps: c.asked, Fuse: network.FusePool | network.FuseAlways}
		if c.asked == MapsTextureBuffer && openTest(t, Options{NoSelfTest: true}).info.Limits.Version < texelsVersion {
			continue
		}
		d := openTest(t, o.Like("llvmpipe"))
		s, err := network.Compile(d, g)
		if err != nil {
			t.Errorf("textures of %d rows: %v", c.limits.TextureSize, err)
			continue
		}
		defer s.Close()
		if _, maps := d.Storage(s.Plan); maps != c.maps.String() || len(s.Plan.Steps) != 1 {
			t.Errorf("textures of %d rows: maps in a %s, want a %v, for one launch:\n%v", c.limits.TextureSize, maps, c.maps, s.Plan)
		}
		if held, behind := kernels.MostHeld(s.Plan), executorOf(t, s).arena.Behind > 0; behind != c.behind || behind != (held > kernels.SharedVectors) {
			t.Errorf("textures of %d rows: work groups keep %d vec4s, behind the maps: %t, want %t", c.limits.TextureSize, held, behind, c.behind)
		}
		got, err := s.Run(in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := tensor.MaxDiff(got[0], want["pool"]); !(diff.Rel <= 1e-4) {
			t.Errorf("textures of %d rows: %v", c.limits.TextureSize, diff)
		}
	}
}
