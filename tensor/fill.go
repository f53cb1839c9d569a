package tensor

import (
	"fmt"
	"image"
)

// FillFrom writes img, which must have Width x Height pixels already, into t,
// whose shape must be 1 x 3 x Height x Width (or 3 x Height x Width). It
// neither scales nor, for the image types of the standard library's decoders
// and cameras (RGBA, NRGBA, YCbCr, Gray, and BGRA and NV12), allocates: for camera loops.
//
// A transparent pixel counts as lying over black.
func (p Preprocess) FillFrom(t *Tensor, img image.Image) error {
	if err := p.Check(); err != nil {
		return err
	}
	if err := CheckImage(img); err != nil {
		return err
	}
	if s := img.Bounds().Size(); s.X != p.Width || s.Y != p.Height {
		return fmt.Errorf("%w: an image of %dx%d pixels where %dx%d are needed (FitImage scales)", ErrPreprocess, s.X, s.Y, p.Width, p.Height)
	}
	shape := t.Shape
	if len(shape) == 4 && shape[0] == 1 {
		shape = shape[1:]
	}
	size := p.Width * p.Height
	if len(shape) != 3 || shape[0] != 3 || shape[1] != p.Height || shape[2] != p.Width || len(t.Data) != 3*size {
		return fmt.Errorf("%w: a tensor of shape %v where %v is needed", ErrPreprocess, t.Shape, p.Shape())
	}

	scale := p.Scale
	if scale == ([3]float32{}) {
		scale = [3]float32{1, 1, 1}
	}
	planes := [3][]float32{t.Data[:size], t.Data[size : 2*size], t.Data[2*size:]}
	mean := p.Mean
	if p.Order == BGR { // from here on, everything is in the order R, G, B
		planes[0], planes[2] = planes[2], planes[0]
		mean[0], mean[2] = mean[2], mean[0]
		scale[0], scale[2] = scale[2], scale[0]
	}
	// There are 256 colours: a table is both faster than arithmetic and free of
	// rounding that depends on fused multiply-add.
	var table [3][256]float32
	for c := range table {
		for v := range table[c] {
			table[c][v] = (float32(v) - mean[c]) * scale[c]
		}
	}
	switch img := img.(type) {
	case *image.RGBA:
		fillRGBA(planes, &table, img)
	case *image.NRGBA:
		fill(planes, &table, nrgbaOf(img), p.Width)
	case *image.Gray:
		fill(planes, &table, grayOf(img), p.Width)
	case *image.YCbCr:
		fill(planes, &table, ycbcrOf(img), p.Width)
	case *NV12:
		fill(planes, &table, nv12Pixels{img}, p.Width)
	case *BGRA:
		fill(planes, &table, bgraPixels{img.Pix, img.Stride}, p.Width)
	default:
		fill(planes, &table, anyOf(img), p.Width)
	}
	return nil
}

// fill is generic only so that in need not be boxed, which would allocate.
func fill[P pixels](planes [3][]float32, table *[3][256]float32, in P, width int) {
	x, y := 0, 0
	for i := range planes[0] {
		r, g, b := in.rgb(x, y)
		planes[0][i], planes[1][i], planes[2][i] = table[0][r], table[1][g], table[2][b]
		if x++; x == width {
			x, y = 0, y+1
		}
	}
}

// fillRGBA is the loop for what FitImage returns.
func fillRGBA(planes [3][]float32, table *[3][256]float32, img *image.RGBA) {
	b := img.Bounds()
	w := b.Dx()
	for y := range b.Dy() {
		line := img.Pix[img.PixOffset(b.Min.X, b.Min.Y+y):][:4*w]
		red, green, blue := planes[0][y*w:][:w], planes[1][y*w:][:w], planes[2][y*w:][:w]
		for x := range w {
			px := line[4*x : 4*x+4]
			red[x], green[x], blue[x] = table[0][px[0]], table[1][px[1]], table[2][px[2]]
		}
	}
}
