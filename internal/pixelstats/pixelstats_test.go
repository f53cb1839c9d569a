package pixelstats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shufflegl/shufflegl/internal/pixelstats"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// trained is the stem of a network that has seen pixels of the given mean and
// deviation.
func trained(mean [3]float64, deviation float64, bias bool) *network.Graph {
	const out = 16
	r := rand.New(rand.NewPCG(1, 1))
	w, b := tensor.New(out, 3, 3, 3), tensor.New(out)
	scale, shift, running, variance := tensor.New(out), tensor.New(out), tensor.New(out), tensor.New(out)
	for m := range out {
		var mu, power float64
		for c := range 3 {
			for i := range 9 {
				x := r.NormFloat64()
				w.Data[(m*3+c)*9+i] = float32(x)
				mu, power = mu+x*mean[c], power+x*x
			}
		}
		if bias {
			b.Data[m] = float32(3 * r.NormFloat64())
		}
		running.Data[m] = float32(mu) + b.Data[m]
		variance.Data[m] = float32(deviation * deviation * power)
	}
	n := network.NewBuilder("stem")
	x := n.Input("x", 1, 3, 8, 8)
	operands := []*network.Value{x, n.Const("w", w)}
	if bias {
		operands = append(operands, n.Const("b", b))
	}
	x = n.Apply("conv", network.Conv{Window: network.Square(3, 2, 1)}, operands...)
	x = n.Apply("bn", network.BatchNorm{Epsilon: 1e-5}, x, n.Const("scale", scale), n.Const("shift", shift), n.Const("mean", running), n.Const("variance", variance))
	g, err := n.Build(x)
	if err != nil {
		panic(err)
	}
	return g
}

func TestGuess(t *testing.T) {
	for _, c := range []struct {
		mean      [3]float64
		deviation float64
		want      string
	}{
		{[3]float64{120, 115, 105}, 60, "RGB, 0..255"},
		{[3]float64{99.4, 112.4, 121.7}, 47.7, "BGR, 0..255"}, // Megvii's ShuffleNet v1 0.5x g=3
		{[3]float64{0.48, 0.45, 0.4}, 0.25, "RGB, 0..1"},
		{[3]float64{0.4, 0.45, 0.48}, 0.25, "BGR, 0..1"},
		{[3]float64{-0.089, -0.118, -0.163}, 0.57, "RGB, -1..1"}, // Ultra-Light-Fast-Generic-Face-Detector
		{[3]float64{1, -2, 0.5}, 55, "BGR minus ImageNet's mean"},
		{[3]float64{0.02, 0.01, -0.03}, 1.1, "RGB, ImageNet's mean and deviation taken out"},
		{[3]float64{1000, 900, 800}, 300, ""}, // raw sensor values?
	} {
		for _, bias := range []bool{false, true} {
			s, ok := pixelstats.Of(trained(c.mean, c.deviation, bias))
			if !ok {
				t.Errorf("%v: nothing found", c.mean)
				continue
			}
			for i := range 3 {
				if math.Abs(s.Mean[i]-c.mean[i]) > 1e-3*c.deviation {
					t.Errorf("mean %v, want %v", s.Mean, c.mean)
					break
				}
			}
			if math.Abs(s.Deviation/c.deviation-1) > 1e-3 {
				t.Errorf("deviation %v, want %v", s.Deviation, c.deviation)
			}
			if _, name, _ := s.Guess(); name != c.want {
				t.Errorf("%v ± %v: %q, want %q", c.mean, c.deviation, name, c.want)
			}
		}
	}
}

// A network that has not been trained on pictures says nothing.
func TestNothingToFind(t *testing.T) {
	random, err := zoo.Build("shufflenet_v1_g3_1.0x", zoo.Options{Height: 32, Width: 32})
	if err != nil {
		t.Fatal(err)
	}
	constant := trained([3]float64{1, 2, 3}, 1, false)
	w := constant.Nodes[0].Inputs[1].Const
	for i := range w.Data {
		w.Data[i] = 0.001
	}
	dead := trained([3]float64{1, 2, 3}, 0, false)
	bare := network.NewBuilder("no BatchNorm")
	x := bare.Input("x", 1, 3, 8, 8)
	plain, err := bare.Build(bare.Apply("relu", network.Activate{Fn: network.ReLU()}, x))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []*network.Graph{random, constant, dead, plain} {
		if s, ok := pixelstats.Of(g); ok {
			t.Errorf("%s: %+v", g.Name, s)
		}
	}
}
