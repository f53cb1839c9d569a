package tensor

import (
	"errors"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
)

func TestPlace(t *testing.T) {
	crop := Preprocess{Width: 224, Height: 224, Fit: Crop, Shorter: 256}
	tight := Preprocess{Width: 300, Height: 100, Fit: Crop}
	box := Preprocess{Width: 320, Height: 320, Fit: Letterbox}
	for _, c := range []struct {
		p             Preprocess
		width, height int
		want          image.Rectangle
	}{
		{crop, 512, 343, image.Rect(-79, -16, 303, 240)},
		{crop, 343, 512, image.Rect(-16, -79, 240, 303)},
		{crop, 256, 256, image.Rect(-16, -16, 240, 240)},
		{crop, 1, 1, image.Rect(-16, -16, 240, 240)},
		{tight, 100, 100, image.Rect(0, -100, 300, 200)},
		{tight, 1000, 100, image.Rect(-350, 0, 650, 100)},
		{box, 1280, 720, image.Rect(0, 70, 320, 250)},
		{box, 512, 430, image.Rect(0, 26, 320, 294)},
		{box, 720, 1280, image.Rect(70, 0, 250, 320)},
		{box, 1000, 1001, image.Rect(0, 0, 319, 320)},
		{box, 10000, 1, image.Rect(0, 159, 320, 160)},
		{Preprocess{Width: 320, Height: 240}, 7, 9, image.Rect(0, 0, 320, 240)},
		{box, 0, 7, image.Rectangle{}},
	} {
		if got := c.p.Place(c.width, c.height); got != c.want {
			t.Errorf("%v of %dx%d: %v, want %v", c.p.Fit, c.width, c.height, got, c.want)
		}
	}
}

// The obvious bilinear, in float64, from the definition.
func slowResize(img image.Image, at image.Rectangle, x, y int) [3]float64 {
	in, w, h := pixelsOf(img)
	sx := max(0, min((float64(x-at.Min.X)+0.5)*float64(w)/float64(at.Dx())-0.5, float64(w-1)))
	sy := max(0, min((float64(y-at.Min.Y)+0.5)*float64(h)/float64(at.Dy())-0.5, float64(h-1)))
	x0, y0 := int(sx), int(sy)
	u, v := sx-float64(x0), sy-float64(y0)
	var sum [3]float64
	for _, n := range []struct {
		x, y int
		w    float64
	}{{x0, y0, (1 - u) * (1 - v)}, {x0 + 1, y0, u * (1 - v)}, {x0, y0 + 1, (1 - u) * v}, {x0 + 1, y0 + 1, u * v}} {
		if n.w > 0 {
			r, g, b := in.rgb(n.x, n.y)
			sum[0] += n.w * float64(r)
			sum[1] += n.w * float64(g)
			sum[2] += n.w * float64(b)
		}
	}
	return sum
}

func TestFitImage(t *testing.T) {
	red := color.RGBA{200, 10, 20, 255}
	rgba := speckle(37, 23)
	ycbcr := image.NewYCbCr(image.Rect(0, 0, 37, 23), image.YCbCrSubsampleRatio444)
	for y := range 23 {
		for x := range 37 {
			i := ycbcr.YOffset(x, y)
			ycbcr.Y[i], ycbcr.Cb[i], ycbcr.Cr[i] = uint8(60+3*x), uint8(110+y), uint8(150-y) // no clamping
		}
	}
	nrgba := image.NewNRGBA(image.Rect(-5, 3, 32, 26))
	copy(nrgba.Pix, rgba.Pix)
	for _, img := range []image.Image{rgba, ycbcr, nrgba, rgba.SubImage(image.Rect(5, 6, 30, 20)), ycbcr.SubImage(image.Rect(5, 6, 30, 20))} {
		for _, p := range []Preprocess{
			{Width: 16, Height: 16, Fit: Crop, Shorter: 18},
			{Width: 50, Height: 40, Fit: Crop, Shorter: 50},
			{Width: 50, Height: 50, Fit: Letterbox, Fill: red},
			{Width: 9, Height: 31, Fit: Letterbox, Fill: red},
			{Width: 11, Height: 61},
			{Width: 37, Height: 23},
			{Width: 1, Height: 1},
		} {
			got, err := p.FitImage(img)
			if err != nil {
				t.Fatal(err)
			}
			at := p.Place(img.Bounds().Dx(), img.Bounds().Dy())
			for y := range p.Height {
				for x := range p.Width {
					c := got.RGBAAt(x, y)
					want := [3]float64{float64(red.R), float64(red.G), float64(red.B)}
					most := 0.0
					if image.Pt(x, y).In(at) {
						want = slowResize(img, at, x, y)
						most = 0.8 // half a level of rounding, a quarter for weights of 11 bits
						if _, ok := img.(*image.YCbCr); ok {
							most = 1.6 // slowResize converts, rounding, before it scales
						}
					}
					for k, v := range []uint8{c.R, c.G, c.B} {
						if d := math.Abs(float64(v) - want[k]); d > most || c.A != 255 {
							t.Fatalf("%T %v %dx%d, (%d, %d): %v instead of %v", img, p.Fit, p.Width, p.Height, x, y, c, want)
						}
					}
				}
			}
		}
	}
}

// Subsampled chroma, of any size and corner, stays within its plane, and a
// constant colour stays constant.
func TestFitSubsampled(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422,
		image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		img := image.NewYCbCr(image.Rect(0, 0, 13, 11), ratio)
		for i := range img.Y {
			img.Y[i] = 120
		}
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = 100, 140
		}
		for x := range 4 {
			for y := range 4 {
				sub := img.SubImage(image.Rect(x, y, 12+x%2, 11-y%2))
				got, err := Preprocess{Width: 29, Height: 7}.FitImage(sub)
				if err != nil {
					t.Fatal(err)
				}
				r, g, b := color.YCbCrToRGB(120, 100, 140)
				for i := 0; i < len(got.Pix); i += 4 {
					if !slices.Equal(got.Pix[i:i+3], []uint8{r, g, b}) {
						t.Fatalf("%v from (%d, %d): %v", ratio, x, y, got.Pix[i:i+4])
					}
				}
			}
		}
	}
}

func TestFillFrom(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 2, 1))
	copy(img.Pix, []uint8{10, 20, 30, 255, 40, 50, 60, 255})
	gray := image.NewGray(image.Rect(0, 0, 2, 1))
	copy(gray.Pix, []uint8{7, 8})
	base := Preprocess{Width: 2, Height: 1}
	bgr := base
	bgr.Order, bgr.Mean, bgr.Scale = BGR, [3]float32{1, 2, 3}, [3]float32{1, 10, 100}
	for _, c := range []struct {
		p    Preprocess
		img  image.Image
		want []float32
	}{
		{base, img, []float32{10, 40, 20, 50, 30, 60}},
		{bgr, img, []float32{29, 59, 180, 480, 700, 3700}},
		{base, gray, []float32{7, 8, 7, 8, 7, 8}},
	} {
		for _, shape := range []Shape{{1, 3, 1, 2}, {3, 1, 2}} {
			got := New(shape...)
			if err := c.p.FillFrom(got, c.img); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Data, c.want) {
				t.Errorf("got %v, want %v", got.Data, c.want)
			}
		}
	}
	imagenet, err := Preset("imagenet")
	if err != nil {
		t.Fatal(err)
	}
	x, err := imagenet.Apply(speckle(300, 400))
	if err != nil {
		t.Fatal(err)
	}
	fitted, err := imagenet.FitImage(speckle(300, 400))
	if err != nil {
		t.Fatal(err)
	}
	c := fitted.RGBAAt(5, 9)
	for k, v := range []float64{(float64(c.R)/255 - 0.485) / 0.229, (float64(c.G)/255 - 0.456) / 0.224, (float64(c.B)/255 - 0.406) / 0.225} {
		if got := float64(x.Data[k*224*224+9*224+5]); math.Abs(got-v) > 1e-5 {
			t.Errorf("plane %d: %g, want %g", k, got, v)
		}
	}
}

func TestFillFromDoesNotAllocate(t *testing.T) {
	size := image.Rect(0, 0, 64, 48)
	p := Preprocess{Width: 64, Height: 48}
	x := New(p.Shape()...)
	for _, img := range []image.Image{image.NewRGBA(size), image.NewNRGBA(size), image.NewGray(size), image.NewYCbCr(size, image.YCbCrSubsampleRatio420)} {
		n := testing.AllocsPerRun(20, func() {
			if err := p.FillFrom(x, img); err != nil {
				t.Fatal(err)
			}
		})
		if n > 0 {
			t.Errorf("%T: %g allocations", img, n)
		}
	}
}

func TestPreprocessErrors(t *testing.T) {
	good := Preprocess{Width: 4, Height: 4}
	img := speckle(4, 4)
	for name, err := range map[string]error{
		"no size":      second(Preprocess{}.Apply(img)),
		"huge":         second(Preprocess{Width: 1 << 30, Height: 1 << 30}.Apply(img)),
		"unknown fit":  second(Preprocess{Width: 4, Height: 4, Fit: 9}.Apply(img)),
		"order":        second(Preprocess{Width: 4, Height: 4, Order: 7}.Apply(img)),
		"large crop":   second(Preprocess{Width: 224, Height: 4, Fit: Crop, Shorter: 200}.Apply(img)),
		"empty image":  second(good.Apply(image.NewRGBA(image.Rectangle{}))),
		"other size":   good.FillFrom(New(1, 3, 4, 4), speckle(5, 4)),
		"other shape":  good.FillFrom(New(1, 4, 4, 3), img),
		"batch of two": good.FillFrom(New(2, 3, 4, 4), img),
		"short data":   good.FillFrom(&Tensor{Shape: Shape{3, 4, 4}}, img),
		"destination":  good.FitInto(speckle(4, 5), img),
		"preset":       second(Preset("none")),
	} {
		if !errors.Is(err, ErrPreprocess) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestPresets(t *testing.T) {
	for _, name := range Presets() {
		p, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if x, err := p.Apply(speckle(31, 77)); err != nil || !x.Shape.Equal(p.Shape()) {
			t.Errorf("%s: %v, %v", name, x, err)
		}
	}
}

func BenchmarkCamera(b *testing.B) {
	frame := image.NewYCbCr(image.Rect(0, 0, 1280, 720), image.YCbCrSubsampleRatio420)
	p, err := Preset("imagenet")
	if err != nil {
		b.Fatal(err)
	}
	dst, x := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height)), New(p.Shape()...)
	b.Run("fit", func(b *testing.B) {
		for b.Loop() {
			if err := p.FitInto(dst, frame); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("fill", func(b *testing.B) {
		for b.Loop() {
			if err := p.FillFrom(x, dst); err != nil {
				b.Fatal(err)
			}
		}
	})
}
