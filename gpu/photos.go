package gpu

import (
	"fmt"
	"image"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// photoInput makes the input of a plan of photos, all preprocessed alike: their bytes
// become textures, and a launch reads those and writes the arena.
type photoInput struct {
	e *executor
	p tensor.Preprocess

	// What the launch is about, for photos of a layout; of the GL thread.
	layout       kernels.Layout
	ready        bool
	t            kernels.Preprocessing
	program      uint32
	params, taps *buffer
}

// photoTextures are a photo's planes. Each frame in flight has its own, so that the
// driver need neither wait nor copy when the next photo comes.
type photoTextures [3]photoTexture

// Photos prepares for photos to be preprocessed on the device.
func (e *executor) Photos(p tensor.Preprocess) (network.PhotoInput, error) {
	for _, have := range e.photos {
		if have.p == p {
			return have, nil
		}
	}
	in := &photoInput{e: e, p: p}
	e.photos = append(e.photos, in)
	return in, nil
}

// Takes reports whether photos like this are preprocessed on the device.
func (in *photoInput) Takes(img image.Image) bool {
	p, ok := pictureOf(img)
	return ok && p.fits(in.e.d.info.Limits.TextureSize) && kernels.Aligned(&in.e.plan.Inputs[0].View)
}

// Run computes out from a photo.
func (in *photoInput) Run(out []*tensor.Tensor, img image.Image) error {
	e := in.e
	e.photo, e.out = in, out
	e.picture, _ = pictureOf(img)
	err := e.d.doRun(e.runPhoto)
	e.photo, e.out, e.picture = nil, nil, picture{}
	return err
}

// Begin starts a run on a photo behind those begun before.
func (in *photoInput) Begin(slot int, out []*tensor.Tensor, img image.Image) error {
	f := in.e.frames[slot]
	f.photo = in
	f.keep(out)
	f.picture, _ = pictureOf(img)
	err := in.e.d.doRun(f.beginPhoto)
	f.photo, f.picture = nil, picture{}
	return err
}

func (e *executor) runPhotoOnce(gl gles.API) error {
	if err := e.photo.submit(gl, &e.picture, &e.photoTextures); err != nil {
		return err
	}
	return e.collect(gl)
}

func (f *frame) beginPhotoOnce(gl gles.API) error {
	if err := f.prepare(gl); err != nil {
		return err
	}
	if err := f.photo.submit(gl, &f.picture, &f.photoTextures); err != nil {
		return err
	}
	return f.submit(gl)
}

// submit uploads a photo and submits all launches of a run on it.
func (in *photoInput) submit(gl gles.API, p *picture, textures *photoTextures) error {
	if err := in.prepare(gl, p.Layout); err != nil {
		return err
	}
	if err := in.attach(gl, p, textures); err != nil {
		return err
	}
	e := in.e
	e.begin(gl)
	in.launch(gl)
	if p.Whole {
		p.texture.detach(gl)
	}
	for i := range e.launches {
		e.launch(gl, i)
	}
	return nil
}

// attach brings a photo to where the launch reads it.
func (in *photoInput) attach(gl gles.API, p *picture, textures *photoTextures) error {
	defer gl.ActiveTexture(gles.TEXTURE0)
	if p.Whole {
		return p.texture.attach(gl, in.e.d)
	}
	for i, plane := range p.planes {
		if plane.pixel == 0 {
			break
		}
		if err := textures[i].upload(gl, i, plane, in.t.Need[min(i, 1)]); err != nil {
			return err
		}
	}
	return nil
}

// launch submits the preprocessing, and has the launches behind it wait for it.
func (in *photoInput) launch(gl gles.API) {
	now := &in.e.d.bound
	if now.program != in.program {
		gl.UseProgram(in.program)
		now.program = in.program
	}
	in.params.bind(gl, bindParams)
	now.params = 0
	in.taps.bind(gl, bindIndex)
	gl.DispatchCompute(in.t.Groups[0], in.t.Groups[1], 1)
	gl.MemoryBarrier(barrierOf(in.e.arena.Storage))
	in.e.index.bind(gl, bindIndex)
}

// prepare makes what photos of a layout need, if the last was of another.
func (in *photoInput) prepare(gl gles.API, l kernels.Layout) error {
	if in.ready && in.layout == l {
		return nil
	}
	e := in.e
	t := kernels.Preprocess(&in.p, &e.plan.Inputs[0].View, l)
	t.Program = e.arena.Compiled(t.Program)
	for i, n := range t.Groups {
		if most := e.d.info.Limits.WorkGroupCount[i]; int(n) > most {
			return fmt.Errorf("%w: preprocessing takes %v work groups, at most %d", ErrLimit, t.Groups, most)
		}
	}
	program, err := e.d.programOf(gl, t.Program)
	if err != nil {
		return err
	}
	if err := in.check(gl, l.Kind); err != nil {
		return err
	}
	// New buffers: frames in flight may still read the old ones, which GL keeps for them.
	in.ready = false
	in.delete(gl)
	if in.params, err = filled(e.d, gl, uniformBuffer, t.Params, "parameters of photos"); err != nil {
		return err
	}
	if in.taps, err = filled(e.d, gl, storageBuffer, t.Taps, "taps of photos"); err != nil {
		return err
	}
	e.d.bound = bound{} // a name that was freed may be in use again
	in.t, in.program, in.layout, in.ready = t, program.id, l, true
	return nil
}

func (in *photoInput) delete(gl gles.API) {
	in.params.delete(gl)
	in.taps.delete(gl)
}

func (t *photoTextures) bytes() (n int64) {
	for i := range t {
		if t[i].id != 0 {
			n += int64(t[i].size.X) * int64(t[i].size.Y) * int64(t[i].pixel)
		}
	}
	return n
}

func (t *photoTextures) delete(gl gles.API) {
	for i := range t {
		t[i].delete(gl)
	}
}
