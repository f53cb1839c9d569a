package tensor

import (
	"fmt"
	"image"

	"github.com/shufflegl/shufflegl/internal/bilinear"
)

// CheckImage returns an error that wraps ErrPreprocess if an image is nil or empty,
// or is an RGBA, NRGBA, Gray, YCbCr, BGRA or NV12 whose pixels are fewer than its size
// and stride say, as happens when frames are wrapped by hand.
func CheckImage(img image.Image) error {
	switch i := img.(type) {
	case nil:
		return fmt.Errorf("%w: no image", ErrPreprocess)
	case *image.RGBA:
		if i != nil {
			return checkPlane("pixels", i.Rect, 4, len(i.Pix), i.Stride)
		}
	case *image.NRGBA:
		if i != nil {
			return checkPlane("pixels", i.Rect, 4, len(i.Pix), i.Stride)
		}
	case *image.Gray:
		if i != nil {
			return checkPlane("pixels", i.Rect, 1, len(i.Pix), i.Stride)
		}
	case *image.YCbCr:
		if i != nil {
			return checkYCbCr(i)
		}
	case *BGRA:
		if i != nil {
			return checkPlane("pixels", i.Rect, 4, len(i.Pix), i.Stride)
		}
	case *NV12:
		if i != nil {
			return checkNV12(i)
		}
	default:
		if i.Bounds().Empty() {
			return errEmpty()
		}
		return nil
	}
	return fmt.Errorf("%w: no image", ErrPreprocess)
}

func errEmpty() error { return fmt.Errorf("%w: an empty image", ErrPreprocess) }

func checkYCbCr(i *image.YCbCr) error {
	r := i.Rect
	if err := checkPlane("luma samples", r, 1, len(i.Y), i.YStride); err != nil {
		return err
	}
	chroma := chromaRect(r, i.SubsampleRatio)
	if err := checkPlane("blue chroma samples", chroma, 1, len(i.Cb), i.CStride); err != nil {
		return err
	}
	return checkPlane("red chroma samples", chroma, 1, len(i.Cr), i.CStride)
}

func checkNV12(i *NV12) error {
	if err := checkPlane("luma samples", i.Rect, 1, len(i.Y), i.YStride); err != nil {
		return err
	}
	return checkPlane("chroma samples", chromaRect(i.Rect, image.YCbCrSubsampleRatio420), 2, len(i.CbCr), i.CStride)
}

// chromaRect has the size of the chroma planes of an image with bounds r.
func chromaRect(r image.Rectangle, ratio image.YCbCrSubsampleRatio) image.Rectangle {
	x, y := bilinear.Steps(ratio)
	return image.Rect(0, 0, bilinear.Samples(r.Min.X, r.Max.X, x), bilinear.Samples(r.Min.Y, r.Max.Y, y))
}

// checkPlane checks that so many bytes hold the rows of r, of so many bytes a pixel.
func checkPlane(what string, r image.Rectangle, pixel, have, stride int) error {
	if r.Empty() {
		return errEmpty()
	}
	w, h := r.Dx(), r.Dy()
	// By division: products of hostile sizes overflow.
	if w > have/pixel || h > 1 && (stride < w*pixel || h-1 > (have-w*pixel)/stride) {
		return fmt.Errorf("%w: an image of %dx%d with %d bytes of %s, rows %d apart", ErrPreprocess, w, h, have, what, stride)
	}
	return nil
}
