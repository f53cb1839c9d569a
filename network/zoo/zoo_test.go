package zoo_test

import (
	"errors"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/racing"
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
		g := build(t, name, zoo.Options{Height: 67, Width: 79, Batch: 2, Blank: true})
		if g.Name != name {
			t.Errorf("%s calls itself %s", name, g.Name)
		}
		if in := g.Inputs[0].Shape; !in.Equal(tensor.Shape{2, 3, 67, 79}) {
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
	for _, name := range []string{"shufflenet_v1_g3_1.0x", "shufflenet_v2_1.0x", "mobilenet_v1_0.25", "mobilenet_v2_0.35", "resnet18"} {
		build(t, name, zoo.Options{Height: 1, Width: 1, Blank: true})
	}
}

// Where the architecture does not allow a size, the error says where.
func TestTooSmall(t *testing.T) {
	for name, layer := range map[string]string{"alexnet": "pool1", "vgg16": "pool4", "squeezenet_1.1": "pool2"} {
		_, err := zoo.Build(name, zoo.Options{Height: 10, Width: 14, Blank: true})
		if !errors.Is(err, network.ErrShape) || !strings.Contains(err.Error(), layer) {
			t.Errorf("%s at 10x14: %v, want %s", name, err, layer)
		}
	}
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
	racing.Skip(t)
	for _, c := range []struct {
		name string
		size int
	}{
		{"shufflenet_v1_g3_1.0x", 64}, {"shufflenet_v1_g8_0.25x", 64}, {"shufflenet_v1_g1_1.0x_bottleneck", 64},
		{"shufflenet_v2_0.5x", 64}, {"mobilenet_v1_0.5", 64}, {"mobilenet_v2_1.0", 32}, {"squeezenet_1.1", 32},
		{"alexnet", 64}, {"resnet18", 32}, {"resnet50", 32}, {"vgg16", 32},
	} {
		name := c.name
		g := build(t, name, zoo.Options{Height: c.size, Width: c.size})
		in := tensor.New(g.Inputs[0].Shape...)
		for i := range in.Data {
			in.Data[i] = float32(math.Sqrt2 * math.Sin(float64(i)*float64(i)))
		}
		values, err := cpu.Evaluate(g, []*tensor.Tensor{in})
		if err != nil {
			t.Fatal(err)
		}
		least, most := math.Inf(1), 0.0
		for node, v := range values {
			var square float64
			for _, x := range v.Data {
				square += float64(x) * float64(x)
			}
			rms := math.Sqrt(square / float64(len(v.Data)))
			if !(rms > 0.05 && rms < 20) {
				t.Errorf("%s: root mean square of %s is %g", name, node, rms)
			}
			least, most = min(least, rms), max(most, rms)
		}
		t.Logf("%s: root mean squares of %.2g to %.2g", name, least, most)
	}
}
