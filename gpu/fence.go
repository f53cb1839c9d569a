package gpu

import (
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// fence marks a point in the GPU's work. The zero value is a fence that has
// been passed.
type fence struct{ sync gles.Sync }

// place puts the fence behind all work so far, instead of where it was.
func (f *fence) place(gl gles.API) error {
	f.delete(gl)
	if f.sync = gl.FenceSync(); f.sync == 0 {
		if err := checkLost(gl, "fence"); err != nil {
			return err
		}
		if err := checkErrors(gl, "fence"); err != nil {
			return err
		}
		return fmt.Errorf("gpu: fence: the driver made none")
	}
	return nil
}

// passed reports whether the GPU has passed the fence, waiting no longer than
// slice for that. A reset lets fences pass, too, and what they stand behind has not been done: so it asks.
func (f *fence) passed(gl gles.API, slice time.Duration) (bool, error) {
	if f.sync == 0 {
		return true, nil
	}
	switch gl.ClientWaitSync(f.sync, gles.SYNC_FLUSH_COMMANDS_BIT, uint64(max(slice, 0))) {
	case gles.ALREADY_SIGNALED, gles.CONDITION_SATISFIED:
		f.delete(gl)
		return true, checkLost(gl, "wait")
	case gles.TIMEOUT_EXPIRED:
		return false, checkLost(gl, "wait")
	}
	return false, waitFailed(gl)
}

// waitSlice bounds one wait, so that a lost context is noticed.
const waitSlice = 100 * time.Millisecond

// wait waits until the GPU has passed the fence. Its error wraps ErrTimeout or
// ErrContextLost.
func (f *fence) wait(gl gles.API, timeout time.Duration) error {
	start := time.Now()
	for {
		left := timeout - time.Since(start)
		if done, err := f.passed(gl, min(left, waitSlice)); done || err != nil {
			return err
		}
		if left <= 0 {
			return tooLong(timeout)
		}
	}
}

func tooLong(timeout time.Duration) error {
	return fmt.Errorf("%w: the GPU was not done after %v", ErrTimeout, timeout)
}

func waitFailed(gl gles.API) error {
	if err := checkLost(gl, "wait"); err != nil {
		return err
	}
	if err := checkErrors(gl, "wait"); err != nil {
		return err
	}
	return fmt.Errorf("gpu: wait: glClientWaitSync failed")
}

// delete frees the fence's sync object.
func (f *fence) delete(gl gles.API) {
	if f.sync != 0 {
		gl.DeleteSync(f.sync)
		f.sync = 0
	}
}
