package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// readback brings results to the CPU while later frames run: start copies into
// a buffer of its own behind the launches so far, finish waits for that copy
// alone. Use one for each frame in flight.
type readback struct {
	staging *buffer
	fence   fence
	size    int // of the copy under way
}

// newReadback makes a readback of at most size bytes.
func (d *Device) newReadback(gl gles.API, size int, what string) (*readback, error) {
	b, err := d.newBuffer(gl, readbackBuffer, size, what)
	if err != nil {
		return nil, err
	}
	return &readback{staging: b}, nil
}

// start copies size bytes of src, from offset on, once the launches so far are
// done. It does not wait.
func (r *readback) start(gl gles.API, src *buffer, offset, size int) error {
	if err := src.inside("read back", offset, size); err != nil {
		return err
	}
	if err := r.staging.inside("read back", 0, size); err != nil {
		return err
	}
	r.size = size
	gl.MemoryBarrier(gles.BUFFER_UPDATE_BARRIER_BIT)
	gl.BindBuffer(gles.COPY_READ_BUFFER, src.id)
	gl.BindBuffer(gles.COPY_WRITE_BUFFER, r.staging.id)
	gl.CopyBufferSubData(gles.COPY_READ_BUFFER, gles.COPY_WRITE_BUFFER, offset, 0, size)
	if err := r.fence.place(gl); err != nil {
		return err
	}
	gl.Flush() // or the GPU may not begin before someone waits
	return nil
}

// ready reports, without waiting, whether finish would not wait.
func (r *readback) ready(gl gles.API) (bool, error) { return r.fence.passed(gl) }

// finish waits for the copy and fills dst, which may be shorter than it.
func finish[T number](gl gles.API, r *readback, dst []T, timeout time.Duration) error {
	data := bytesOf(dst)
	if err := r.staging.inside("read back", 0, len(data)); err != nil {
		return err
	}
	if err := r.fence.wait(gl, timeout); err != nil {
		return err
	}
	if len(data) == 0 {
		return nil
	}
	return r.staging.read(gl, 0, data)
}

// delete frees the readback.
func (r *readback) delete(gl gles.API) {
	if r != nil {
		r.fence.delete(gl)
		r.staging.delete(gl)
	}
}
