package gpu

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/shaders"
)

// steps is a clock on which every look takes a second.
func steps() func() time.Time {
	var t time.Time
	return func() time.Time {
		t = t.Add(time.Second)
		return t
	}
}

// eachWay opens every way of every probe on the device and runs it once.
func eachWay(t *testing.T, d *Device, check func(t *testing.T, p probe, e experiment, work float64, took time.Duration, err error)) {
	for _, p := range probes() {
		for _, e := range p.ways {
			t.Run(strings.Join([]string{p.limit, p.variant, e.name}, "/"), func(t *testing.T) {
				r, err := d.way(steps(), e).Open()
				if err != nil {
					check(t, p, e, 0, 0, err)
					return
				}
				work, took, err := r.Run(3)
				check(t, p, e, work, took, err)
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// What is counted is what is done: multiply-adds, bytes, texels, launches.
func TestProbesCount(t *testing.T) {
	racing.Skip(t)
	d := openTest(t, Options{Limits: &SpecMinimum})
	want := map[string]float64{
		// 3 runs of 64 invocations, 1024 times each vec4 of each chain
		"2 chains": 3 * 64 * 1024 * 4 * 2,
		"4 chains": 3 * 64 * 1024 * 4 * 4,
		"8 chains": 3 * 64 * 1024 * 4 * 8,

		peak.Read: 3 * 64 << 20, peak.Write: 3 * 64 << 20, peak.Copy: 3 * 128 << 20,
		peak.Texture: 3 * 64 * 64 * 8,
		peak.Launch:  3, peak.Barrier: 3, peak.RoundTrip: 3,
		peak.Upload + "0.6 MiB": 3 * 602112, peak.Upload + "16 MiB": 3 * 16 << 20,
		peak.Readback + "0.6 MiB": 3 * 602112, peak.Readback + "16 MiB": 3 * 16 << 20,
	}
	eachWay(t, d, func(t *testing.T, p probe, e experiment, work float64, took time.Duration, err error) {
		if errors.As(err, new(peak.Unable)) && p.variant == "fp16" {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{e.name, p.limit, p.limit + p.variant} {
			if w, ok := want[key]; ok {
				if work != w || took != time.Second {
					t.Errorf("%g units of work in %v, want %g in a second", work, took, w)
				}
				return
			}
		}
		t.Error("nobody knows how much work this is")
	})
}

// lazy is a driver that launches nothing, and says nothing.
type lazy struct{ gles.API }

func (lazy) DispatchCompute(_, _, _ uint32) {}

// A driver that drops the work is found out.
func TestProbesSeeIdleness(t *testing.T) {
	d := openTest(t, Options{NoSelfTest: true, wrap: func(gl gles.API) gles.API { return lazy{gl} }})
	eachWay(t, d, func(t *testing.T, p probe, e experiment, _ float64, _ time.Duration, err error) {
		switch {
		case e.program == (shaders.Program{}):
			if err != nil {
				t.Error(err)
			}
		case p.variant == "fp16": // what 16 bits do is not known beforehand
			if !errors.As(err, new(peak.Unable)) {
				t.Error(err)
			}
		case !errors.Is(err, ErrPeak):
			t.Errorf("nothing was done, and it says: %v", err)
		}
	})
}

// Nothing asks for more than any device gives.
func TestProbesStayInSpecMinimum(t *testing.T) {
	for _, p := range probes() {
		for _, e := range p.ways {
			if n := 16 * e.vectors; n > SpecMinimum.StorageBlockSize {
				t.Errorf("%s %s %s: %d bytes written", p.limit, p.variant, e.name, n)
			}
			if n := 4 * len(e.floats()); n > SpecMinimum.StorageBlockSize {
				t.Errorf("%s %s %s: %d bytes read", p.limit, p.variant, e.name, n)
			}
		}
	}
}

// The probes as they stand give figures on this machine's device, whatever it is.
func TestProbes(t *testing.T) {
	racing.Skip(t)
	if testing.Short() {
		t.Skip("slow")
	}
	d := openTest(t, Options{})
	figures, err := peak.Measure(context.Background(), d, d.Info().Software, d.Probes(time.Now), peak.Options{Time: 2 * time.Millisecond})
	if err != nil {
		t.Error(err)
	}
	for _, f := range figures {
		switch {
		case f.Best == nil && f.Reason == "":
			t.Errorf("%s %s: neither a figure nor a reason", f.Limit, f.Variant)
		case f.Best != nil:
			t.Logf("%-14s %-8s %8.3f %s %s", f.Limit, f.Variant, *f.Best, f.Unit, f.Way)
		default:
			t.Logf("%-14s %-8s %s", f.Limit, f.Variant, f.Reason)
		}
	}
}
