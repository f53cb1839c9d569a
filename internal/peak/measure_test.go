package peak_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/network"
)

// backend is a name.
type backend struct{ network.Backend }

func (backend) Name() string   { return "gpu" }
func (backend) Device() string { return "a test's GPU" }
func (backend) Driver() string { return "none" }

// thing takes overhead + n·each, and its work is n·work.
type thing struct {
	work           float64
	overhead, each time.Duration
	noise          []time.Duration // is added, in turns

	calls []int // how often it was asked to repeat
	fails error // on the second call
	open  int
}

func (x *thing) way(name string) peak.Way {
	return peak.Way{Name: name, Open: func() (peak.Runner, error) { x.open++; return x, nil }}
}

func (x *thing) Run(n int) (float64, time.Duration, error) {
	x.calls = append(x.calls, n)
	if x.fails != nil && len(x.calls) == 2 {
		return 0, 0, x.fails
	}
	took := x.overhead + time.Duration(n)*x.each
	if len(x.noise) > 0 {
		took += x.noise[len(x.calls)%len(x.noise)]
	}
	return float64(n) * x.work, took, nil
}

func (x *thing) Close() error { x.open--; return nil }

func measure(t *testing.T, probes ...peak.Probe) ([]peak.Figure, error) {
	t.Helper()
	return peak.Measure(context.Background(), backend{}, true, probes, peak.Options{Time: 150 * time.Millisecond})
}

func near(got *float64, want float64) bool {
	return got != nil && *got > 0.98*want && *got < 1.02*want
}

// What begins and ends a run does not count, because runs are long.
func TestRepeatsUntilRunsAreLong(t *testing.T) {
	x := &thing{work: 1000, overhead: 100 * time.Microsecond, each: time.Microsecond}
	fs, err := measure(t, peak.Probe{Limit: peak.Read, Variant: "1 MiB", Unit: peak.GBs, Ways: []peak.Way{x.way("")}})
	if err != nil {
		t.Fatal(err)
	}
	f := fs[0]
	if !near(f.Best, 1) || !near(f.Median, 1) || f.Samples < 3 || x.open != 0 {
		t.Errorf("%+v, %d left open", f, x.open)
	}
	if f.Kind != "peak" || f.Backend != "gpu" || f.Device != "a test's GPU" || !f.Software || f.Variant != "1 MiB" || f.Unit != peak.GBs {
		t.Errorf("%+v", f)
	}
	if x.calls[0] != 1 {
		t.Errorf("it began with %d repeats: it may be slow", x.calls[0])
	}
}

// A rate's best is the largest sample, a time's the smallest; noise shows in the
// median.
func TestBestAndMedian(t *testing.T) {
	noise := []time.Duration{0, 100 * time.Millisecond, 100 * time.Millisecond}
	rate := &thing{work: 1e6, each: time.Millisecond, noise: noise}
	took := &thing{work: 1, each: time.Millisecond, noise: noise}
	fs, err := measure(t,
		peak.Probe{Limit: peak.MultiplyAdd, Unit: peak.GMACs, Ways: []peak.Way{rate.way("")}},
		peak.Probe{Limit: peak.Launch, Unit: peak.Micros, Ways: []peak.Way{took.way("")}})
	if err != nil {
		t.Fatal(err)
	}
	if !near(fs[0].Best, 1) || *fs[0].Median > 0.5 {
		t.Errorf("best %g, median %g", *fs[0].Best, *fs[0].Median)
	}
	if !near(fs[1].Best, 1000) || *fs[1].Median < 2000 {
		t.Errorf("best %g, median %g", *fs[1].Best, *fs[1].Median)
	}
}

func TestBestWay(t *testing.T) {
	slow, fast, middle := &thing{work: 1, each: 300}, &thing{work: 1, each: 100}, &thing{work: 1, each: 200}
	fs, err := measure(t,
		peak.Probe{Limit: peak.MultiplyAdd, Unit: peak.GMACs, Ways: []peak.Way{slow.way("2 chains"), fast.way("4 chains"), middle.way("8 chains")}},
		peak.Probe{Limit: peak.Launch, Unit: peak.Micros, Ways: []peak.Way{slow.way("slow"), fast.way("fast"), middle.way("middle")}})
	if err != nil {
		t.Fatal(err)
	}
	if fs[0].Way != "4 chains" || !near(fs[0].Best, 0.01) || fs[1].Way != "fast" || !near(fs[1].Best, 0.1) {
		t.Errorf("%+v", fs)
	}
}

// What a way does besides is taken off; too small a difference is none.
func TestDifference(t *testing.T) {
	with, without, same := &thing{work: 1, each: 5 * time.Microsecond}, &thing{work: 1, each: 3 * time.Microsecond}, &thing{work: 1, each: 3 * time.Microsecond}
	free := without.way("")
	fs, err := measure(t,
		peak.Probe{Limit: peak.Barrier, Unit: peak.Micros, Ways: []peak.Way{with.way("")}, Without: &free},
		peak.Probe{Limit: peak.Barrier, Unit: peak.Micros, Ways: []peak.Way{same.way("")}, Without: &free})
	if err != nil {
		t.Fatal(err)
	}
	if !near(fs[0].Best, 2) || !near(fs[0].Median, 2) {
		t.Errorf("%+v", fs[0])
	}
	if fs[1].Best != nil || fs[1].Reason != "too small to tell: 3.00 µs with it, 3.00 without" {
		t.Errorf("%+v", fs[1])
	}
}

// What cannot be measured has a reason instead of a figure. Whose fault it is shows in
// the error.
func TestReasons(t *testing.T) {
	broken := errors.New("float 3 is 0 where 1024 is right")
	wrong, fine := &thing{work: 1, each: 100, fails: broken}, &thing{work: 1, each: 100}
	unable := peak.Way{Open: func() (peak.Runner, error) { return nil, peak.Unable("mediump is computed in 32 bits here") }}
	fs, err := measure(t,
		peak.Probe{Limit: peak.MultiplyAdd, Variant: "fp32", Unit: peak.GMACs, Ways: []peak.Way{fine.way("a"), wrong.way("b")}},
		peak.Probe{Limit: peak.MultiplyAdd, Variant: "fp16", Unit: peak.GMACs, Ways: []peak.Way{unable}},
		peak.Probe{Limit: peak.Launch, Unit: peak.Micros, Ways: []peak.Way{fine.way("")}})
	if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "gpu: multiply-add, fp32: float 3") || strings.Contains(err.Error(), "mediump") {
		t.Error(err)
	}
	if fs[0].Best != nil || fs[0].Reason != broken.Error() || fs[1].Best != nil || fs[1].Reason != "mediump is computed in 32 bits here" || fs[2].Best == nil {
		t.Errorf("%+v", fs)
	}
	if wrong.open != 0 || fine.open != 0 {
		t.Error("left open")
	}
}

// What is slow gets few samples, and what takes no time does not hang.
func TestBounds(t *testing.T) {
	slow, nothing := &thing{work: 1, each: time.Minute}, &thing{work: 1}
	fs, err := measure(t,
		peak.Probe{Limit: peak.Copy, Unit: peak.GBs, Ways: []peak.Way{slow.way("")}},
		peak.Probe{Limit: peak.Launch, Unit: peak.Micros, Ways: []peak.Way{nothing.way("")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(slow.calls) > 2 || fs[0].Samples != 1 {
		t.Errorf("%d runs of a minute, %d samples", len(slow.calls), fs[0].Samples)
	}
	if len(nothing.calls) > 300 {
		t.Errorf("%d runs of nothing", len(nothing.calls))
	}
}

// Interrupted, it gives what it has.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	x := &thing{work: 1, each: 100}
	stop := peak.Way{Open: func() (peak.Runner, error) { cancel(); x.open++; return x, nil }}
	var each []peak.Figure
	var stages []string
	fs, err := peak.Measure(ctx, backend{}, false, []peak.Probe{
		{Limit: "one", Unit: peak.GBs, Ways: []peak.Way{x.way("")}},
		{Limit: "two", Variant: "b", Unit: peak.GBs, Ways: []peak.Way{stop}},
		{Limit: "three", Unit: peak.GBs, Ways: []peak.Way{x.way("")}},
	}, peak.Options{
		Progress: func(stage string, done, total int) { stages = append(stages, stage) },
		Each:     func(f peak.Figure) { each = append(each, f) },
	})
	if !errors.Is(err, context.Canceled) || len(fs) != 1 || fs[0].Limit != "one" || !reflect.DeepEqual(each, fs) || x.open != 0 {
		t.Errorf("%v, %+v", err, fs)
	}
	if !reflect.DeepEqual(stages, []string{"one", "two, b"}) {
		t.Errorf("stages %q", stages)
	}
}
