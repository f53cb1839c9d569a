package gpu

import (
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/shaders"
)

// peakRig launches one program over and over, on the clock of the program that waits:
// not every driver has timer queries, and what they leave out is waited for, too.
type peakRig struct {
	d       *Device
	now     func() time.Time
	program *program

	source, target *buffer // may be the same
	params         *buffer
	sets           int // of parameters, which launches take in turns
	stride         int // bytes between them
	texture        uint32
	back           *readback
	data           []float32 // what goes to the target, and comes back
	groups         int
	barriers       bool // in front of each launch
	mark           int  // tells runs apart
}

// newPeakRig makes the buffers; source holds floats, target so many vec4s. Without a
// program it launches nothing.
func (d *Device) newPeakRig(gl gles.API, now func() time.Time, p shaders.Program, source []float32, target int) (r *peakRig, err error) {
	r = &peakRig{d: d, now: now, groups: 1}
	defer func() {
		if err != nil {
			r.delete(gl)
		}
	}()
	if p != (shaders.Program{}) {
		if r.program, err = d.programOf(gl, p); err != nil {
			return nil, err
		}
	}
	if r.source, err = filled(d, gl, storageBuffer, source, "what is read"); err != nil {
		return nil, err
	}
	r.target, err = filled(d, gl, storageBuffer, make([]float32, 4*target), "what is written")
	return r, err
}

// set gives the parameters behind OPERANDS, which launches take in turns.
func (r *peakRig) set(gl gles.API, sets ...kernels.Params) error {
	var words []int32
	for _, p := range sets {
		words = kernels.Padded(words, r.d.info.Limits.UniformAlignment)
		words = append(words, p...)
	}
	words = kernels.Padded(words, r.d.info.Limits.UniformAlignment)
	r.sets, r.stride = len(sets), 4*len(words)/len(sets)
	if r.params != nil && r.params.size == 4*len(words) {
		return upload(gl, r.params, 0, words)
	}
	r.params.delete(gl)
	var err error
	r.params, err = filled(r.d, gl, uniformBuffer, words, "parameters")
	return err
}

// parameters begins a set: OPERANDS, of which most kernels here use nothing.
func parameters(v ...int) kernels.Params {
	p := make(kernels.Params, kernels.WeightBase+2)
	p.Ints(v...)
	return p
}

// bind makes the rig's things the current ones, and waits for whatever was before.
func (r *peakRig) bind(gl gles.API) {
	gl.UseProgram(r.program.id)
	r.source.bind(gl, bindSource)
	r.target.bind(gl, bindTarget)
	if r.texture != 0 {
		gl.ActiveTexture(gles.TEXTURE0)
		gl.BindTexture(gles.TEXTURE_2D, r.texture)
	}
	r.params.bindRange(gl, bindParams, 0, r.stride)
	gl.Finish()
}

// time launches n times and waits.
func (r *peakRig) time(gl gles.API, n int) (time.Duration, error) {
	r.bind(gl)
	start := r.now()
	for i := range n {
		if r.barriers {
			gl.MemoryBarrier(gles.SHADER_STORAGE_BARRIER_BIT)
		}
		r.params.bindRange(gl, bindParams, i%r.sets*r.stride, r.stride)
		gl.DispatchCompute(uint32(r.groups), 1, 1)
	}
	if err := r.wait(gl); err != nil {
		return 0, err
	}
	return r.now().Sub(start), nil
}

func (r *peakRig) wait(gl gles.API) error {
	var f fence
	defer f.delete(gl)
	if err := f.place(gl); err != nil {
		return err
	}
	return f.wait(gl, patience)
}

// enlarge doubles the work groups until a launch takes long enough for what it
// costs to launch not to count, and not so long that a display would stand still.
func (r *peakRig) enlarge(gl gles.API, most int) error {
	const long = 2 * time.Millisecond
	for r.groups < most {
		if _, err := r.time(gl, 1); err != nil { // the first is slow
			return err
		}
		took, err := r.time(gl, 1)
		if err != nil {
			return err
		}
		if took >= long {
			return nil
		}
		r.groups *= 2
	}
	return nil
}

// read reads vec4s of the target from number first on.
func (r *peakRig) read(gl gles.API, first, count int) ([]float32, error) {
	got := make([]float32, 4*count)
	return got, download(gl, r.target, 16*first, got)
}

// expect fails unless all of got is what it must be.
func expect(got []float32, first int, want func(i int) float32) error {
	for i, v := range got {
		if w := want(4*first + i); v != w {
			return fmt.Errorf("%w: float %d is %g where %g is right: what it times is not what it should do", ErrPeak, 4*first+i, v, w)
		}
	}
	return nil
}

func (r *peakRig) delete(gl gles.API) {
	if r == nil {
		return
	}
	r.back.delete(gl)
	r.params.delete(gl)
	r.source.delete(gl)
	if r.target != r.source {
		r.target.delete(gl)
	}
	if r.texture != 0 {
		gl.DeleteTexture(r.texture)
	}
}
