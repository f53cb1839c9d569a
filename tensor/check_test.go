package tensor

import (
	"errors"
	"image"
	"image/color"
	"math"
	"testing"
)

// An image that lies about its size is an error and not a panic, here and before a
// driver reads beyond its end.
func TestCheckImage(t *testing.T) {
	rect := image.Rect(3, 5, 10, 9) // 7x4
	cut := func(n int) *image.RGBA {
		i := image.NewRGBA(rect)
		i.Pix = i.Pix[:n]
		return i
	}
	ycbcr := func(y, cb, cr int) *image.YCbCr {
		i := image.NewYCbCr(rect, image.YCbCrSubsampleRatio420)
		i.Y, i.Cb, i.Cr = i.Y[:len(i.Y)-y], i.Cb[:len(i.Cb)-cb], i.Cr[:len(i.Cr)-cr]
		return i
	}
	strided := func(stride int) *image.Gray {
		i := image.NewGray(rect)
		i.Stride = stride
		return i
	}
	for _, c := range []struct {
		what string
		img  image.Image
		ok   bool
	}{
		{"whole", image.NewRGBA(rect), true},
		{"whole, NRGBA", image.NewNRGBA(rect), true},
		{"whole, Gray", image.NewGray(rect), true},
		{"whole, YCbCr", ycbcr(0, 0, 0), true},
		{"a part", image.NewRGBA(image.Rect(0, 0, 20, 20)).SubImage(rect), true},
		{"a part of YCbCr", image.NewYCbCr(image.Rect(0, 0, 20, 20), image.YCbCrSubsampleRatio410).SubImage(rect), true},
		{"the last row without its padding", &image.Gray{Pix: make([]uint8, 3*100+7), Stride: 100, Rect: rect}, true},
		{"one row needs no stride", &image.Gray{Pix: make([]uint8, 7), Rect: image.Rect(0, 0, 7, 1)}, true},
		{"of another type", image.NewPaletted(rect, color.Palette{color.Black}), true},
		{"a byte short", cut(4*7*4 - 1), false},
		{"nothing", cut(0), false},
		{"rows that overlap", strided(6), false},
		{"rows that go backwards", strided(-7), false},
		{"no stride", strided(0), false},
		{"rows too far apart", strided(8), false},
		{"luma short", ycbcr(1, 0, 0), false},
		{"blue chroma short", ycbcr(0, 1, 0), false},
		{"red chroma short", ycbcr(0, 0, 1), false},
		{"huge", &image.RGBA{Pix: make([]uint8, 64), Stride: math.MaxInt / 2, Rect: image.Rect(0, 0, 2, math.MaxInt)}, false},
		{"wide", &image.NRGBA{Pix: make([]uint8, 64), Stride: math.MaxInt, Rect: image.Rect(0, 0, math.MaxInt/4+1, 2)}, false},
		{"empty", image.NewRGBA(image.Rectangle{}), false},
		{"empty palette", image.NewPaletted(image.Rectangle{}, nil), false},
		{"none", nil, false},
		{"none, RGBA", (*image.RGBA)(nil), false},
		{"none, YCbCr", (*image.YCbCr)(nil), false},
	} {
		if err := CheckImage(c.img); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrPreprocess) {
			t.Errorf("%s: %v", c.what, err)
		}
		_, err := Preprocess{Width: 5, Height: 3}.Apply(c.img)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrPreprocess) {
			t.Errorf("%s: Apply gives %v", c.what, err)
		}
		if !c.ok {
			if err := (Preprocess{Width: 7, Height: 4}).FillFrom(New(1, 3, 4, 7), c.img); !errors.Is(err, ErrPreprocess) {
				t.Errorf("%s: FillFrom gives %v", c.what, err)
			}
		}
	}
}
