package gpu

import (
	"fmt"
	"image"
	"math"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/tensor"
)

// check is the self-test of the launch for photos of a kind, when the device first
// sees one: a small photo of noise must become what the CPU makes of it. External
// textures can't be made here; their arithmetic is that of others.
func (in *photoInput) check(gl gles.API, k kernels.PictureKind) error {
	d := in.e.d
	if d.trusted[k] || d.noSelfTest || k == kernels.PictureExternal {
		return nil
	}
	d.trusted[k] = true // what follows comes by here again
	if err := in.compare(gl, noise(k)); err != nil {
		d.trusted[k] = false
		return err
	}
	return nil
}

// compare preprocesses a photo here and there.
func (in *photoInput) compare(gl gles.API, img image.Image) error {
	want, err := in.p.Apply(img)
	if err != nil {
		return err
	}
	e, info := in.e, &in.e.d.info
	p, _ := pictureOf(img)
	var textures photoTextures
	defer textures.delete(gl)
	if err := in.prepare(gl, p.Layout); err != nil {
		return err
	}
	in.ready = false // the next photo is another
	if err := in.attach(gl, &p, &textures); err != nil {
		return err
	}
	e.begin(gl)
	in.launch(gl)
	v, got := &e.plan.Inputs[0].View, tensor.New(in.p.Shape()...)
	lo, hi := kernels.Extent(v)
	stage := make([]float32, hi-lo)
	if err := e.arena.read(gl, lo, stage); err != nil {
		return err
	}
	e.done = e.submitted // the download has waited
	if err := checkErrors(gl, "check "+in.t.Program.Label()); err != nil {
		return err
	}
	v.UnpackAt(stage, lo, got)
	tolerance := 1e-5
	if info.Precision.stored() == Float16 {
		tolerance = 1e-3
	}
	if diff := tensor.MaxDiff(got, want); !(diff.Abs <= tolerance*max(diff.Mag, in.span())) {
		return fmt.Errorf("gpu: %w: %s computes %g where %g is right: the driver of %s (%s) is not to be trusted",
			ErrSelfTest, in.t.Program.Label(), diff.At[0], diff.At[1], info.Renderer, info.Version)
	}
	return nil
}

// span is the largest magnitude that comes up while a colour is normalised.
func (in *photoInput) span() float64 {
	most := 0.0
	for c, m := range in.p.Mean {
		scale := in.p.Scale[c]
		if in.p.Scale == ([3]float32{}) {
			scale = 1
		}
		most = max(most, math.Abs(float64(scale))*(255+math.Abs(float64(m))))
	}
	return most
}

// noise is a photo of a kind with pixels that no wrong turn leaves as they are.
func noise(k kernels.PictureKind) image.Image {
	bounds := image.Rect(1, 1, 12, 8)
	state := uint32(1)
	fill := func(b []uint8) {
		for i := range b {
			state = state*1664525 + 1013904223
			b[i] = uint8(state >> 24)
		}
	}
	switch k {
	case kernels.PictureStraight:
		img := image.NewNRGBA(bounds)
		fill(img.Pix)
		return img
	case kernels.PictureGray:
		img := image.NewGray(bounds)
		fill(img.Pix)
		return img
	case kernels.PictureYCbCr:
		img := image.NewYCbCr(bounds, image.YCbCrSubsampleRatio420)
		fill(img.Y)
		fill(img.Cb)
		fill(img.Cr)
		return img
	case kernels.PictureNV12:
		img := tensor.NewNV12(bounds)
		fill(img.Y)
		fill(img.CbCr)
		return img
	}
	img := image.NewRGBA(bounds)
	fill(img.Pix)
	return img
}
