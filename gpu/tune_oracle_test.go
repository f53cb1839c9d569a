package gpu

import (
	"math/rand/v2"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

func normal(r *rand.Rand, shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(r.NormFloat64())
	}
	return t
}

// Some channels of a result are those of the whole, the first and the last of each
// group among them.
func TestReferenceOfSomeChannels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	steps := map[string]*network.Step{
		"pointwise": {Op: network.Conv{Window: network.Square(1, 1, 0), Groups: 3}, Act: network.ReLU(), Weights: normal(r, 15, 4, 1, 1), Bias: normal(r, 15)},
		"general":   {Op: network.Conv{Window: network.Square(3, 2, 1)}, Weights: normal(r, 7, 12, 3, 3)},
		"fused": {Op: network.Conv{Window: network.Square(1, 1, 0), Groups: 2}, Weights: normal(r, 10, 6, 1, 1), Bias: normal(r, 10),
			First: &network.Prior{Op: network.Conv{Window: network.Square(3, 1, 1), Groups: 12}, Weights: normal(r, 12, 1, 3, 3), Bias: normal(r, 12), Act: network.ReLU()}},
		"pooled": {Op: network.Pool{Window: network.Square(2, 2, 0)},
			First: &network.Prior{Op: network.Conv{Window: network.Square(3, 1, 1)}, Weights: normal(r, 9, 12, 3, 3), Bias: normal(r, 9)}},
	}
	x := normal(r, 2, 12, 6, 6)
	for name, s := range steps {
		all, err := reference(s, []*tensor.Tensor{x}, nil)
		if err != nil || all.channels != nil {
			t.Fatalf("%s: %v, %v", name, all.channels, err)
		}
		residual := normal(r, all.want.Shape...)
		if all, err = reference(s, []*tensor.Tensor{x}, residual); err != nil {
			t.Fatal(err)
		}
		s.MACs = 1 << 50 // as if it were too much work
		some, err := reference(s, []*tensor.Tensor{x}, residual)
		if err != nil {
			t.Fatal(err)
		}
		groups := 1
		if op, ok := s.Op.(network.Conv); ok {
			groups = op.G()
		}
		each := all.want.Shape[1] / groups
		if len(some.channels) != 2*groups || some.channels[0] != 0 || some.channels[1] != each-1 || some.channels[2*groups-1] != groups*each-1 {
			t.Errorf("%s: channels %v of %d groups of %d", name, some.channels, groups, each)
		}
		if err := some.compare(all.want, 1e-4); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wrong := all.want.Clone()
		wrong.Data[len(wrong.Data)-1] += 100 // of the last channel
		if some.compare(wrong, 1e-4) == nil || all.compare(wrong, 1e-4) == nil {
			t.Errorf("%s: a wrong pixel goes unseen", name)
		}
	}
}

// What is not finite is no reference.
func TestReferenceMustBeFinite(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := &network.Step{Op: network.Conv{Window: network.Square(1, 1, 0)}, Weights: normal(r, 4, 4, 1, 1)}
	s.Weights.Data[3] = 3e38
	x := normal(r, 1, 4, 2, 2)
	x.Data[12] = 3e38
	if right, err := reference(s, []*tensor.Tensor{x}, nil); err == nil {
		t.Error(right.want.Data)
	}
}
