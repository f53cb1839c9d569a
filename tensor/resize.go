package tensor

import (
	"image"
	"image/color"

	"github.com/shufflegl/shufflegl/internal/bilinear"
)

// resize draws the whole of src, scaled to at.Dx() x at.Dy() pixels, into dst
// at the place at, which may lie partly outside dst: only what is inside is
// computed. Pixels of dst outside at become fill.
//
// The rule is package bilinear's: OpenCV's INTER_LINEAR. draw.ApproxBiLinear of
// golang.org/x/image has the same rule; this is not it because draw rounds down
// (each colour is 0.2 of 255 too dark in the mean) and takes one chroma sample
// for 2x2 pixels where JPEG decoders interpolate (see resizeYCbCr).
// draw.BiLinear antialiases: differences up to 120 of 255.
func resize(dst *image.RGBA, at image.Rectangle, src image.Image, fill color.RGBA) {
	size, b := src.Bounds().Size(), dst.Bounds()
	at = at.Add(b.Min)
	inside := at.Intersect(b)
	cols := bilinear.Taps(inside.Min.X-at.Min.X, inside.Max.X-at.Min.X, at.Dx(), size.X)
	rows := bilinear.Taps(inside.Min.Y-at.Min.Y, inside.Max.Y-at.Min.Y, at.Dy(), size.Y)

	for y := b.Min.Y; y < b.Max.Y; y++ {
		line := dst.Pix[dst.PixOffset(b.Min.X, y):][:4*b.Dx()]
		if y < inside.Min.Y || y >= inside.Max.Y {
			paint(line, fill)
			continue
		}
		paint(line[:4*(inside.Min.X-b.Min.X)], fill)
		paint(line[4*(inside.Max.X-b.Min.X):], fill)
	}
	if inside.Empty() {
		return
	}
	switch src := src.(type) {
	case *image.RGBA:
		resizeRGBA(dst, inside, src, cols, rows)
	case *image.YCbCr:
		resizeYCbCr(dst, inside, src, cols, rows)
	case *BGRA:
		resizeRGBA(dst, inside, (*image.RGBA)(src), cols, rows)
		swapRedBlue(dst.SubImage(inside).(*image.RGBA))
	case *NV12:
		resizeNV12(dst, inside, src, cols, rows)
	default:
		resizeAny(dst, inside, src, cols, rows)
	}
}

// blend weighs four neighbours, u/2048 to the right and v/2048 down. The result
// is in units of 1/2^22.
func blend(a, b, c, d uint8, u, v int32) int32 {
	top := int32(a)<<11 + (int32(b)-int32(a))*u
	bottom := int32(c)<<11 + (int32(d)-int32(c))*u
	return top<<11 + (bottom-top)*v
}

const half = 1 << 21 // of blend's unit

func resizeRGBA(dst *image.RGBA, inside image.Rectangle, src *image.RGBA, cols, rows []bilinear.Tap) {
	b := src.Bounds()
	for y, row := range rows {
		line := dst.Pix[dst.PixOffset(inside.Min.X, inside.Min.Y+y):][:4*len(cols)]
		upper := src.Pix[src.PixOffset(b.Min.X, b.Min.Y+int(row.I)):][:4*b.Dx()]
		lower := src.Pix[src.PixOffset(b.Min.X, b.Min.Y+int(row.J)):][:4*b.Dx()]
		for x, c := range cols {
			px := line[4*x : 4*x+4]
			p00, p01 := upper[4*c.I:4*c.I+4], upper[4*c.J:4*c.J+4]
			p10, p11 := lower[4*c.I:4*c.I+4], lower[4*c.J:4*c.J+4]
			px[0] = uint8((blend(p00[0], p01[0], p10[0], p11[0], c.W, row.W) + half) >> 22)
			px[1] = uint8((blend(p00[1], p01[1], p10[1], p11[1], c.W, row.W) + half) >> 22)
			px[2] = uint8((blend(p00[2], p01[2], p10[2], p11[2], c.W, row.W) + half) >> 22)
			px[3] = 255
		}
	}
}

// swapRedBlue turns colours of BGRA into those of RGBA.
func swapRedBlue(img *image.RGBA) {
	for y := range img.Rect.Dy() {
		line := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for i := 0; i+4 <= len(line); i += 4 {
			line[i], line[i+2] = line[i+2], line[i]
		}
	}
}

func resizeAny(dst *image.RGBA, inside image.Rectangle, src image.Image, cols, rows []bilinear.Tap) {
	in, _, _ := pixelsOf(src)
	for y, row := range rows {
		line := dst.Pix[dst.PixOffset(inside.Min.X, inside.Min.Y+y):][:4*len(cols)]
		for x, c := range cols {
			r00, g00, b00 := in.rgb(int(c.I), int(row.I))
			r01, g01, b01 := in.rgb(int(c.J), int(row.I))
			r10, g10, b10 := in.rgb(int(c.I), int(row.J))
			r11, g11, b11 := in.rgb(int(c.J), int(row.J))
			px := line[4*x : 4*x+4]
			px[0] = uint8((blend(r00, r01, r10, r11, c.W, row.W) + half) >> 22)
			px[1] = uint8((blend(g00, g01, g10, g11, c.W, row.W) + half) >> 22)
			px[2] = uint8((blend(b00, b01, b10, b11, c.W, row.W) + half) >> 22)
			px[3] = 255
		}
	}
}

// paint fills a line of RGBA pixels with one colour.
func paint(line []uint8, c color.RGBA) {
	for i := 0; i+4 <= len(line); i += 4 {
		line[i], line[i+1], line[i+2], line[i+3] = c.R, c.G, c.B, c.A
	}
}
