package cpu_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/internal/racing"
)

// What is counted is what is done, by all threads together.
func TestProbesCount(t *testing.T) {
	var clock time.Time
	tick := func() time.Time { clock = clock.Add(time.Second); return clock }
	for _, p := range cpu.Probes(3, tick) {
		r, err := p.Ways[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		work, took, err := r.Run(2)
		if err != nil || took != time.Second {
			t.Errorf("%s %s: %v, %v", p.Limit, p.Variant, took, err)
		}
		r.Close()
		if p.Limit == peak.MultiplyAdd {
			if work <= 0 || int(work)%(2*p.Threads*20000*8) != 0 {
				t.Errorf("%s with %d threads: %g multiply-adds", p.Variant, p.Threads, work)
			}
			continue
		}
		want := 2 * float64(p.Bytes)
		if p.Limit == peak.Copy {
			want *= 2
		}
		// Each thread's part is whole pages.
		if work > want || work < want-float64(4*4096*p.Threads) {
			t.Errorf("%s %s with %d threads: %g bytes, want %g", p.Limit, p.Variant, p.Threads, work, want)
		}
	}
}

// More threads than a working set has pages do not measure it.
func TestProbesOfManyThreads(t *testing.T) {
	sets := 0
	for _, p := range cpu.Probes(1000, time.Now) {
		if p.Limit == peak.MultiplyAdd || p.Threads == 1 {
			continue
		}
		sets++
		if p.Bytes < int64(4096*p.Threads) {
			t.Errorf("%s %s with %d threads", p.Limit, p.Variant, p.Threads)
		}
		r, err := p.Ways[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		if work, _, err := r.Run(1); err != nil || work <= 0 {
			t.Errorf("%s %s with %d threads: %g bytes, %v", p.Limit, p.Variant, p.Threads, work, err)
		}
		r.Close()
	}
	if sets == 0 {
		t.Error("no working set is measured")
	}
}

// With one thread there is nothing to measure twice.
func TestProbesOfOneThread(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range cpu.Probes(1, time.Now) {
		name := p.Limit + " " + p.Variant
		if seen[name] || p.Threads != 1 {
			t.Errorf("%s, %d threads", name, p.Threads)
		}
		seen[name] = true
	}
}

// The probes give figures on this machine, and better instructions are no slower.
func TestProbes(t *testing.T) {
	racing.Skip(t)
	fs, err := peak.Measure(context.Background(), cpu.New(cpu.Options{}), false, cpu.Probes(0, time.Now), peak.Options{Time: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var plain, best float64
	for _, f := range fs {
		if f.Best == nil {
			t.Errorf("%s %s: %s", f.Limit, f.Variant, f.Reason)
			continue
		}
		t.Logf("%-14s %-14s %d threads %8.2f %s (median %.2f)", f.Limit, f.Variant, f.Threads, *f.Best, f.Unit, *f.Median)
		if f.Limit == peak.MultiplyAdd && f.Threads == 1 {
			if best = max(best, *f.Best); strings.HasSuffix(f.Variant, "Go") {
				plain = *f.Best
			}
		}
	}
	if best < plain {
		t.Errorf("%g GMAC/s with assembly, %g without", best, plain)
	}
}
