package zoo_test

import (
	"errors"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

func TestEveryNameBuilds(t *testing.T) {
	names := zoo.Names()
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			t.Errorf("%s is there twice", name)
		}
		g := build(t, name, zoo.Options{Height: 33, Width: 47, Batch: 2})
		if g.Name != name {
			t.Errorf("%s calls itself %s", name, g.Name)
		}
		if in := g.Inputs[0].Shape; !in.Equal(tensor.Shape{2, 3, 33, 47}) {
			t.Errorf("%s: input %v", name, in)
		}
		if out := g.Outputs[0].Shape; !out.Equal(tensor.Shape{2, 1000}) {
			t.Errorf("%s: output %v", name, out)
		}
		seen := map[string]bool{}
		for _, n := range g.Nodes {
			if seen[n.Name] {
				t.Errorf("%s: two nodes are called %s", name, n.Name)
			}
			seen[n.Name] = true
		}
	}
}

// Any size works, down to one pixel.
func TestTinyInput(t *testing.T) {
	build(t, "shufflenet_v1_g3_1.0x", zoo.Options{Height: 1, Width: 1})
}

func TestUnknownName(t *testing.T) {
	_, err := zoo.Build("shufflenet_v1_g3_1x", zoo.Options{})
	if !errors.Is(err, zoo.ErrUnknown) || !strings.Contains(err.Error(), "shufflenet_v1_g3_1.0x,") {
		t.Error(err)
	}
}

func checksum(g *network.Graph) uint32 {
	h := crc32.NewIEEE()
	for _, n := range g.Nodes {
		for _, v := range n.Inputs {
			if v.Const == nil {
				continue
			}
			for _, x := range v.Const.Data {
				b := math.Float32bits(x)
				h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
			}
		}
	}
	return h.Sum32()
}

func TestSeed(t *testing.T) {
	of := func(o zoo.Options) uint32 { return checksum(build(t, "shufflenet_v1_g3_0.25x", o)) }
	if a, b := of(zoo.Options{}), of(zoo.Options{Height: 64, Width: 32, Batch: 3}); a != b {
		t.Error("the weights depend on the input's size")
	}
	if of(zoo.Options{Seed: 1}) == of(zoo.Options{Seed: 2}) {
		t.Error("two seeds give the same weights")
	}
	if got, want := of(zoo.Options{}), uint32(0x49d0b5b); got != want {
		t.Errorf("the weights of seed 0 have changed: checksum %#x, was %#x", got, want)
	}
}

// The activations neither die out nor blow up on the way through the network.
func TestRange(t *testing.T) {
	for _, name := range []string{"shufflenet_v1_g3_1.0x", "shufflenet_v1_g8_0.25x", "shufflenet_v1_g1_1.0x_bottleneck"} {
		g := build(t, name, zoo.Options{Height: 64, Width: 64})
		in := tensor.New(g.Inputs[0].Shape...)
		for i := range in.Data {
			in.Data[i] = float32(math.Sqrt2 * math.Sin(float64(i)*float64(i)))
		}
		values, err := cpu.Evaluate(g, []*tensor.Tensor{in})
		if err != nil {
			t.Fatal(err)
		}
		for node, v := range values {
			var square float64
			for _, x := range v.Data {
				square += float64(x) * float64(x)
			}
			if rms := math.Sqrt(square / float64(len(v.Data))); !(rms > 0.05 && rms < 20) {
				t.Errorf("%s: root mean square of %s is %g", name, node, rms)
			}
		}
	}
}
