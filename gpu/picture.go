package gpu

import (
	"fmt"
	"image"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/tensor"
)

// picture is a photo as the GPU takes it: planes of bytes, of which it is sent those
// that matter, or a texture.
type picture struct {
	kernels.Layout
	planes  [3]plane // as many as there are: colours, or luma and chroma
	texture Texture
}

// plane is rows of pixels of so many bytes.
type plane struct {
	bytes         []byte
	stride, pixel int
}

// pictureOf sees an image as planes; an image of another type it does not know.
func pictureOf(img image.Image) (p picture, ok bool) {
	p.Bounds = img.Bounds()
	switch img := img.(type) {
	case *image.RGBA:
		p.planes[0] = plane{img.Pix, img.Stride, 4}
	case *image.NRGBA:
		p.Kind, p.planes[0] = kernels.PictureStraight, plane{img.Pix, img.Stride, 4}
	case *image.Gray:
		p.Kind, p.planes[0] = kernels.PictureGray, plane{img.Pix, img.Stride, 1}
	case *image.YCbCr:
		p.Kind, p.Ratio = kernels.PictureYCbCr, img.SubsampleRatio
		p.planes = [3]plane{{img.Y, img.YStride, 1}, {img.Cb, img.CStride, 1}, {img.Cr, img.CStride, 1}}
	case *tensor.BGRA:
		p.BGR, p.planes[0] = true, plane{img.Pix, img.Stride, 4}
	case *tensor.NV12:
		p.Kind, p.Ratio = kernels.PictureNV12, image.YCbCrSubsampleRatio420
		p.planes = [3]plane{{img.Y, img.YStride, 1}, {img.CbCr, img.CStride, 2}}
	case *Texture:
		return img.picture(), true
	default:
		return p, false
	}
	return p, true
}

// fits reports whether the picture's planes are no larger than textures can be.
func (p *picture) fits(most int) bool { return max(p.Bounds.Dx(), p.Bounds.Dy()) <= most }

// photoUnit is the first texture unit of photos. Those before it are of weights and
// maps.
const photoUnit = 2

// photoTexture is a texture that one plane of photos is uploaded to.
type photoTexture struct {
	id    uint32
	size  image.Point
	pixel int
}

// upload sends the part of a plane that matters, in one call if the distance of rows
// is one of whole pixels. The texture stays bound to its unit.
func (t *photoTexture) upload(gl gles.API, unit int, p plane, need image.Rectangle) error {
	gl.ActiveTexture(gles.TEXTURE0 + uint32(photoUnit+unit))
	size := need.Size()
	if t.id != 0 && t.size == size && t.pixel == p.pixel {
		gl.BindTexture(gles.TEXTURE_2D, t.id)
	} else if err := t.make(gl, size, p.pixel); err != nil {
		return err
	}
	if p.pixel < 4 {
		gl.PixelStorei(gles.UNPACK_ALIGNMENT, 1)
		defer gl.PixelStorei(gles.UNPACK_ALIGNMENT, 4)
	}
	from := p.bytes[need.Min.Y*p.stride+need.Min.X*p.pixel:]
	if p.stride%p.pixel == 0 {
		gl.PixelStorei(gles.UNPACK_ROW_LENGTH, int32(p.stride/p.pixel))
		t.rows(gl, 0, size.Y, from)
		gl.PixelStorei(gles.UNPACK_ROW_LENGTH, 0)
		return nil
	}
	for y := range size.Y {
		t.rows(gl, y, 1, from[y*p.stride:])
	}
	return nil
}

// make replaces the texture by one of another size.
func (t *photoTexture) make(gl gles.API, size image.Point, pixel int) error {
	t.delete(gl)
	t.id, t.size, t.pixel = gl.GenTexture(), size, pixel
	gl.BindTexture(gles.TEXTURE_2D, t.id)
	gl.TexStorage2D(gles.TEXTURE_2D, 1, [...]uint32{1: gles.R8, 2: gles.RG8, 4: gles.RGBA8}[pixel], size.X, size.Y)
	gl.TexParameteri(gles.TEXTURE_2D, gles.TEXTURE_MIN_FILTER, gles.NEAREST)
	gl.TexParameteri(gles.TEXTURE_2D, gles.TEXTURE_MAG_FILTER, gles.NEAREST)
	err := checkErrors(gl, fmt.Sprintf("texture for photos of %dx%d", size.X, size.Y))
	if err != nil {
		t.delete(gl)
	}
	return err
}

func (t *photoTexture) rows(gl gles.API, y, n int, from []byte) {
	format := [...]uint32{1: gles.RED, 2: gles.RG, 4: gles.RGBA}[t.pixel]
	gl.TexSubImage2D(gles.TEXTURE_2D, 0, 0, y, t.size.X, n, format, gles.UNSIGNED_BYTE, from)
}

func (t *photoTexture) delete(gl gles.API) {
	if t.id != 0 {
		gl.DeleteTexture(t.id)
		t.id = 0
	}
}
