package tensor

import (
	"errors"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
)

// asBGRA and asNV12 are the same picture in other bytes, and with more between rows.
func asBGRA(img *image.RGBA) *BGRA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := &BGRA{Pix: make([]uint8, h*(4*w+5)), Stride: 4*w + 5, Rect: img.Rect}
	for y := range h {
		for x := range w {
			c := img.RGBAAt(x+img.Rect.Min.X, y+img.Rect.Min.Y)
			copy(out.Pix[y*out.Stride+4*x:], []uint8{c.B, c.G, c.R, c.A})
		}
	}
	return out
}

func asNV12(img *image.YCbCr) *NV12 {
	out := NewNV12(img.Rect)
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		for x := img.Rect.Min.X; x < img.Rect.Max.X; x++ {
			out.Y[(y-img.Rect.Min.Y)*out.YStride+x-img.Rect.Min.X] = img.YCbCrAt(x, y).Y
		}
	}
	rows := len(img.Cb) / img.CStride
	for i := range rows {
		for j := range img.CStride {
			out.CbCr[i*out.CStride+2*j], out.CbCr[i*out.CStride+2*j+1] = img.Cb[i*img.CStride+j], img.Cr[i*img.CStride+j]
		}
	}
	return out
}

// A picture is the same picture in every form: pixel by pixel, fitted, and as a tensor.
func TestFramesOfCameras(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for _, rect := range []image.Rectangle{image.Rect(0, 0, 9, 7), image.Rect(3, 5, 24, 18), image.Rect(2, 1, 3, 2), image.Rect(0, 0, 64, 48)} {
		rgba, ycbcr := image.NewRGBA(rect), image.NewYCbCr(rect, image.YCbCrSubsampleRatio420)
		for _, b := range [][]uint8{rgba.Pix, ycbcr.Y, ycbcr.Cb, ycbcr.Cr} {
			for i := range b {
				b[i] = uint8(r.IntN(256))
			}
		}
		for _, pair := range [][2]image.Image{{asBGRA(rgba), rgba}, {asNV12(ycbcr), ycbcr}} {
			got, want := pair[0], pair[1]
			if got.Bounds() != want.Bounds() || got.ColorModel() != want.ColorModel() {
				t.Errorf("%T: bounds %v", got, got.Bounds())
			}
			for y := rect.Min.Y - 1; y <= rect.Max.Y; y++ {
				for x := rect.Min.X - 1; x <= rect.Max.X; x++ {
					if g, w := got.At(x, y), want.At(x, y); g != w {
						t.Fatalf("%T at %d,%d: %v, want %v", got, x, y, g, w)
					}
				}
			}
			for _, p := range []Preprocess{
				{Width: 13, Height: 11, Order: BGR, Mean: [3]float32{1, 2, 3}, Scale: [3]float32{3, 2, 1}},
				{Width: 10, Height: 10, Fit: Crop},
				{Width: 20, Height: 12, Fit: Letterbox, Fill: color.RGBA{1, 2, 3, 4}},
			} {
				a, errA := p.Apply(got)
				b, errB := p.Apply(want)
				if errA != nil || errB != nil {
					t.Fatal(errA, errB)
				}
				if diff := MaxDiff(a, b); diff.Abs != 0 {
					t.Errorf("%T of %v, %v: %v", got, rect, p.Fit, diff)
				}
			}
			p := Preprocess{Width: rect.Dx(), Height: rect.Dy(), Order: BGR, Mean: [3]float32{1, 2, 3}}
			a, b := New(p.Shape()...), New(p.Shape()...)
			if err := errors.Join(p.FillFrom(a, got), p.FillFrom(b, want)); err != nil {
				t.Fatal(err)
			}
			if diff := MaxDiff(a, b); diff.Abs != 0 {
				t.Errorf("%T of %v, filled: %v", got, rect, diff)
			}
			if n := testing.AllocsPerRun(5, func() { p.FillFrom(a, got) }); n != 0 {
				t.Errorf("%T: FillFrom allocates %v times", got, n)
			}
		}
	}
}

func TestFramesThatLie(t *testing.T) {
	rect := image.Rect(1, 1, 8, 6)
	bgra, luma, chroma := NewBGRA(rect), NewNV12(rect), NewNV12(rect)
	for _, img := range []image.Image{bgra, luma, chroma} {
		if err := CheckImage(img); err != nil {
			t.Error(err)
		}
	}
	bgra.Pix, luma.Y, chroma.CbCr = bgra.Pix[1:], luma.Y[1:], chroma.CbCr[1:]
	for _, img := range []image.Image{bgra, luma, chroma, NewNV12(image.Rectangle{}), (*NV12)(nil), (*BGRA)(nil)} {
		if err := CheckImage(img); !errors.Is(err, ErrPreprocess) {
			t.Errorf("%T: %v", img, err)
		}
	}
}
