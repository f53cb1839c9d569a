package gpu

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
)

// fakeGPU is a device for searches: it has a clock of its own, and says how long each
// variant takes and what is wrong with it.
type fakeGPU struct {
	clock   time.Time
	costs   func(kernels.Variant) time.Duration
	broken  func(kernels.Variant) error // nil: it is right
	racy    func(kernels.Variant) error // likewise, the second time
	compile time.Duration
	noise   *rand.Rand
	tried   []kernels.Variant
	open    int
	samples int
	hook    func() // before each sample
}

type fakeTrial struct {
	g *fakeGPU
	v kernels.Variant
}

func (g *fakeGPU) try(v kernels.Variant) (trial, error) {
	g.tried = append(g.tried, v)
	g.clock = g.clock.Add(g.compile)
	if g.broken != nil {
		if err := g.broken(v); err != nil {
			return nil, err
		}
	}
	g.open++
	return &fakeTrial{g, v}, nil
}

func (t *fakeTrial) sample() (time.Duration, error) {
	t.g.samples++
	if t.g.hook != nil {
		t.g.hook()
	}
	d := t.g.costs(t.v)
	if t.g.noise != nil { // only ever slower, by up to 40 %, but mostly by little
		x := t.g.noise.Float64()
		d += time.Duration(0.4 * x * x * x * float64(d))
	}
	t.g.clock = t.g.clock.Add(d)
	return d, nil
}

func (t *fakeTrial) again() error {
	if t.g.racy != nil {
		return t.g.racy(t.v)
	}
	return nil
}

func (t *fakeTrial) close() { t.g.open-- }

var testBounds = kernels.Bounds{Kernel: kernels.PointwiseFile, Inputs: 60, Outputs: 240, Vectors: 196}

func (g *fakeGPU) job(name string, share time.Duration) *job {
	return &job{
		choice: &kernels.Choice{Bounds: testBounds, Shape: name, Variant: kernels.Variant{Channels: 8, Vectors: 1, Unroll: 2, Lanes: 64}},
		share:  share,
		setUp:  func() error { return nil },
		try:    g.try, same: kernels.Variant.String, done: func() {},
	}
}

func (g *fakeGPU) tuner() *tuner {
	return &tuner{limits: &kernels.SpecMinimum, now: func() time.Time { return g.clock }, progress: func(TuneProgress) {}, seeds: map[kernels.File][]kernels.Variant{}}
}

// registers is a GPU that likes large tiles until its registers are full: then they
// spill.
func registers(room int) func(kernels.Variant) time.Duration {
	return func(v kernels.Variant) time.Duration {
		loads := 1/float64(v.Channels) + 1/float64(4*v.Vectors)
		cost := 100 + 800*loads
		if used := v.Channels * v.Vectors; used > room {
			cost *= float64(used) / float64(room) * 3
		}
		if v.Lanes != 64 {
			cost *= 1.1
		}
		if v.Buffered {
			cost *= 1.05
		}
		return time.Duration(cost * float64(time.Microsecond))
	}
}

// The search finds the best of all variants, or one hardly slower, on GPUs with few
// registers and many, also where samples are noisy; and builds few of them.
func TestSearchFindsTheBest(t *testing.T) {
	for _, room := range []int{4, 8, 16, 40, 64} {
		for seed := range uint64(5) {
			g := &fakeGPU{costs: registers(room), noise: rand.New(rand.NewPCG(seed, 1))}
			if seed == 0 {
				g.noise = nil
			}
			j := g.job("x", time.Second)
			if err := g.tuner().run(context.Background(), []*job{j}, time.Hour); err != nil {
				t.Fatal(err)
			}
			best := time.Hour
			for v := range everyVariant(testBounds) {
				best = min(best, g.costs(v))
			}
			got, slack := g.costs(j.found.variant), 1.2
			if g.noise == nil {
				slack = 1.02
			}
			if float64(got) > slack*float64(best) {
				t.Errorf("room %d, seed %d: %v takes %v, the best %v", room, seed, j.found.variant, got, best)
			}
			if !j.found.complete || len(g.tried) > 60 || len(g.tried) != j.found.tried {
				t.Errorf("room %d: %d tried, %d said, complete %v", room, len(g.tried), j.found.tried, j.found.complete)
			}
			if g.open != 0 {
				t.Errorf("%d trials are left open", g.open)
			}
			for i, v := range g.tried {
				if slices.Contains(g.tried[:i], v) {
					t.Errorf("%v is tried twice", v)
				}
			}
		}
	}
}

// everyVariant goes through all that a kernel may run as.
func everyVariant(b kernels.Bounds) map[kernels.Variant]bool {
	all := map[kernels.Variant]bool{{}: true}
	for _, a := range kernels.AxesOf[b.Kernel] {
		next := map[kernels.Variant]bool{}
		for v := range all {
			for _, n := range a.Values {
				a.Set(&v, n)
				next[v] = true
			}
		}
		all = next
	}
	for v := range all {
		if v.Check(b, &kernels.SpecMinimum) != nil {
			delete(all, v)
		}
	}
	return all
}

// Where all are equally fast the default stays, however noisy the samples.
func TestSearchKeepsTheDefault(t *testing.T) {
	for seed := range uint64(20) {
		g := &fakeGPU{costs: func(kernels.Variant) time.Duration { return time.Millisecond }, noise: rand.New(rand.NewPCG(seed, 7))}
		j := g.job("x", time.Second)
		if err := g.tuner().run(context.Background(), []*job{j}, time.Hour); err != nil {
			t.Fatal(err)
		}
		if j.found.variant != j.choice.Variant {
			t.Errorf("seed %d: %v", seed, j.found.variant)
		}
	}
}

// A variant that is right at first and wrong the second time is not chosen either.
func TestSearchChecksTheWinnerAgain(t *testing.T) {
	g := &fakeGPU{costs: registers(16)}
	g.racy = func(kernels.Variant) error { return ErrTuning }
	j := g.job("x", time.Second)
	if err := g.tuner().run(context.Background(), []*job{j}, time.Hour); err != nil {
		t.Fatal(err)
	}
	if f := j.found; f.variant != j.choice.Variant || f.variantTime != f.standardTime || len(f.rejected) != 1 || g.open != 0 {
		t.Errorf("%+v, %d left open", f, g.open)
	}
}

// What was chosen before there was no time left is the first to be tried the next time.
func TestSearchGoesOn(t *testing.T) {
	g := &fakeGPU{costs: registers(40)}
	j := g.job("x", time.Second)
	j.before.variant = kernels.Variant{Channels: 20, Vectors: 2, Unroll: 1, Lanes: 64}
	if err := g.tuner().run(context.Background(), []*job{j}, time.Microsecond); err != nil {
		t.Fatal(err)
	}
	if len(g.tried) != 2 || g.tried[1] != j.before.variant || j.found.variant != j.before.variant || j.found.complete {
		t.Errorf("tried %v, found %+v", g.tried, j.found)
	}
}

// What does not build or computes nonsense is told, and never chosen, fast as it is.
func TestSearchRejects(t *testing.T) {
	wrong, no := fmt.Errorf("%w: far off", ErrTuning), &ProgramError{Name: "conv_pointwise.comp", Stage: "link"}
	g := &fakeGPU{
		costs: func(v kernels.Variant) time.Duration { return time.Duration(1000/v.Channels) * time.Microsecond },
		broken: func(v kernels.Variant) error {
			switch {
			case v.Channels == 24:
				return wrong
			case v.Channels == 20:
				return no
			}
			return nil
		},
	}
	j := g.job("x", time.Second)
	if err := g.tuner().run(context.Background(), []*job{j}, time.Hour); err != nil {
		t.Fatal(err)
	}
	if j.found.variant.Channels != 16 {
		t.Errorf("chosen: %v", j.found.variant)
	}
	var pe *ProgramError
	wrongs, noes := 0, 0
	for _, r := range j.found.rejected {
		switch {
		case errors.Is(r.err, ErrTuning) && r.variant.Channels == 24:
			wrongs++
		case errors.As(r.err, &pe) && r.variant.Channels == 20:
			noes++
		default:
			t.Errorf("rejected: %v: %v", r.variant, r.err)
		}
	}
	if wrongs == 0 || noes == 0 || g.open != 0 {
		t.Errorf("%d wrong, %d not built, %d left open", wrongs, noes, g.open)
	}
}

// A default that is wrong gives way to the fastest that is right.
func TestSearchWithoutDefault(t *testing.T) {
	g := &fakeGPU{costs: registers(16)}
	j := g.job("x", time.Second)
	g.broken = func(v kernels.Variant) error {
		if v == j.choice.Variant {
			return ErrTuning
		}
		return nil
	}
	if err := g.tuner().run(context.Background(), []*job{j}, time.Hour); err != nil {
		t.Fatal(err)
	}
	if f := j.found; f.variant == j.choice.Variant || f.standardTime != 0 || f.variantTime == 0 || len(f.rejected) != 1 || g.open != 0 {
		t.Errorf("%+v, %d left open", f, g.open)
	}
	g = &fakeGPU{costs: registers(16), broken: func(kernels.Variant) error { return ErrTuning }}
	j = g.job("x", time.Second)
	if err := g.tuner().run(context.Background(), []*job{j}, time.Hour); err != nil || j.found.variant != j.choice.Variant {
		t.Errorf("nothing is right: %v, %v", j.found.variant, err)
	}
}

// A lost device ends everything.
func TestSearchOnLostDevice(t *testing.T) {
	g := &fakeGPU{costs: registers(16)}
	g.broken = func(v kernels.Variant) error {
		if len(g.tried) > 3 {
			return ErrContextLost
		}
		return nil
	}
	a, b := g.job("a", time.Second), g.job("b", time.Second)
	if err := g.tuner().run(context.Background(), []*job{a, b}, time.Hour); !errors.Is(err, ErrContextLost) {
		t.Error(err)
	}
	if g.open != 0 || b.found.tried != 0 {
		t.Errorf("%d left open, %d tried later", g.open, b.found.tried)
	}
}

// The budget is kept, and shared out by what launches cost.
func TestTunerBudget(t *testing.T) {
	for _, budget := range []time.Duration{0, 50 * time.Millisecond, 300 * time.Millisecond, 2 * time.Second} {
		g := &fakeGPU{costs: registers(40), compile: 20 * time.Millisecond}
		big, small := g.job("big", 900*time.Millisecond), g.job("small", 100*time.Millisecond)
		start := g.clock
		if err := g.tuner().run(context.Background(), []*job{big, small}, budget); err != nil {
			t.Fatal(err)
		}
		// One variant more may be begun just before the end, and each search ends with
		// a short duel.
		if took := g.clock.Sub(start); took > budget+80*time.Millisecond {
			t.Errorf("%v take %v", budget, took)
		}
		if budget == 0 && len(g.tried) > 0 || budget == 300*time.Millisecond && big.found.tried < 3*small.found.tried {
			t.Errorf("%v: %d and %d tried", budget, big.found.tried, small.found.tried)
		}
		if done := budget > time.Second; big.found.complete != done || g.open != 0 {
			t.Errorf("%v: complete %v, %d left open", budget, big.found.complete, g.open)
		}
	}
}

// After a cancellation nothing new is tried, and what was better stays.
func TestTunerCancel(t *testing.T) {
	g := &fakeGPU{costs: registers(40)}
	a, b := g.job("a", time.Second), g.job("b", time.Second)
	ctx, cancel := context.WithCancel(context.Background())
	g.hook = func() {
		if len(g.tried) == 4 {
			cancel()
		}
	}
	if err := g.tuner().run(ctx, []*job{a, b}, time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(g.tried) != 4 || b.found.tried != 0 || g.open != 0 {
		t.Errorf("%d tried, %d of the second, %d left open", len(g.tried), b.found.tried, g.open)
	}
	if f := a.found; f.variant == a.choice.Variant || f.variantTime >= f.standardTime || f.complete {
		t.Errorf("%+v", f)
	}
}

// What was best for one launch is tried early for the next of its kernel.
func TestTunerSeeds(t *testing.T) {
	g := &fakeGPU{costs: registers(40)}
	a, b := g.job("a", 2*time.Second), g.job("b", time.Second)
	if err := g.tuner().run(context.Background(), []*job{a, b}, time.Hour); err != nil {
		t.Fatal(err)
	}
	second := g.tried[a.found.tried:]
	if a.found.variant == a.choice.Variant || second[1] != a.found.variant {
		t.Errorf("%v is best, then tried: %v", a.found.variant, second[:2])
	}
}

// A launch that cannot be set up is left out, with the reason.
func TestTunerSetUp(t *testing.T) {
	g := &fakeGPU{costs: registers(40)}
	a, b := g.job("a", 2*time.Second), g.job("b", time.Second)
	a.setUp = func() error { return errors.New("no reference") }
	if err := g.tuner().run(context.Background(), []*job{a, b}, time.Hour); err != nil {
		t.Fatal(err)
	}
	if a.err == nil || a.found.tried != 0 || b.found.tried == 0 {
		t.Errorf("%v, %d tried, %d", a.err, a.found.tried, b.found.tried)
	}
}

// Pairs and twins of weights are tried where weights are fp16 and fetched by the texture unit, and
// only there; and a search that begins with them finds what is better without.
func TestSearchTriesPairs(t *testing.T) {
	for _, c := range []struct {
		name           string
		half, standard bool // fp16, and begun with
		twins          bool // and not pairs
		faster         func(kernels.Variant) bool
		want           bool // the fastest is found
	}{
		{"pairs are faster", true, false, false, func(v kernels.Variant) bool { return v.Paired }, true},
		{"there are none in fp32", false, false, false, func(v kernels.Variant) bool { return v.Paired }, false},
		{"from pairs to a buffer", true, true, false, func(v kernels.Variant) bool { return v.Buffered }, true},
		{"from pairs to single texels", true, true, false, func(v kernels.Variant) bool { return !v.Paired && !v.Buffered }, true},
		{"twins are faster", true, false, true, func(v kernels.Variant) bool { return v.Twins }, true},
		{"nor are there twins in fp32", false, false, true, func(v kernels.Variant) bool { return v.Twins }, false},
		{"from twins to a buffer", true, true, true, func(v kernels.Variant) bool { return v.Buffered }, true},
		{"from twins to pairs", true, true, true, func(v kernels.Variant) bool { return v.Paired }, true},
		{"from pairs to twins", true, true, false, func(v kernels.Variant) bool { return v.Twins }, true},
	} {
		g := &fakeGPU{costs: func(v kernels.Variant) time.Duration {
			if c.faster(v) {
				return time.Millisecond
			}
			return 2 * time.Millisecond
		}}
		j := g.job("x", time.Second)
		j.choice.Bounds.Half, j.choice.Variant.Paired, j.choice.Variant.Twins = c.half, c.standard && !c.twins, c.standard && c.twins
		if err := g.tuner().run(context.Background(), []*job{j}, time.Hour); err != nil {
			t.Fatal(err)
		}
		if c.faster(j.found.variant) != c.want {
			t.Errorf("%s: found %v", c.name, j.found.variant)
		}
		for _, v := range g.tried {
			if v.Paired && !v.Pairs(j.choice.Bounds) || v.Twins && (v.Paired || !v.HasTwins(j.choice.Bounds)) {
				t.Errorf("%s: tried %v", c.name, v)
			}
		}
	}
}
