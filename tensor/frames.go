package tensor

import (
	"image"
	"image/color"
)

// The forms in which cameras and libraries give frames and that package image does
// not have. Each wraps bytes without a copy. Frames in the other usual forms are
// image types already: RGBA is *image.RGBA, three planes of YUV are *image.YCbCr.

// BGRA is an image of four bytes a pixel: blue, green, red, and alpha, which is
// multiplied in already (or 255, or left out of account). OpenCV and desktops have it.
type BGRA struct {
	Pix    []uint8 // of pixel (x, y): at (y-Rect.Min.Y)*Stride + (x-Rect.Min.X)*4
	Stride int     // bytes from a row to the next
	Rect   image.Rectangle
}

// NewBGRA makes a black, transparent image.
func NewBGRA(r image.Rectangle) *BGRA {
	return (*BGRA)(image.NewRGBA(r))
}

// Bounds is p.Rect.
func (p *BGRA) Bounds() image.Rectangle { return p.Rect }

// ColorModel is color.RGBAModel.
func (p *BGRA) ColorModel() color.Model { return color.RGBAModel }

// At is a color.RGBA.
func (p *BGRA) At(x, y int) color.Color {
	c := (*image.RGBA)(p).RGBAAt(x, y)
	c.R, c.B = c.B, c.R
	return c
}

// NV12 is an image of a plane of luma and one of pairs of chroma, blue and red, each
// pair for 2x2 pixels. Cameras of boards and phones have it. Like image.YCbCr it
// counts as full-range BT.601, as in JPEG.
type NV12 struct {
	Y       []uint8 // of pixel (x, y): at (y-Rect.Min.Y)*YStride + x-Rect.Min.X
	CbCr    []uint8 // of pixel (x, y): at (y/2-Rect.Min.Y/2)*CStride + (x/2-Rect.Min.X/2)*2
	YStride int     // bytes from a row to the next
	CStride int
	Rect    image.Rectangle
}

// NewNV12 makes an image whose samples are all 0.
func NewNV12(r image.Rectangle) *NV12 {
	i := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	return &NV12{Y: i.Y, CbCr: make([]uint8, 2*len(i.Cb)), YStride: i.YStride, CStride: 2 * i.CStride, Rect: i.Rect}
}

// Bounds is p.Rect.
func (p *NV12) Bounds() image.Rectangle { return p.Rect }

// ColorModel is color.YCbCrModel.
func (p *NV12) ColorModel() color.Model { return color.YCbCrModel }

// At is a color.YCbCr.
func (p *NV12) At(x, y int) color.Color { return p.at(x, y) }

func (p *NV12) at(x, y int) color.YCbCr {
	if !(image.Point{X: x, Y: y}.In(p.Rect)) {
		return color.YCbCr{}
	}
	c := (y/2-p.Rect.Min.Y/2)*p.CStride + (x/2-p.Rect.Min.X/2)*2
	return color.YCbCr{Y: p.Y[(y-p.Rect.Min.Y)*p.YStride+x-p.Rect.Min.X], Cb: p.CbCr[c], Cr: p.CbCr[c+1]}
}
