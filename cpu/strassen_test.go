package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// unit is a ShuffleNet's unit of one group without its depthwise convolution: a residual is written over.
func unit(t *testing.T, channels, between, size int) *network.Graph {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 8))
	b := network.NewBuilder("unit")
	conv := func(name string, x *network.Value, m int) *network.Value {
		return b.Apply(name, network.Conv{Window: network.Square(1, 1, 0)}, x, b.Const(name+".w", noise(r, m, x.Shape[1], 1, 1)), b.Const(name+".b", noise(r, m)))
	}
	relu := func(name string, x *network.Value) *network.Value {
		return b.Apply(name, network.Activate{Fn: network.ReLU()}, x)
	}
	x := relu("x.relu", conv("x.conv", b.Input("x", 1, 24, size, size), channels))
	y := conv("conv2", relu("relu1", conv("conv1", x, between)), channels)
	g, err := b.Build(relu("relu2", b.Apply("add", network.Binary{Fn: network.FnAdd}, x, y)))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Networks' products by Strassen's algorithm, in tasks by columns and by bands of panels, with a few columns
// left over, and written over what is added, are what the reference computes.
func TestStrassenInNetworks(t *testing.T) {
	seen := map[simd.Level]int{}
	for _, c := range []struct{ channels, between, size int }{
		{288, 72, 14}, // 196 pixels: 4 more than pairs of AVX-512's tiles, and halves 2
		{144, 72, 28}, // 784: 16
		{116, 58, 14},
		{96, 64, 21}, // 441
	} {
		g := unit(t, c.channels, c.between, c.size)
		in := noise(rand.New(rand.NewPCG(9, 10)), 1, 24, c.size, c.size)
		reference, err := Evaluate(g, []*tensor.Tensor{in})
		if err != nil {
			t.Fatal(err)
		}
		for _, level := range simd.Levels() {
			for threads := 1; threads <= 4; threads++ {
				t.Run(fmt.Sprintf("%+v/%v/%d threads", c, level, threads), func(t *testing.T) {
					b := AtLevel(New(Options{Threads: threads}), level)
					s, err := network.Compile(b, g)
					if err != nil {
						t.Fatal(err)
					}
					defer s.Close()
					for i := range s.Plan.Steps {
						if b.Algorithm(&s.Plan.Steps[i]) == "Strassen" {
							seen[level]++
						}
					}
					want := reference[s.Plan.Outputs[0].Name]
					for range 3 {
						if err := poison(s); err != nil {
							t.Fatal(err)
						}
						got, err := s.Run(in)
						if err != nil {
							t.Fatal(err)
						}
						if d := tensor.MaxDiff(got[0], want); !(d.Rel <= 2e-6) {
							t.Fatal(d)
						}
					}
				})
			}
		}
	}
	for _, level := range simd.Levels()[1:] {
		if seen[level] < 4 {
			t.Errorf("%v: %d products by Strassen's algorithm", level, seen[level])
		}
	}
}

// Where rows of pixels have gaps between them, a panel is computed in scratch memory at a time, by plain sums: pairs
// that share no sums of a column cost more.
func TestStrassenOfRowsApart(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	b := network.NewBuilder("apart")
	x := b.Apply("relu", network.Activate{Fn: network.ReLU()}, b.Input("x", 1, 128, 24, 28))
	x = b.Apply("slice", network.Slice{Axis: 3, Start: 3, End: 27, Step: 1}, x)
	g, err := b.Build(b.Apply("conv", network.Conv{Window: network.Square(1, 1, 0)}, x, b.Const("w", noise(r, 128, 128, 1, 1))))
	if err != nil {
		t.Fatal(err)
	}
	in := noise(r, 1, 128, 24, 28)
	reference, err := Evaluate(g, []*tensor.Tensor{in})
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range simd.Levels() {
		b := AtLevel(New(Options{Threads: 1}), level)
		s, err := network.Compile(b, g)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		last := &s.Plan.Steps[len(s.Plan.Steps)-1]
		if in := last.Inputs[0]; in.RowStride == in.Width || b.Algorithm(last) != "" {
			t.Errorf("%v: rows of %d are %d apart, and multiplied by %q", level, in.Width, in.RowStride, b.Algorithm(last))
		}
		got, err := s.Run(in)
		if err != nil {
			t.Fatal(err)
		}
		if d := tensor.MaxDiff(got[0], reference[s.Plan.Outputs[0].Name]); !(d.Rel <= 2e-6) {
			t.Errorf("%v: %v", level, d)
		}
	}
}

// Behind a depthwise convolution as one step they multiply rows in scratch memory, whole pairs of tiles or what
// a band leaves over.
func TestStrassenBehindDepthwise(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	b := network.NewBuilder("behind")
	x := b.Apply("dw", network.Conv{Window: network.Square(3, 1, 1), Groups: 128}, b.Input("x", 1, 128, 24, 16), b.Const("dw.w", noise(r, 128, 1, 3, 3)))
	g, err := b.Build(b.Apply("pw", network.Conv{Window: network.Square(1, 1, 0)}, x, b.Const("pw.w", noise(r, 128, 128, 1, 1))))
	if err != nil {
		t.Fatal(err)
	}
	in := noise(r, 1, 128, 24, 16)
	reference, err := Evaluate(g, []*tensor.Tensor{in})
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range simd.Levels() {
		for _, floats := range []int{2000, scratchFloats} {
			b := AtLevel(New(Options{Threads: 2}), level)
			o := b.PlanOptions()
			o.Fuse, o.SharedFloats = o.Fuse|network.FuseAlways, floats
			p, err := network.NewPlan(g, o)
			if err != nil {
				t.Fatal(err)
			}
			if s := &p.Steps[0]; s.Kernel != network.ConvFused || level > simd.Go && b.Algorithm(s) != "Strassen" {
				t.Errorf("%v: %v by %q", level, s.Kernel, b.Algorithm(s))
			}
			e, err := b.Prepare(p)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			out := tensor.New(p.Outputs[0].View.Shape...)
			if err := e.Run([]*tensor.Tensor{out}, []*tensor.Tensor{in}); err != nil {
				t.Fatal(err)
			}
			if d := tensor.MaxDiff(out, reference[p.Outputs[0].Name]); !(d.Rel <= 2e-6) {
				t.Errorf("%v, %d floats between: %v", level, floats, d)
			}
		}
	}
}

// poison fills a session's arena with NaN.
func poison(s *network.Session) error {
	nan := make([]float32, s.Plan.ArenaFloats)
	for i := range nan {
		nan[i] = float32(math.NaN())
	}
	return s.Executor(func(x network.Executor) error { return x.(*executor).WriteArena(nan) })
}
