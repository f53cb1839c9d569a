package tensor

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that DecodeImage reads
	_ "image/png"
	"io"
	"os"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"
)

// MaxPixels is how many pixels an image may have: a file of a few kilobytes
// can claim, and decode to, gigabytes.
const MaxPixels = 100_000_000

// ErrImage: a file is no image, is one of a format that is not read, is
// damaged, or is too large.
var ErrImage = errors.New("cannot read image (JPEG, PNG, BMP and WebP are read)")

// LoadImage reads the photo in the file at path: JPEG, PNG, BMP or (not
// animated) WebP. Errors name the file; about the contents they are ErrImage.
//
// The pixels come as they are stored: a rotation in the EXIF data of a phone's
// photo is not applied.
func LoadImage(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, err := DecodeImage(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return img, nil
}

// DecodeImage is LoadImage from a stream.
func DecodeImage(r io.Reader) (image.Image, error) {
	var head bytes.Buffer
	c, _, err := image.DecodeConfig(io.TeeReader(r, &head))
	switch {
	case errors.Is(err, image.ErrFormat) && head.Len() == 0:
		return nil, fmt.Errorf("%w: the file is empty", ErrImage)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrImage, err)
	case c.Width < 1 || c.Height < 1:
		return nil, fmt.Errorf("%w: it has %dx%d pixels", ErrImage, c.Width, c.Height)
	case c.Width > MaxPixels/c.Height:
		return nil, fmt.Errorf("%w: %dx%d pixels are more than %d million", ErrImage, c.Width, c.Height, MaxPixels/1_000_000)
	}
	img, format, err := image.Decode(io.MultiReader(&head, r))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrImage, err)
	}
	if format == "webp" {
		widen(img)
	}
	return img, nil
}

// widen stretches the planes of a lossy WebP from video range (luma 16..235,
// chroma 16..240) to the full range that image.YCbCr means. The decoder leaves
// them as they are, which takes a seventh of the contrast away
// (https://go.dev/issue/40173).
func widen(img image.Image) {
	var p *image.YCbCr
	switch img := img.(type) {
	case *image.YCbCr:
		p = img
	case *image.NYCbCrA:
		p = &img.YCbCr
	default: // lossless: no such planes
		return
	}
	var luma, chroma [256]uint8
	for v := range 256 {
		luma[v] = uint8(max(0, min((255*(v-16)+109)/219, 255)))
		chroma[v] = uint8(max(0, min((255*(v-16)+112)/224, 255)))
	}
	chroma[128] = 128 // grey stays grey
	for i, v := range p.Y {
		p.Y[i] = luma[v]
	}
	for i := range p.Cb {
		p.Cb[i], p.Cr[i] = chroma[p.Cb[i]], chroma[p.Cr[i]]
	}
}
