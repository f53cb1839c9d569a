package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/tensor"
)

// defaultFrames is how many runs of a session can be in flight: one that the GPU
// computes, and one that waits for it.
const defaultFrames = 2

const maxFrames = 64

// frame is what one run in flight needs beside the arena, which all share: GL keeps
// their order. Inputs go through a buffer of the frame's own, which the GPU copies
// into the arena when it gets there, so that writing them waits for nothing; outputs
// come back the same way.
type frame struct {
	e      *executor
	upload *buffer
	back   *readback
	run    int       // which of the executor's
	began  time.Time // for patience

	photoTextures photoTextures

	// What the prepared work below is about, so that a run need not allocate.
	in, out                   []*tensor.Tensor
	photo                     *photoInput
	picture                   picture
	passed                    bool
	begin, beginPhoto, finish func(gles.API) error
}

// frameSlice bounds a wait on the GL thread: then others may have it, to submit.
const frameSlice = time.Millisecond

// Slots is how many runs can be in flight.
func (e *executor) Slots() int { return len(e.frames) }

func newFrames(e *executor, n int) []*frame {
	frames := make([]*frame, n)
	for i := range frames {
		f := &frame{e: e}
		f.begin, f.beginPhoto, f.finish = f.beginOnce, f.beginPhotoOnce, f.finishOnce
		frames[i] = f
	}
	return frames
}

// Begin starts a run behind those begun before.
func (e *executor) Begin(slot int, out, in []*tensor.Tensor) error {
	f := e.frames[slot]
	f.in = in
	f.keep(out)
	err := e.d.doRun(f.begin)
	f.in = nil
	return err
}

// Finish waits for a slot's run and reads its outputs.
func (e *executor) Finish(slot int) error {
	f := e.frames[slot]
	defer clear(f.out)
	for f.passed = false; !f.passed; {
		if err := e.d.doRun(f.finish); err != nil {
			return err
		}
		if !f.passed && time.Since(f.began) > e.patience {
			return tooLong(e.patience)
		}
	}
	return nil
}

// keep notes the outputs, as the slice is the caller's.
func (f *frame) keep(out []*tensor.Tensor) { f.out = append(f.out[:0], out...) }

func (f *frame) beginOnce(gl gles.API) error {
	if err := f.prepare(gl); err != nil {
		return err
	}
	if err := f.uploadInputs(gl); err != nil {
		return err
	}
	f.e.launchAll(gl)
	return f.submit(gl)
}

// prepare makes the frame's buffers when it is first used.
func (f *frame) prepare(gl gles.API) error {
	var err error
	if f.back == nil {
		if f.back, err = f.e.d.newReadback(gl, f.e.outputs.size, "outputs of "+f.e.plan.Name); err != nil {
			return err
		}
	}
	// After a run that failed or hung, the buffers may be the GPU's still.
	return f.back.wait(gl, time.Second)
}

// uploadInputs writes the inputs where the GPU does not look yet, and has them
// copied into the arena behind the run before.
func (f *frame) uploadInputs(gl gles.API) error {
	e := f.e
	if e.arena.Texture { // GL copies what a texture is to hold, and returns
		return e.writeInputs(gl, f.in)
	}
	if f.upload == nil {
		var err error
		if f.upload, err = e.d.newBuffer(gl, uploadBuffer, e.inputs.size, "inputs of "+e.plan.Name); err != nil {
			return err
		}
	}
	var beyond error
	err := f.upload.fill(gl, 0, e.inputs.size, true, func(m []byte) {
		for i, s := range e.inputs.spans {
			if err := e.inputs.pack(i, m[s.at:][:s.size], f.in[i]); err != nil {
				beyond = err
			}
		}
	})
	if err == nil {
		err = beyond
	}
	if err != nil {
		return err
	}
	if !e.idle() {
		gl.MemoryBarrier(gles.BUFFER_UPDATE_BARRIER_BIT)
	}
	gl.BindBuffer(gles.COPY_READ_BUFFER, f.upload.id)
	gl.BindBuffer(gles.COPY_WRITE_BUFFER, e.arena.maps.id)
	for _, s := range e.inputs.spans {
		gl.CopyBufferSubData(gles.COPY_READ_BUFFER, gles.COPY_WRITE_BUFFER, s.at, s.offset, s.size)
	}
	return nil
}

// submit ends a run's calls. Asking for errors here and not when the run is over
// tells whose they are.
func (f *frame) submit(gl gles.API) error {
	if err := f.back.start(gl, f.e.arena.source(), f.e.outputs.spans, f.out); err != nil {
		return err
	}
	f.run, f.began = f.e.submitted, time.Now()
	gl.Flush() // or the GPU may not begin before someone waits
	return checkErrors(gl, f.e.phase)
}

func (f *frame) finishOnce(gl gles.API) error {
	var err error
	if f.passed, err = f.back.ready(gl, frameSlice); err != nil || !f.passed {
		return err
	}
	f.e.done = max(f.e.done, f.run)
	return f.e.readOutputs(gl, f.back, f.out)
}

func (f *frame) delete(gl gles.API) {
	f.upload.delete(gl)
	f.back.delete(gl)
	f.photoTextures.delete(gl)
}
