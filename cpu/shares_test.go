package cpu

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// sharedNets are networks small enough to be run many times, with steps worth sharing.
func sharedNets(t *testing.T) map[string]*network.Graph {
	t.Helper()
	nets := map[string]*network.Graph{}
	o := zoo.Options{Height: 64, Width: 64}
	for _, c := range []zoo.ShuffleNetV1Config{{Options: o, Groups: 3, Width: 0.25}, {Options: o, Groups: 8, Width: 0.5}} {
		g, err := zoo.ShuffleNetV1(c)
		if err != nil {
			t.Fatal(err)
		}
		nets[c.Name()] = g
	}
	nets["a stem of a map"] = stemOfMap(t)
	return nets
}

// stemOfMap is a convolution and a pool of a map that shares wrote: stems read their input where
// it is.
func stemOfMap(t *testing.T) *network.Graph {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 9))
	b := network.NewBuilder("stem")
	conv := func(x *network.Value, m, k, stride int) *network.Value {
		x = b.Apply("conv", network.Conv{Window: network.Square(k, stride, k/2)}, x, b.Const("w", noise(r, m, x.Shape[1], k, k)))
		return b.Apply("relu", network.Activate{Fn: network.ReLU()}, x)
	}
	x := conv(b.Input("x", 1, 3, 48, 56), 8, 1, 1)
	x = b.Apply("pool", network.Pool{Window: network.Square(3, 2, 1)}, conv(x, 20, 3, 2))
	g, err := b.Build(conv(x, 7, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// In arenas of their own, shares read what was written last, wherever that was, and no
// share copies, or reads in place, what another writes at that time. Step by step every arena is told apart
// by who wrote each float.
func TestSharesReadWhatIsWritten(t *testing.T) {
	for name, g := range sharedNets(t) {
		for i := range 4 {
			shares, fused := 2+i/2, i%2 == 1
			b := New(Options{Threads: shares})
			p, e := prepareNet(t, b, g, fused)
			a := e.apart
			if err := checkPulls(p, e.kernels, a, shares); err != "" {
				t.Errorf("%s, %d shares: %s", name, shares, err)
			}
			// The check is worth what it detects: without any of the pulls, or if anything
			// read in place were read in the share's own arena, it fails.
			for i, l := range a.layouts {
				from := l.pulls
				if l.runs != nil {
					from = l.lacks
				}
				for share, pulls := range from {
					if len(pulls) > 0 && i%5 == 1 {
						from[share] = pulls[1:]
						if checkPulls(p, e.kernels, a, shares) == "" {
							t.Errorf("%s, %d shares: nobody misses a run before kernel %d", name, shares, i)
						}
						from[share] = pulls
					}
				}
			}
		}
	}
}

// prepareNet also fuses what does not pay, if told to.
func prepareNet(t *testing.T, b *Backend, g *network.Graph, fused bool) (*network.Plan, *executor) {
	t.Helper()
	o := b.PlanOptions()
	if fused {
		o.Fuse |= network.FuseAlways
		o.SharedFloats = 2000 // several bands
	}
	p, err := network.NewPlan(g, o)
	if err != nil {
		t.Fatal(err)
	}
	e, err := b.prepare(p, func(p *network.Plan, kernels []kernel, shares int) apart {
		if shares == 1 {
			return together(kernels, 1)
		}
		a, ok := separate(p, kernels, shares)
		if !ok {
			t.Error("cannot be separate")
		}
		return a
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return p, e.(*executor)
}

// checkPulls gives the first thing that is wrong, or nothing.
func checkPulls(p *network.Plan, kernels []kernel, a apart, shares int) (wrong string) {
	last := make([]int32, p.ArenaFloats) // the kernel that wrote each float last
	arenas := make([][]int32, shares)    // and of which kernel each arena's is
	for i := range arenas {
		arenas[i] = make([]int32, p.ArenaFloats)
	}
	for i, l := range a.layouts {
		k, id := &kernels[i], int32(i+1)
		for share, pulls := range l.pulls {
			for _, r := range pulls {
				copy(arenas[share][r.At:r.At+r.N], arenas[r.From][r.At:])
			}
		}
		tasks := func(share int) []int {
			var list []int
			for task := begin(l.ends, share); task < l.ends[share]; task++ {
				list = append(list, task)
			}
			return list
		}
		for share := range shares {
			there := arenas[share]
			if l.runs != nil {
				there = slices.Clone(there)
				for _, r := range l.lacks[share] {
					copy(there[r.At:r.At+r.N], arenas[r.From][r.At:])
				}
			}
			for _, task := range tasks(share) {
				visit := func(at, n int) {
					for f := at; f < at+n; f++ {
						if there[f] != last[f] && wrong == "" {
							wrong = k.name(p, i) + " reads what is not there"
						}
					}
				}
				if k.reads != nil && k.writes != nil {
					k.reads(task, visit)
				} else if i > 0 {
					for j := range p.Steps[i-1].Inputs {
						wholeOf(&p.Steps[i-1].Inputs[j], visit)
					}
				}
			}
		}
		wrote := make([]int32, p.ArenaFloats)
		for share := range shares {
			for _, task := range tasks(share) {
				visit := func(at, n int) {
					for f := at; f < at+n; f++ {
						if by := wrote[f]; by != 0 && by != int32(share+1) && wrong == "" {
							wrong = k.name(p, i) + " writes a float twice"
						}
						last[f], arenas[share][f], wrote[f] = id, id, int32(share+1)
					}
				}
				if k.writes != nil && (i == 0 || k.reads != nil) {
					k.writes(task, visit)
				} else {
					writesOf(&p.Steps[i-1], visit)
				}
			}
		}
		for share, pulls := range l.lacks {
			for _, r := range pulls {
				for f := r.At; f < r.At+r.N; f++ {
					if wrote[f] == r.From+1 && wrong == "" && share != int(r.From) {
						wrong = k.name(p, i) + " writes what others read"
					}
				}
			}
		}
	}
	for _, r := range a.outputs {
		copy(arenas[0][r.At:r.At+r.N], arenas[r.From][r.At:])
	}
	for i := range p.Outputs {
		wholeOf(&p.Outputs[i].View, func(at, n int) {
			for f := at; f < at+n; f++ {
				if arenas[0][f] != last[f] && wrong == "" {
					wrong = "an output is not there"
				}
			}
		})
	}
	return wrong
}

func (k *kernel) name(p *network.Plan, i int) string {
	if i == 0 {
		return "loading"
	}
	return p.Steps[i-1].Name
}

// Of a picture of the usual size little is copied, so that arenas are apart; where it
// would be much there is one.
func TestArenasAreApartWhereItPays(t *testing.T) {
	for size, want := range map[int]int{224: 2, 32: 1} {
		g, err := zoo.ShuffleNetV1(zoo.ShuffleNetV1Config{Options: zoo.Options{Height: size, Width: size, Blank: true}, Groups: 3, Width: 1})
		if err != nil {
			t.Fatal(err)
		}
		b := New(Options{Threads: 2})
		p, err := network.NewPlan(g, b.PlanOptions())
		if err != nil {
			t.Fatal(err)
		}
		e, err := b.Prepare(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.(*executor).apart; got.arenas != want && b.level == simd.AVX512 {
			t.Errorf("%d pixels: %d arenas, %d of %d floats read by others", size, got.arenas, got.lacked, got.written)
		}
		e.Close()
	}
}

// Footprints are true: tasks read nothing else, as everything else is NaN, and what they
// write is what one thread writes.
func TestSharesInArenasOfTheirOwn(t *testing.T) {
	for _, level := range simd.Levels() {
		for name, g := range sharedNets(t) {
			checkArenas(t, name, g, level, false)
			checkArenas(t, name, g, level, true)
		}
	}
}

func checkArenas(t *testing.T, name string, g *network.Graph, level simd.Level, fused bool) {
	t.Helper()
	var want []float32
	for threads := 1; threads <= 3; threads++ {
		p, e := prepareNet(t, AtLevel(New(Options{Threads: threads}), level), g, fused)
		in, out := tensor.New(p.Inputs[0].View.Shape...), tensor.New(p.Outputs[0].View.Shape...)
		for i := range in.Data {
			in.Data[i] = float32(i%17)/8 - 1
		}
		poison := make([]float32, p.ArenaFloats)
		for i := range poison {
			poison[i] = float32(math.NaN())
		}
		for range 3 {
			if err := e.WriteArena(poison); err != nil {
				t.Fatal(err)
			}
			if err := e.Run([]*tensor.Tensor{out}, []*tensor.Tensor{in}); err != nil {
				t.Fatal(err)
			}
			if threads == 1 {
				want = append(want[:0], out.Data...)
			}
			for i, v := range out.Data {
				// The last few pixels of a narrow band may be rounded otherwise, and in Go
				// all of them.
				if v != want[i] && !((fused || level == simd.Go) && math.Abs(float64(v-want[i])) < 1e-5) {
					t.Fatalf("%s, %v: with %d threads output %d is %v, with one %v", name, level, threads, i, v, want[i])
				}
			}
		}
	}
}

// A step whose tasks' footprints are not known counts once, however many tasks it has.
func TestUnknownFootprintsCountOnce(t *testing.T) {
	b := network.NewBuilder("product")
	x, y := b.Input("x", 1, 1, 50, 8), b.Input("y", 1, 1, 8, 40)
	g, err := b.Build(b.Apply("z", network.MatMul{}, x, y))
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	k, err := newKernel(&p.Steps[0], 2, simd.Go)
	if err != nil {
		t.Fatal(err)
	}
	if k.tasks < 2 {
		t.Fatalf("%d tasks", k.tasks)
	}
	_, load := newLoading(p, []kernel{k}, 2)
	a, ok := separate(p, []kernel{load, k}, 2)
	if want := 50*8 + 8*40 + 50*40; !ok || a.written != want {
		t.Errorf("%d floats are written, want %d", a.written, want)
	}
}
