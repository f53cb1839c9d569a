package tensor

import (
	"image"
	"image/color"
)

// pixels reads the colour at (x, y), counted from the image's upper left
// corner, as 0..255. Transparent pixels come out as over a black background.
type pixels interface {
	rgb(x, y int) (r, g, b uint8)
}

// pixelsOf returns the fastest reader there is for the type of img, and its size.
func pixelsOf(img image.Image) (src pixels, width, height int) {
	r := img.Bounds()
	switch img := img.(type) {
	case *image.RGBA:
		src = rgbaPixels{img.Pix[img.PixOffset(r.Min.X, r.Min.Y):], img.Stride}
	case *image.NRGBA:
		src = nrgbaOf(img)
	case *image.Gray:
		src = grayOf(img)
	case *image.YCbCr:
		src = ycbcrOf(img)
	case *NV12:
		src = nv12Pixels{img}
	case *BGRA:
		src = bgraPixels{img.Pix, img.Stride}
	default:
		src = anyOf(img)
	}
	return src, r.Dx(), r.Dy()
}

func nrgbaOf(img *image.NRGBA) nrgbaPixels {
	return nrgbaPixels{img.Pix[img.PixOffset(img.Rect.Min.X, img.Rect.Min.Y):], img.Stride}
}

func grayOf(img *image.Gray) grayPixels {
	return grayPixels{img.Pix[img.PixOffset(img.Rect.Min.X, img.Rect.Min.Y):], img.Stride}
}

func ycbcrOf(img *image.YCbCr) ycbcrPixels { return ycbcrPixels{img, img.Rect.Min} }

func anyOf(img image.Image) anyPixels { return anyPixels{img, img.Bounds().Min} }

type rgbaPixels struct { // alpha is multiplied in already
	pix    []uint8
	stride int
}

func (p rgbaPixels) rgb(x, y int) (r, g, b uint8) {
	s := p.pix[y*p.stride+x*4:]
	return s[0], s[1], s[2]
}

type nrgbaPixels struct {
	pix    []uint8
	stride int
}

func (p nrgbaPixels) rgb(x, y int) (r, g, b uint8) {
	s := p.pix[y*p.stride+x*4:]
	if a := uint32(s[3]); a != 255 {
		over := func(c uint8) uint8 { return uint8((uint32(c)*a + 127) / 255) }
		return over(s[0]), over(s[1]), over(s[2])
	}
	return s[0], s[1], s[2]
}

type grayPixels struct {
	pix    []uint8
	stride int
}

func (p grayPixels) rgb(x, y int) (r, g, b uint8) {
	v := p.pix[y*p.stride+x]
	return v, v, v
}

type ycbcrPixels struct { // JPEG's full-range BT.601, as image/color has it
	img *image.YCbCr
	min image.Point
}

func (p ycbcrPixels) rgb(x, y int) (r, g, b uint8) {
	x, y = x+p.min.X, y+p.min.Y
	c := p.img.COffset(x, y)
	return color.YCbCrToRGB(p.img.Y[p.img.YOffset(x, y)], p.img.Cb[c], p.img.Cr[c])
}

type anyPixels struct {
	img image.Image
	min image.Point
}

func (p anyPixels) rgb(x, y int) (r, g, b uint8) {
	r16, g16, b16, _ := p.img.At(x+p.min.X, y+p.min.Y).RGBA()
	return uint8(r16 >> 8), uint8(g16 >> 8), uint8(b16 >> 8)
}

type nv12Pixels struct{ img *NV12 }

func (p nv12Pixels) rgb(x, y int) (r, g, b uint8) {
	c := p.img.at(x+p.img.Rect.Min.X, y+p.img.Rect.Min.Y)
	return color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
}

type bgraPixels struct {
	pix    []uint8
	stride int
}

func (p bgraPixels) rgb(x, y int) (r, g, b uint8) {
	s := p.pix[y*p.stride+x*4:]
	return s[2], s[1], s[0]
}
