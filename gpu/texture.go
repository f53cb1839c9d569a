package gpu

import (
	"fmt"
	"image"
	"image/color"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
)

// A Texture is a photo that is on the GPU already, for network.Photos: a camera's
// frame that the driver has put there, or what a program has drawn. It is a texture of
// the device's context, made in Device.Do, or of a context that shares with the
// device's (see ContextProvider). Its pixels are never on the CPU: At gives nothing,
// and other backends refuse it with network.ErrUnsupported.
//
// The texture is read when the GPU gets to the run, in the order of GL's commands; who
// writes it in another context, or gives it back to a camera, waits for the run first.
// It must hold colours in 0..1 (not integers), which are rounded to 1/255 as bytes are;
// alpha is left out of account. A texture that is sRGB counts as what it decodes to.
// While its name is in use, it must not change its size.
type Texture struct {
	Name          uint32 // of the GL texture, at level 0
	Width, Height int    // in pixels

	// External says that it is a GL_TEXTURE_EXTERNAL_OES, as made of an EGLImage,
	// instead of a GL_TEXTURE_2D. This needs GL_OES_EGL_image_external_essl3.
	External bool
	// BottomUp says that its first row is the photo's last, as in what was drawn.
	BottomUp bool
}

var _ network.DeviceImage = (*Texture)(nil)

// Bounds is the texture's size.
func (t *Texture) Bounds() image.Rectangle {
	if t == nil {
		return image.Rectangle{}
	}
	return image.Rectangle{Max: image.Pt(t.Width, t.Height)} // image.Rect would make sense of negative sizes
}

// ColorModel is color.RGBAModel.
func (t *Texture) ColorModel() color.Model { return color.RGBAModel }

// At is always transparent: the CPU does not see the pixels.
func (t *Texture) At(x, y int) color.Color { return color.RGBA{} }

// Where names the texture in messages.
func (t *Texture) Where() string { return fmt.Sprintf("texture %d of a GPU", t.Name) }

const externalExtension = "GL_OES_EGL_image_external_essl3"

func (t *Texture) target() uint32 {
	if t.External {
		return gles.TEXTURE_EXTERNAL
	}
	return gles.TEXTURE_2D
}

func (t *Texture) picture() picture {
	p := picture{Layout: kernels.Layout{Bounds: t.Bounds(), BottomUp: t.BottomUp, Whole: true}, texture: *t}
	if t.External {
		p.Kind = kernels.PictureExternal
	}
	return p
}

// attach binds the texture where photos are read from.
func (t *Texture) attach(gl gles.API, d *Device) error {
	if err := d.admitTexture(gl, t); err != nil {
		return err
	}
	gl.MemoryBarrier(gles.TEXTURE_FETCH_BARRIER_BIT) // a shader may have written it
	gl.ActiveTexture(gles.TEXTURE0 + photoUnit)
	gl.BindTexture(t.target(), t.Name)
	if !t.External { // it may have no mipmaps, and want some
		gl.BindSampler(photoUnit, d.nearest)
	}
	return nil
}

// detach undoes attach: the texture is the program's.
func (t *Texture) detach(gl gles.API) {
	gl.ActiveTexture(gles.TEXTURE0 + photoUnit)
	gl.BindTexture(t.target(), 0)
	if !t.External {
		gl.BindSampler(photoUnit, 0)
	}
	gl.ActiveTexture(gles.TEXTURE0)
}

// someTextures is how many textures are known to be what they are said to be.
const someTextures = 64

// admitTexture checks a texture when it is first seen: GL would read what is not there
// as black, and say nothing.
func (d *Device) admitTexture(gl gles.API, t *Texture) error {
	if d.textures[*t] {
		return nil
	}
	if t.External && !d.info.HasExtension(externalExtension) {
		return fmt.Errorf("gpu: %s is external, and the driver has no %s: %w", t.Where(), externalExtension, network.ErrUnsupported)
	}
	if !gl.IsTexture(t.Name) {
		return fmt.Errorf("gpu: %d is no texture of the device's context: %w", t.Name, network.ErrUnsupported)
	}
	if !t.External {
		gl.ActiveTexture(gles.TEXTURE0 + photoUnit)
		gl.BindTexture(gles.TEXTURE_2D, t.Name)
		w := gl.GetTexLevelParameteriv(gles.TEXTURE_2D, 0, gles.TEXTURE_WIDTH)
		h := gl.GetTexLevelParameteriv(gles.TEXTURE_2D, 0, gles.TEXTURE_HEIGHT)
		gl.BindTexture(gles.TEXTURE_2D, 0)
		gl.ActiveTexture(gles.TEXTURE0)
		if err := checkErrors(gl, t.Where()); err != nil {
			return err
		}
		if int(w) < t.Width || int(h) < t.Height {
			return fmt.Errorf("gpu: %s is %dx%d and not %dx%d: %w", t.Where(), w, h, t.Width, t.Height, network.ErrShape)
		}
	}
	if d.nearest == 0 {
		d.nearest = gl.GenSampler()
		gl.SamplerParameteri(d.nearest, gles.TEXTURE_MIN_FILTER, gles.NEAREST)
		gl.SamplerParameteri(d.nearest, gles.TEXTURE_MAG_FILTER, gles.NEAREST)
	}
	if d.textures == nil || len(d.textures) >= someTextures {
		d.textures = map[Texture]bool{}
	}
	d.textures[*t] = true
	return nil
}
