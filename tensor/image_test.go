package tensor

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
)

// speckle is an opaque picture with detail everywhere.
func speckle(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * i / 7)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func TestLoadImage(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	img := speckle(12, 7)
	var asPNG, asBMP, asJPEG bytes.Buffer
	if err := errors.Join(png.Encode(&asPNG, img), bmp.Encode(&asBMP, img), jpeg.Encode(&asJPEG, img, nil)); err != nil {
		t.Fatal(err)
	}
	webp, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"x.png": asPNG.Bytes(), "x.bmp": asBMP.Bytes(), "x.jpg": asJPEG.Bytes(), "x.webp": webp, "wrong-suffix.gif": asPNG.Bytes()} {
		got, err := LoadImage(write(name, b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if name == "x.png" || name == "x.bmp" {
			if largest, _ := pixelDiff(t, got, img); largest != 0 {
				t.Errorf("%s: other pixels", name)
			}
		}
	}

	// A PNG of a hundred bytes that claims 4 gigapixels.
	bomb := bytes.Clone(asPNG.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 65536)
	binary.BigEndian.PutUint32(bomb[20:], 65536)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	tooLarge := "65536x65536"
	if strconv.IntSize == 32 {
		tooLarge = "dimension overflow" // of the decoder
	}
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"bomb.png":  {bomb, tooLarge},
		"cut.png":   {asPNG.Bytes()[:asPNG.Len()-30], "not enough pixel data"},
		"empty.jpg": {nil, "empty"},
		"text.jpg":  {[]byte("this is not a photo, is it?"), "unknown format"},
		"gif.gif":   {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "unknown format"},
	} {
		path := write(name, c.b)
		_, err := LoadImage(path)
		if !errors.Is(err, ErrImage) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "JPEG, PNG") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := LoadImage(filepath.Join(dir, "none.png")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := LoadImage(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a folder: %v", err)
	}
}

func TestWidenWebP(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 4, 1), image.YCbCrSubsampleRatio444)
	copy(img.Y, []uint8{16, 235, 0, 126})
	copy(img.Cb, []uint8{128, 128, 16, 240})
	copy(img.Cr, []uint8{128, 128, 255, 128})
	widen(img)
	if !bytes.Equal(img.Y, []uint8{0, 255, 0, 128}) || !bytes.Equal(img.Cb, []uint8{128, 128, 0, 255}) || img.Cr[2] != 255 {
		t.Errorf("got %v %v %v", img.Y, img.Cb, img.Cr)
	}
	widen(image.NewNRGBA(image.Rect(0, 0, 1, 1))) // lossless: nothing to do
}

// Every reader of pixels agrees with the image's own At, over black.
func TestPixels(t *testing.T) {
	whole := image.Rect(3, 5, 20, 16)
	part := image.Rect(6, 7, 17, 14)
	ycbcr := image.NewYCbCr(whole, image.YCbCrSubsampleRatio420)
	for _, plane := range [][]uint8{ycbcr.Y, ycbcr.Cb, ycbcr.Cr} {
		for i := range plane {
			plane[i] = uint8(i * 37)
		}
	}
	rgba, nrgba, gray, deep := image.NewRGBA(whole), image.NewNRGBA(whole), image.NewGray(whole), image.NewNRGBA64(whole)
	for y := whole.Min.Y; y < whole.Max.Y; y++ {
		for x := whole.Min.X; x < whole.Max.X; x++ {
			c := color.NRGBA{uint8(x * 13), uint8(y * 17), uint8(x * y), uint8(255 - 20*(x%3)*(y%5))}
			for _, img := range []interface{ Set(x, y int, c color.Color) }{rgba, nrgba, gray, deep} {
				img.Set(x, y, c)
			}
		}
	}
	for _, img := range []interface {
		image.Image
		SubImage(image.Rectangle) image.Image
	}{ycbcr, rgba, nrgba, gray, deep} {
		sub := img.SubImage(part)
		in, w, h := pixelsOf(sub)
		if w != part.Dx() || h != part.Dy() {
			t.Fatalf("%T: %dx%d", img, w, h)
		}
		for y := range h {
			for x := range w {
				r, g, b := in.rgb(x, y)
				r16, g16, b16, _ := sub.At(part.Min.X+x, part.Min.Y+y).RGBA()
				for _, d := range []int{int(r) - int(r16>>8), int(g) - int(g16>>8), int(b) - int(b16>>8)} {
					if d < -1 || d > 1 {
						t.Fatalf("%T (%d, %d): %d %d %d instead of %d %d %d", img, x, y, r, g, b, r16>>8, g16>>8, b16>>8)
					}
				}
			}
		}
	}
}
