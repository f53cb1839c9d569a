package cpu_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/internal/half"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Weights rounded by 2^-11 move a sum by 2^-11·Σ|w·x| at most, 0.0005 of the largest
// result, if there is one whose products do not cancel; and there are two layers at most.
func TestConformanceHalfWeights(t *testing.T) {
	for _, threads := range []int{1, 3} {
		conformance.Run(t, cpu.New(cpu.Options{Threads: threads, HalfWeights: true}), conformance.Options{Tolerance: 1e-3, Short: true, Only: "fc/"})
	}
}

// connected is one fully connected layer.
func connected(t *testing.T, weights *tensor.Tensor) *network.Graph {
	t.Helper()
	b := network.NewBuilder("connected")
	bias := tensor.New(weights.Shape[0])
	bias.Data[0] = 1.0 / 3 // which stays float32
	x := b.Input("x", 2, weights.Shape[1])
	g, err := b.Build(b.Apply("fc", network.FullyConnected{}, x, b.Const("w", weights), b.Const("b", bias)))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func random(r *rand.Rand, shape ...int) *tensor.Tensor {
	x := tensor.New(shape...)
	for i := range x.Data {
		x.Data[i] = r.Float32()*2 - 1
	}
	return x
}

// Weights are kept in 24 bits where there are enough rows and all are finite, and nobody can tell by the results.
func TestFixedWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		name   string
		rows   int
		weight float32
		kept   bool
	}{
		{"few rows", 63, 1, false}, {"a block", 64, 1, true}, {"more", 130, 1, true}, {"a large one", 130, 1e30, true},
		{"an infinite one", 130, inf, false}, {"a NaN", 130, inf - inf, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, in := random(r, c.rows, 70), []*tensor.Tensor{random(r, 2, 70)}
			w.Data[7*70+3] = c.weight
			g := connected(t, w)
			want, err := cpu.Evaluate(g, in)
			if err != nil {
				t.Fatal(err)
			}
			for _, level := range simd.Levels() {
				b := cpu.AtLevel(cpu.New(cpu.Options{Threads: 2}), level)
				s, err := network.Compile(b, g)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if got := b.Algorithm(&s.Plan.Steps[0]); (got == "weights in 24 bits") != (c.kept && level != simd.Go) {
					t.Errorf("%v: %q", level, got)
				}
				spared := int64(0) // a byte of each weight
				if c.kept && level != simd.Go {
					spared = int64(len(w.Data))
				}
				if got := b.SparedBytes(&s.Plan.Steps[0]); got != spared {
					t.Errorf("%v: %d bytes are not read, want %d", level, got, spared)
				}
				got, err := s.Run(in...)
				if err != nil {
					t.Fatal(err)
				}
				for row := range 2 {
					for i := range c.rows {
						got, want := float64(got[0].Data[row*c.rows+i]), float64(want["fc"].Data[row*c.rows+i])
						if math.IsNaN(want) && math.IsNaN(got) || got == want {
							continue
						}
						if !(math.Abs(got-want) <= 1e-6*max(10, math.Abs(want))) {
							t.Errorf("%v: row %d of %d: %g, want %g", level, i, row, got, want)
						}
					}
				}
				if n := testing.AllocsPerRun(10, func() { s.RunInto(got, in) }); n != 0 {
					t.Errorf("%v: %v allocations a run", level, n)
				}
			}
		})
	}
}

// What is computed is the product with the rounded weights, and nothing else is rounded.
func TestHalfWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	w, in := random(r, 130, 70), []*tensor.Tensor{random(r, 2, 70)}
	rounded, bits := w.Clone(), make([]uint16, len(w.Data))
	half.Round(bits, w.Data)
	half.Widen(rounded.Data, bits)
	want, err := cpu.Evaluate(connected(t, rounded), in)
	if err != nil {
		t.Fatal(err)
	}
	s, err := network.Compile(cpu.New(cpu.Options{Threads: 2, HalfWeights: true}), connected(t, w))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Run(in...)
	if err != nil {
		t.Fatal(err)
	}
	if d := tensor.MaxDiff(got[0], want["fc"]); !(d.Rel <= 1e-6) {
		t.Errorf("not the product with rounded weights: %v", d)
	}
	exact, err := cpu.Evaluate(connected(t, w), in)
	if err != nil {
		t.Fatal(err)
	}
	if d := tensor.MaxDiff(got[0], exact["fc"]); d.Rel <= 1e-6 {
		t.Errorf("the weights are not rounded: %v", d)
	}
	if n := s.Backend.(network.Sparer).SparedBytes(&s.Plan.Steps[0]); n != 2*int64(len(w.Data)) {
		t.Errorf("%d bytes are not read", n)
	}
	if p, maps := s.Backend.(network.Storer).Storage(s.Plan); p != "fp16w" || maps != "" {
		t.Errorf("%s in a %s", p, maps)
	}
	if n := testing.AllocsPerRun(10, func() { s.RunInto(got, in) }); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}

func TestHalfWeightsRange(t *testing.T) {
	w := tensor.New(3, 4)
	w.Data[5] = -1e5
	_, err := network.Compile(cpu.New(cpu.Options{HalfWeights: true}), connected(t, w))
	if !errors.Is(err, cpu.ErrRange) || !strings.Contains(err.Error(), `"fc"`) || !strings.Contains(err.Error(), "-100000") {
		t.Errorf("%v", err)
	}
}

// A convolution of maps of one pixel is a fully connected layer, if it has no groups.
func TestOnePixel(t *testing.T) {
	for _, c := range []struct {
		side, groups int
		kept         bool
	}{{1, 1, true}, {1, 2, false}, {2, 1, false}} {
		b := network.NewBuilder("one pixel")
		x := b.Input("x", 2, 70, c.side, c.side)
		op := network.Conv{Window: network.Square(1, 1, 0), Groups: c.groups}
		g, err := b.Build(b.Apply("conv", op, x, b.Const("w", tensor.New(130, 70/c.groups, 1, 1))))
		if err != nil {
			t.Fatal(err)
		}
		for _, level := range simd.Levels() {
			backend := cpu.AtLevel(cpu.New(cpu.Options{}), level)
			p, err := network.PlanFor(backend, g)
			if err != nil {
				t.Fatal(err)
			}
			if got := backend.Algorithm(&p.Steps[0]); (got == "weights in 24 bits") != (c.kept && level != simd.Go) {
				t.Errorf("%+v, %v: %q", c, level, got)
			}
		}
	}
}
