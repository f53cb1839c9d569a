package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// stopwatch tells how long launches take: by the GPU's own clock where the driver has
// one that makes sense, and else by waiting for them.
type stopwatch struct {
	timer *timer
	fence fence
	took  [1]time.Duration
}

func (d *Device) newStopwatch(gl gles.API) (*stopwatch, error) {
	t, err := d.newTimer(gl, 1)
	return &stopwatch{timer: t}, err
}

// measure runs f and waits until what it submits is done.
func (w *stopwatch) measure(gl gles.API, f func()) (time.Duration, error) {
	if !w.timer.available() {
		if err := w.settle(gl); err != nil {
			return 0, err
		}
		start := time.Now()
		f()
		err := w.settle(gl)
		return time.Since(start), err
	}
	start := time.Now()
	w.timer.begin(gl)
	w.timer.start(gl)
	f()
	w.timer.stop(gl)
	// Not in results: there a GPU that hangs could not be told from a slow one.
	if err := w.settle(gl); err != nil {
		return 0, err
	}
	if _, ok := w.timer.results(gl, w.took[:]); !ok {
		return 0, ErrDisjoint
	}
	if wall := time.Since(start); !plausible(w.took[0], wall) {
		w.timer.delete(gl) // from now on without it
		return wall, nil
	}
	return w.took[0], nil
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
