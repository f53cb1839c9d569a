package gpu_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

var wholeZoo = flag.Bool("zoo", false, "test every network of the zoo, which takes a quarter of an hour")

// Networks of the zoo give the reference's result, three times: one of each kind, and
// with -zoo all of them, and with SHUFFLEGL_CONFORMANCE=all the light ones at their own size.
func TestZoo(t *testing.T) {
	racing.Skip(t)
	t.Parallel()
	size := 64
	if every {
		size = 224
	}
	names := zoo.Names()
	if !*wholeZoo {
		names = []string{"shufflenet_v1_g3_1.0x", "shufflenet_v1_g8_0.25x", "shufflenet_v2_0.5x",
			"mobilenet_v1_0.25", "mobilenet_v2_0.35", "squeezenet_1.1"}
	}
	for _, name := range names {
		size := size
		if !slices.Contains(zoo.Light(), name) {
			size = 64
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel() // as most of the time goes to compilers
			d := open(t, gpu.Options{})
			g, err := zoo.Build(name, zoo.Options{Height: size, Width: size})
			if err != nil {
				t.Fatal(err)
			}
			x := tensor.New(1, 3, size, size)
			r := rand.New(rand.NewPCG(1, 2))
			for i := range x.Data {
				x.Data[i] = float32(r.NormFloat64())
			}
			want := run(t, cpu.NewReference(), g, x)
			s, err := network.Compile(d, g)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var first *tensor.Tensor
			for range 3 {
				got, err := s.Run(x)
				if err != nil {
					t.Fatal(err)
				}
				if diff := tensor.MaxDiff(got[0], want); diff.Rel > 1e-4 {
					t.Fatal(diff)
				}
				if first == nil {
					first = got[0]
				} else if diff := tensor.MaxDiff(got[0], first); diff.Abs != 0 {
					t.Fatal("two runs differ:", diff)
				}
			}
		})
	}
}

func run(t *testing.T, b network.Backend, g *network.Graph, x *tensor.Tensor) *tensor.Tensor {
	t.Helper()
	s, err := network.Compile(b, g)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out, err := s.Run(x)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// A run in the steady state does not allocate.
func TestRunAllocates(t *testing.T) {
	if racing.Detector {
		t.Skip("the race detector allocates")
	}
	g, err := zoo.Build("shufflenet_v1_g3_0.25x", zoo.Options{Height: 62, Width: 62}) // planes with padding
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []gpu.Options{{}, {Precision: gpu.Float16}, {Maps: gpu.MapsTexture}, {Precision: gpu.Float16, Maps: gpu.MapsTexture}} {
		s, err := network.Compile(open(t, o), g)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		in, out := []*tensor.Tensor{tensor.New(1, 3, 62, 62)}, s.NewOutputs()
		f := s.NewFrame()
		allocs := testing.AllocsPerRun(20, func() {
			if err := s.RunInto(out, in); err != nil {
				t.Fatal(err)
			}
			if err := s.Submit(f, in...); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Wait(); err != nil {
				t.Fatal(err)
			}
		})
		if allocs != 0 {
			t.Errorf("%v, maps %v: %v allocations a run", o.Precision, o.Maps, allocs)
		}
	}
}
