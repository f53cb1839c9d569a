package bench_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

const ms = time.Millisecond

// options of a quick measurement in a lab.
func (l *lab) options(runs int) bench.Options {
	return bench.Options{Warmup: 20, Runs: runs, Reference: cpu.NewReference(), Clock: l.clock, CPUTime: l.cpuTime, Sleep: func(time.Duration) {}}
}

func measure(t *testing.T, l *lab, o bench.Options, backends ...network.Backend) []record.Record {
	t.Helper()
	var entries []bench.Entry
	for _, b := range backends {
		entries = append(entries, bench.Entry{Backend: b})
	}
	rs, err := bench.Measure(context.Background(), bench.Network{Name: "n", Graph: pointwise(t), Ring: ring(3)}, entries, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(rs) != len(backends) {
		t.Fatalf("%d records of %d backends", len(rs), len(backends))
	}
	return rs
}

// Runs take turns in random order: the same order for the same seed, and each
// once a round.
func TestInterleaved(t *testing.T) {
	order := func(seed uint64) string {
		var l lab
		o := l.options(8)
		o.Seed = seed
		measure(t, &l, o, l.backend("a", ms), l.backend("b", time.Second), l.backend("c", 5*ms))
		return l.order[3:] // without the first runs
	}
	one := order(1)
	if len(one) != 3*(10+8) { // a warm-up of two times five runs
		t.Fatalf("%d runs: %s", len(one), one)
	}
	for i := 0; i < len(one); i += 3 {
		round := []byte(one[i : i+3])
		slices.Sort(round)
		if string(round) != "abc" {
			t.Errorf("round %d of %s: each must run once a round", i/3, one)
		}
	}
	if one == strings.Repeat(one[:3], len(one)/3) {
		t.Error("the order is the same in each round")
	}
	if order(1) != one {
		t.Error("the same seed gives another order")
	}
	if order(2) == one {
		t.Error("another seed gives the same order")
	}
}

// All runs of a round are on the same inputs, and the next round is on others.
func TestInputsChange(t *testing.T) {
	var l lab
	measure(t, &l, l.options(8), l.backend("a", ms), l.backend("b", ms))
	for i, x := range l.seen[2:] {
		if want := float32(i / 2 % 3); x != want {
			t.Fatalf("run %d is on input %v, want %v (%v)", i, x, want, l.seen)
		}
	}
}

// Samples are the runs that count, in order, with their CPU time.
func TestSamples(t *testing.T) {
	var l lab
	b := l.backend("gpu", 0)
	b.took = func(run int) time.Duration { return time.Duration(100+run) * ms }
	r := measure(t, &l, l.options(6), b)[0]
	// Run 0 is the first of all, 1 to 10 warm up.
	if want := []float64{111, 112, 113, 114, 115, 116}; !reflect.DeepEqual(r.Latency.WallMS, want) {
		t.Errorf("%v, want %v", r.Latency.WallMS, want)
	}
	if want := []float64{55.5, 56, 56.5, 57, 57.5, 58}; !reflect.DeepEqual(r.Latency.CPUMS, want) {
		t.Errorf("CPU %v, want %v", r.Latency.CPUMS, want)
	}
	if w := r.Latency.Wall; w.N != 6 || w.MedianMS != 113.5 || w.LowMS != 111 || w.HighMS != 116 {
		t.Errorf("%+v", w)
	}
	if r.Start.FirstMS != 100 || r.Latency.WarmupRuns != 10 || !r.Latency.Settled {
		t.Errorf("%+v, %d runs of warm-up", r.Start, r.Latency.WarmupRuns)
	}
}

// The warm-up goes on until the times of all have settled, and no longer than told.
func TestWarmup(t *testing.T) {
	for _, c := range []struct {
		name    string
		took    func(run int) time.Duration
		most    int
		want    int
		settled bool
	}{
		{"steady", func(int) time.Duration { return ms }, 50, 10, true},
		{"slow at first", func(run int) time.Duration { return time.Duration(max(1, 20-run)) * ms }, 50, 26, true},
		{"one slow run", func(run int) time.Duration {
			if run == 4 {
				return time.Second
			}
			return ms
		}, 50, 10, true},
		{"never", func(run int) time.Duration { return ms << min(run, 40) }, 15, 15, false},
		{"no warm-up", func(int) time.Duration { return ms }, 0, 0, false},
	} {
		var l lab
		b := l.backend("cpu", 0)
		b.took = c.took
		o := l.options(30)
		o.Warmup = c.most
		r := measure(t, &l, o, b, l.backend("other", ms))[0]
		if r.Latency.WarmupRuns != c.want || r.Latency.Settled != c.settled {
			t.Errorf("%s: %d runs, settled: %v; want %d, %v", c.name, r.Latency.WarmupRuns, r.Latency.Settled, c.want, c.settled)
		}
		if told := slices.ContainsFunc(r.Latency.Noise, func(s string) bool { return strings.Contains(s, "not settled") }); told != (c.most > 0 && !c.settled) {
			t.Errorf("%s: noise %q", c.name, r.Latency.Noise)
		}
	}
}

// -time goes on beyond the least number of runs.
func TestTime(t *testing.T) {
	var l lab
	o := l.options(6)
	o.Time = 100 * ms
	if r := measure(t, &l, o, l.backend("a", ms), l.backend("b", 4*ms))[0]; r.Latency.Wall.N != 20 {
		t.Errorf("%d runs in 100 ms, want 20", r.Latency.Wall.N)
	}
	o.Time = 3 * ms
	if r := measure(t, &l, o, l.backend("a", ms), l.backend("b", 4*ms))[0]; r.Latency.Wall.N != 6 {
		t.Errorf("%d runs, want at least 6", r.Latency.Wall.N)
	}
}

// A noisy run is flagged, its quiet neighbour is not.
func TestNoisyRunIsFlagged(t *testing.T) {
	var l lab
	noisy := l.backend("noisy", 0)
	noisy.took = func(run int) time.Duration { return ms + time.Duration(run*7%13)*ms/10 }
	rs := measure(t, &l, l.options(30), noisy, l.backend("quiet", ms))
	if !rs[0].Latency.Noisy() || rs[1].Latency.Noisy() {
		t.Errorf("%q and %q", rs[0].Latency.Noise, rs[1].Latency.Noise)
	}
}

// With frames in flight on a backend that has none, a frame takes a run.
func TestThroughput(t *testing.T) {
	var l lab
	o := l.options(30)
	o.InFlight = 3
	slow, fast := l.backend("slow", 40*ms), l.backend("fast", ms)
	rs := measure(t, &l, o, slow, fast)
	for i, want := range []struct {
		block int
		fps   float64
		cpu   float64
	}{{6, 25, 20}, {50, 1000, 0.5}} {
		p := rs[i].Throughput
		if p == nil || p.Wall.N != 10 || p.BlockFrames != want.block || math.Abs(p.FPS-want.fps) > 1e-9 || p.InFlight != 3 || math.Abs(p.CPU.MedianMS-want.cpu) > 1e-9 {
			t.Errorf("%+v, want %+v", p, want)
		}
	}
	if r := measure(t, &l, l.options(6), slow)[0]; r.Throughput != nil {
		t.Error("it was measured though nobody wanted it")
	}
}

// What is wrong in a timed run is found, and no number is no match.
func TestAccuracy(t *testing.T) {
	var l lab
	bad, nan := l.backend("bad", ms), l.backend("nan", ms)
	runs := 0
	bad.spoil = func(out *tensor.Tensor) {
		if runs++; runs > 12 { // a run that counts
			out.Data[2] += 1e6
		}
	}
	nan.spoil = func(out *tensor.Tensor) { out.Data[1] = float32(math.NaN()) }
	rs := measure(t, &l, l.options(6), l.backend("cpu", ms), bad, nan, cpu.New(cpu.Options{Threads: 2}))
	if a := rs[0].Accuracy; a.MaxRelErr != 0 || a.MaxRelDiffCPU != nil || a.Wrong() {
		t.Errorf("right: %+v", a)
	}
	if a := rs[1].Accuracy; !(a.MaxRelErr > 1) || a.MaxRelDiffCPU == nil || !a.Wrong() {
		t.Errorf("wrong: %+v", a)
	}
	if a := rs[2].Accuracy; !math.IsInf(float64(a.MaxRelErr), 1) || !a.Wrong() {
		t.Errorf("NaN: %+v", a)
	}
	if a := rs[3].Accuracy; a.MaxRelErr <= 0 || a.MaxRelErr > 1e-5 || a.Wrong() {
		t.Errorf("the fast one: %+v", a)
	}
	o := l.options(6)
	o.Reference = nil
	if r := measure(t, &l, o, bad)[0]; r.Accuracy != nil || r.Accuracy.Wrong() {
		t.Error("accuracy without a reference")
	}
}

// What an interrupted measurement has is not lost.
func TestInterrupted(t *testing.T) {
	var l lab
	ctx, cancel := context.WithCancel(context.Background())
	a, b := l.backend("a", ms), l.backend("b", ms)
	a.fail["Run"] = func(call int) error {
		if call == 1+10+4 {
			cancel()
		}
		return nil
	}
	n := bench.Network{Name: "n", Graph: pointwise(t), Ring: ring(2)}
	rs, err := bench.Measure(ctx, n, []bench.Entry{{Backend: a}, {Backend: b}}, l.options(30))
	if !errors.Is(err, context.Canceled) || len(rs) != 2 {
		t.Fatalf("%d records, %v", len(rs), err)
	}
	for _, r := range rs {
		if n := r.Latency.Wall.N; n < 4 || n > 5 || !r.Run.Interrupted || r.Accuracy == nil || r.Run.Time != (time.Time{}) && r.Run.Time.After(l.now) {
			t.Errorf("%d runs, %+v", n, r.Run)
		}
	}
	if rs, err := bench.Measure(ctx, n, []bench.Entry{{Backend: a}}, l.options(30)); !errors.Is(err, context.Canceled) || len(rs) != 0 {
		t.Errorf("after the end: %d records, %v", len(rs), err)
	}
}

func TestFailure(t *testing.T) {
	broken := errors.New("broken")
	var l lab
	b := l.backend("b", ms)
	b.fail["Run"] = func(call int) error {
		if call == 14 {
			return broken
		}
		return nil
	}
	rs, err := bench.Measure(context.Background(), bench.Network{Name: "x", Graph: pointwise(t), Ring: ring(1)}, []bench.Entry{{Backend: b}}, l.options(30))
	if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "x on b: ") {
		t.Error(err)
	}
	if len(rs) != 1 || rs[0].Latency.Wall.N != 3 || !rs[0].Run.Interrupted {
		t.Errorf("%d records", len(rs))
	}
}

// Progress never goes back and names what is done.
func TestProgress(t *testing.T) {
	var l lab
	o := l.options(6)
	o.InFlight, o.Layers = 2, true
	last, names := -1.0, map[string]bool{}
	o.Progress = func(what string, share float64) {
		if share < last || share > 1 {
			t.Errorf("%s: %v after %v", what, share, last)
		}
		last, names[what] = share, true
	}
	measure(t, &l, o, l.backend("a", ms))
	if len(names) != 5 || last < 0.75 {
		t.Errorf("%v, up to %v", names, last)
	}
}

// What the record says of the network and of how it was measured.
func TestDescription(t *testing.T) {
	var l lab
	o := l.options(6)
	o.Watch = func() func() record.Context {
		before := len(l.order)
		return func() record.Context {
			if before != 1 || len(l.order) < 17 {
				t.Errorf("watched from run %d to %d", before, len(l.order))
			}
			return record.Context{Warnings: []string{"hot"}}
		}
	}
	n := bench.Network{Name: "my.onnx", Graph: pointwise(t), Ring: ring(2), Pixels: "waves", Source: "dir/my.onnx", SHA256: "abc", Load: 5 * ms}
	e := bench.Entry{Backend: l.backend("gpu", ms), Threads: 3, Precision: "fp16", Software: true, GL: "EGL", Open: 7 * ms, Tolerance: 0.5}
	rs, err := bench.Measure(context.Background(), n, []bench.Entry{e}, o)
	if err != nil {
		t.Fatal(err)
	}
	r := rs[0]
	m := r.Model
	if m.Name != "my.onnx" || m.Source != "dir/my.onnx" || m.SHA256 != "abc" || m.MACs != 2*20*9 || m.Launches != 2 || m.Parameters != 9 ||
		len(m.Inputs) != 1 || !slices.Equal(m.Inputs[0].Shape, []int{2, 3, 4, 5}) || m.Outputs[0].Name != "head.pool" {
		t.Errorf("%+v", m)
	}
	if x := r.Test; x.Backend != "gpu" || x.Threads != 3 || x.Precision != "fp16" || x.Batch != 2 || x.Height != 4 || x.Width != 5 || x.Input != "waves" || x.InputRing != 2 || x.Interleave != 1 {
		t.Errorf("%+v", x)
	}
	if s := r.Start; s.OpenMS != 7 || s.LoadMS != 5 || s.FirstMS != 1 || s.TotalMS != 13 {
		t.Errorf("%+v", s)
	}
	if !r.Device.Software || r.Device.GL != "EGL" || r.Accuracy.Tolerance != 0.5 || r.Context.Warnings[0] != "hot" || r.SchemaVersion != record.Version {
		t.Errorf("%+v", r)
	}
	if len(r.Layers) != 2 || r.Layers[0].Name != "stem.conv" || r.Layers[0].Backend != "gpu" || r.Layers[0].Launches != 1 || r.Layers[0].Time != nil || r.LayerSum != nil {
		t.Errorf("%+v, %+v", r.Layers, r.LayerSum)
	}
}

// sparing keeps weights in seven bytes less than its plan counts.
type sparing struct{ *backend }

func (sparing) SparedBytes(*network.Step) int64 { return 7 }

// What a backend does not read is not counted.
func TestSparedBytes(t *testing.T) {
	var l lab
	n := bench.Network{Name: "my.onnx", Graph: pointwise(t), Ring: ring(2)}
	plain, spared := l.backend("plain", ms), sparing{l.backend("sparing", ms)}
	rs, err := bench.Measure(context.Background(), n, []bench.Entry{{Backend: plain}, {Backend: spared}}, l.options(4))
	if err != nil {
		t.Fatal(err)
	}
	for i, layer := range rs[1].Layers {
		if p := rs[0].Layers[i]; layer.Bytes != p.Bytes-7 || layer.Floor != p.Floor-7 {
			t.Errorf("layer %d: %d of %d bytes, at least %d of %d", i, layer.Bytes, p.Bytes, layer.Floor, p.Floor)
		}
	}
	all := int64(7 * len(rs[1].Layers))
	if m, p := rs[1].Model, rs[0].Model; all == 0 || m.Bytes != p.Bytes-all || m.FloorBytes != p.FloorBytes-all {
		t.Errorf("%d of %d bytes, at least %d of %d", m.Bytes, p.Bytes, m.FloorBytes, p.FloorBytes)
	}
}

// The machine's own pace is timed before each round that counts, and a change of it is
// said.
func TestPace(t *testing.T) {
	var l lab
	o := l.options(12)
	o.InFlight = 2
	calls := 0
	o.Pace = func() (loop, exchange time.Duration) {
		calls++
		if calls > 6 {
			return 30 * time.Microsecond, 200
		}
		return 20 * time.Microsecond, 200
	}
	for _, r := range measure(t, &l, o, l.backend("a", ms), l.backend("b", ms)) {
		p := r.Context.Pace
		if p == nil || len(p.Loop.SamplesMS) != 22 || p.Exchange == nil || len(p.Exchange.SamplesMS) != 22 {
			t.Fatalf("%+v: a sample each for 12 rounds of latency and 10 of throughput", p)
		}
		if p.Loop.SamplesMS[5] != 0.02 || p.Loop.SamplesMS[6] != 0.03 || p.Exchange.MedianMS != 0.0002 {
			t.Errorf("%+v, %+v", p.Loop, p.Exchange)
		}
		if want := []string{"the machine changed its pace: a fixed loop took 20 µs to 30 µs"}; !slices.Equal(r.Context.Warnings, want) {
			t.Errorf("%q, want %q", r.Context.Warnings, want)
		}
	}
	o.Pace = func() (loop, exchange time.Duration) { return ms, 0 }
	if r := measure(t, &l, o, l.backend("a", ms))[0]; r.Context.Pace.Exchange != nil || r.Context.Warnings != nil {
		t.Errorf("%+v, %q: one core, steady", r.Context.Pace, r.Context.Warnings)
	}
}
