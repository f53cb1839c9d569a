package gpu

import (
	"errors"
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/shaders"
)

// ErrPeak says that a probe's results are not what they must be.
var ErrPeak = errors.New("gpu: wrong results")

// The sizes of what is read, written and copied: about what a small network's maps
// take, which caches may hold, and more than most caches hold.
const (
	smallSet = 1 << 20
	largeSet = 64 << 20
)

// photoBytes is a picture of 3x224x224 floats, in bytes.
const photoBytes = 4 * 3 * 224 * 224

// probe is a peak.Probe before it has a device.
type probe struct {
	limit, variant string
	bytes          int
	unit           peak.Unit
	ways           []experiment
	without        *experiment
}

// probes lists what there is to measure: to add a probe, add a row.
func probes() []probe {
	free := launches(false)
	all := []probe{
		{limit: peak.MultiplyAdd, variant: "fp32", unit: peak.GMACs, ways: []experiment{fma(false, 2), fma(false, 4), fma(false, 8)}},
		{limit: peak.MultiplyAdd, variant: "fp16", unit: peak.GMACs, ways: []experiment{fma(true, 2), fma(true, 4), fma(true, 8)}},
	}
	sized := func(limit string, size int, ways ...experiment) {
		all = append(all, probe{limit: limit, variant: mebibytes(size), bytes: size, unit: peak.GBs, ways: ways})
	}
	for _, limit := range []string{peak.Read, peak.Write, peak.Copy} {
		for _, size := range []int{smallSet, largeSet} {
			sized(limit, size, memory(limit, size, 4), memory(limit, size, 16))
		}
	}
	all = append(all,
		probe{limit: peak.Texture, variant: "RGBA32F", unit: peak.GTexels, ways: []experiment{fetches()}},
		probe{limit: peak.Launch, unit: peak.Micros, ways: []experiment{free}},
		probe{limit: peak.Barrier, unit: peak.Micros, ways: []experiment{launches(true)}, without: &free},
		probe{limit: peak.RoundTrip, unit: peak.Micros, ways: []experiment{roundTrip()}})
	for _, size := range []int{photoBytes, 16 << 20} {
		sized(peak.Upload, size, uploads(size, true), uploads(size, false))
	}
	for _, size := range []int{photoBytes, 16 << 20} {
		sized(peak.Readback, size, readbacks(size))
	}
	return all
}

// Probes are what package peak measures of the device, on the clock given.
func (d *Device) Probes(now func() time.Time) []peak.Probe {
	var all []peak.Probe
	for _, p := range probes() {
		q := peak.Probe{Limit: p.limit, Variant: p.variant, Unit: p.unit, Bytes: int64(p.bytes)}
		for _, e := range p.ways {
			q.Ways = append(q.Ways, d.way(now, e))
		}
		if p.without != nil {
			w := d.way(now, *p.without)
			q.Without = &w
		}
		all = append(all, q)
	}
	return all
}

func mebibytes(bytes int) string {
	if bytes%(1<<20) != 0 {
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

// experiment is one way to exercise a rig.
type experiment struct {
	name    string
	program shaders.Program // the zero value if it launches nothing
	floats  func() []float32
	vectors int                                 // of the target
	prepare func(gl gles.API, r *peakRig) error // after the buffers; may be nil
	work    func(r *peakRig) float64            // of a launch
	run     func(gl gles.API, r *peakRig, n int) (time.Duration, error)
}

// way gives an experiment its device.
func (d *Device) way(now func() time.Time, e experiment) peak.Way {
	return peak.Way{Name: e.name, Open: func() (peak.Runner, error) {
		x := &runner{e: e}
		err := d.do(func(gl gles.API) (err error) {
			if x.peakRig, err = d.newPeakRig(gl, now, e.program, e.floats(), e.vectors); err != nil || e.prepare == nil {
				return err
			}
			if err = e.prepare(gl, x.peakRig); err != nil {
				x.peakRig.delete(gl)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return x, nil
	}}
}

// runner is a peak.Runner.
type runner struct {
	e       experiment
	peakRig *peakRig
}

func (x *runner) Run(n int) (work float64, took time.Duration, err error) {
	err = x.peakRig.d.do(func(gl gles.API) error {
		x.peakRig.mark = (x.peakRig.mark + 1) % 8
		took, err = x.e.run(gl, x.peakRig, n)
		if err != nil {
			return err
		}
		return checkErrors(gl, "peak")
	})
	return float64(n) * x.e.work(x.peakRig), took, err
}

func (x *runner) Close() error {
	return x.peakRig.d.do(func(gl gles.API) error {
		x.peakRig.delete(gl)
		return nil
	})
}
