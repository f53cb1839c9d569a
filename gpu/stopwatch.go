package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// stopwatch tells how long launches take: by the GPU's own clock where it can be
// trusted, and else by waiting for them. Which it is, trust decides once: samples by
// two clocks cannot be held against each other.
type stopwatch struct {
	timer *timer
	fence fence
	took  [1]time.Duration
	clock string // for people
}

// The clocks of a stopwatch.
const (
	clockGPU      = "the GPU's timer"
	clockWall     = "waiting, as the driver has no timer queries"
	clockJumps    = "waiting, as the GPU's timer is disjoint again and again"
	clockNonsense = "waiting, as the GPU's timer does not count compute shaders right"
)

func (d *Device) newStopwatch(gl gles.API) (*stopwatch, error) {
	t, err := d.newTimer(gl, 1)
	return &stopwatch{timer: t, clock: clockWall}, err
}

// trust decides by which clock to go. It runs f, which should take as long as what
// will be measured all in all, and f four times over.
func (w *stopwatch) trust(gl gles.API, f func()) error {
	if !w.timer.available() {
		return nil
	}
	four := func() {
		for range 4 {
			f()
		}
	}
	const tries = 4
	w.clock = clockJumps
	for range tries {
		one, wall, clear, err := w.both(gl, f)
		if err != nil {
			return err
		}
		if !clear {
			continue
		}
		long, longWall, clear, err := w.both(gl, four)
		if err != nil {
			return err
		}
		if !clear {
			continue
		}
		if plausible(one, wall) && plausible(long, longWall) && long > longWall/10 && long > 2*one {
			w.clock = clockGPU
			return nil
		}
		w.clock = clockNonsense
	}
	w.timer.delete(gl)
	return nil
}

// both runs f on both clocks; it is not clear if the GPU's has jumped.
func (w *stopwatch) both(gl gles.API, f func()) (took, wall time.Duration, clear bool, err error) {
	if err := w.settle(gl); err != nil {
		return 0, 0, false, err
	}
	start := time.Now()
	w.timer.begin(gl)
	w.timer.start(gl)
	f()
	w.timer.stop(gl)
	// Not in results: there a GPU that hangs could not be told from a slow one.
	if err := w.settle(gl); err != nil {
		return 0, 0, false, err
	}
	wall = time.Since(start)
	_, clear = w.timer.results(gl, w.took[:])
	return w.took[0], wall, clear, nil
}

// measure runs f and waits until what it submits is done. It gives ErrDisjoint if the
// time is of no use.
func (w *stopwatch) measure(gl gles.API, f func()) (time.Duration, error) {
	took, wall, clear, err := w.both(gl, f)
	switch {
	case err != nil:
		return 0, err
	case !w.timer.available():
		return wall, nil
	case !clear || !plausible(took, wall):
		return 0, ErrDisjoint
	}
	return took, nil
}

// plausible reports whether launches may have taken so long, of the time that passed
// until they were known to be done. Some drivers count no compute shaders.
func plausible(took, wall time.Duration) bool {
	return took > 100*time.Nanosecond && took <= wall+wall/4+time.Millisecond
}

// settle waits for everything submitted.
func (w *stopwatch) settle(gl gles.API) error {
	if err := w.fence.place(gl); err != nil {
		return err
	}
	return w.fence.wait(gl, patience)
}

func (w *stopwatch) delete(gl gles.API) {
	if w != nil {
		w.timer.delete(gl)
		w.fence.delete(gl)
	}
}
