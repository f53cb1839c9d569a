package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// readback brings results to the CPU while later frames run: start copies them
// into a buffer of its own behind the launches so far, wait waits for that copy
// alone, and read shows it. Use one for each frame in flight.
type readback struct {
	staging *buffer
	fence   fence
}

// span is a part of a buffer that a readback copies, in bytes, and where in the
// readback it goes.
type span struct{ offset, size, at int }

// newReadback makes a readback of at most size bytes.
func (d *Device) newReadback(gl gles.API, size int, what string) (*readback, error) {
	b, err := d.newBuffer(gl, readbackBuffer, size, what)
	if err != nil {
		return nil, err
	}
	return &readback{staging: b}, nil
}

// start copies spans of src once the launches so far are done, but for those whose
// tensors stay on the device, and places the fence behind. It does not wait, and
// does not flush either: whoever does not wait soon must, or the GPU may not begin.
func (r *readback) start(gl gles.API, src *buffer, spans []span, out []*tensor.Tensor) error {
	for _, s := range spans {
		if err := src.inside("read back", s.offset, s.size); err != nil {
			return err
		}
		if err := r.staging.inside("read back", s.at, s.size); err != nil {
			return err
		}
	}
	if allWanted(out) {
		gl.MemoryBarrier(gles.BUFFER_UPDATE_BARRIER_BIT)
	} else {
		gl.MemoryBarrier(gles.ALL_BARRIER_BITS) // for whatever the program reads them by
	}
	if anyWanted(out) {
		gl.BindBuffer(gles.COPY_READ_BUFFER, src.id)
		gl.BindBuffer(gles.COPY_WRITE_BUFFER, r.staging.id)
	}
	for i, s := range spans {
		if out[i] != network.OnDevice {
			gl.CopyBufferSubData(gles.COPY_READ_BUFFER, gles.COPY_WRITE_BUFFER, s.offset, s.at, s.size)
		}
	}
	return r.fence.place(gl)
}

// ready reports, waiting no longer than so long, whether wait would not wait.
func (r *readback) ready(gl gles.API, slice time.Duration) (bool, error) {
	return r.fence.passed(gl, slice)
}

// wait waits until the copies of the last start are there.
func (r *readback) wait(gl gles.API, timeout time.Duration) error { return r.fence.wait(gl, timeout) }

// read shows the first size bytes of the readback to f, which must not keep
// them. The driver waits for copies under way.
func (r *readback) read(gl gles.API, size int, f func([]byte)) error {
	if err := r.staging.inside("read back", 0, size); err != nil || size == 0 {
		return err
	}
	return r.staging.read(gl, 0, size, f)
}

// delete frees the readback.
func (r *readback) delete(gl gles.API) {
	if r != nil {
		r.fence.delete(gl)
		r.staging.delete(gl)
	}
}
