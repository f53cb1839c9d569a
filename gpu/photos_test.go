package gpu

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// seen is a session whose output is the input, doubled, and its photos.
func seen(t testing.TB, d *Device, p tensor.Preprocess) (*network.Session, *network.Photos) {
	t.Helper()
	b := network.NewBuilder("seen")
	x := b.Input("x", p.Shape()...)
	g, err := b.Build(b.Apply("twice", network.Binary{Fn: network.FnAdd}, x, x))
	if err != nil {
		t.Fatal(err)
	}
	s, err := network.Compile(d, g)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	photos, err := s.Photos(p)
	if err != nil {
		t.Fatal(err)
	}
	return s, photos
}

// wantSeen fails the test unless an output of seen is what the CPU makes of a photo,
// to the last bit of colour; GPUs may round the normalisation once or twice otherwise.
func wantSeen(t testing.TB, got *tensor.Tensor, p tensor.Preprocess, img image.Image) {
	t.Helper()
	want, err := p.Apply(img)
	if err != nil {
		t.Fatal(err)
	}
	most := 0.0
	for c := range 3 {
		most = max(most, 255*math.Abs(float64(p.Scale[c])), math.Abs(float64(p.Mean[c])*float64(p.Scale[c])))
	}
	for i, w := range want.Data {
		if g := got.Data[i]; !(math.Abs(float64(g)-2*float64(w)) <= 4e-7*max(most, 255*unit(p.Scale))) {
			n := p.Width * p.Height
			t.Fatalf("%T of %v, %v to %dx%d: plane %d at %d,%d is %g, want %g", img, img.Bounds(), p.Fit, p.Width, p.Height,
				i/n, i%p.Width, i%n/p.Width, g/2, w)
		}
	}
}

// unit is 1 where a scale is left out.
func unit(scale [3]float32) float64 {
	if scale == ([3]float32{}) {
		return 1
	}
	return 0
}

// photosOfAllTypes are noise, so that every wrong pixel shows, of a size, in all types
// that a GPU takes and with pixels around them that must not be seen.
func photosOfAllTypes(seed uint64, w, h int) []image.Image {
	r := rand.New(rand.NewPCG(seed, 5))
	fill := func(b []uint8) {
		for i := range b {
			switch b[i] = uint8(r.IntN(256)); r.IntN(8) { // extremes, and a few big steps
			case 0:
				b[i] = 0
			case 1:
				b[i] = 255
			}
		}
	}
	around, inside := image.Rect(-2, 1, w+7, h+6), image.Rect(1, 3, w+1, h+3)
	rgba, nrgba, gray := image.NewRGBA(around), image.NewNRGBA(around), image.NewGray(around)
	fill(rgba.Pix)
	fill(nrgba.Pix)
	fill(gray.Pix)
	odd := &image.RGBA{Pix: make([]uint8, (4*w+3)*h), Stride: 4*w + 3, Rect: image.Rect(0, 0, w, h)}
	fill(odd.Pix)
	all := []image.Image{rgba, rgba.SubImage(inside), odd, nrgba.SubImage(inside), gray.SubImage(inside)}
	bgra := &tensor.BGRA{Pix: odd.Pix, Stride: odd.Stride, Rect: inside}
	nv12, corner := tensor.NewNV12(image.Rect(0, 0, w, h)), tensor.NewNV12(inside)
	for _, b := range [][]uint8{nv12.Y, nv12.CbCr, corner.Y, corner.CbCr} {
		fill(b)
	}
	all = append(all, bgra, nv12, corner)
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		// From 0 on, as negative pixels share samples in a way of their own.
		i := image.NewYCbCr(image.Rect(0, 0, w+7, h+6), ratio)
		fill(i.Y)
		fill(i.Cb)
		fill(i.Cr)
		all = append(all, i, i.SubImage(inside))
	}
	return all
}

// A photo becomes the same input on the GPU as on the CPU, whatever its type and size.
func TestPhotosAreSeenAlike(t *testing.T) {
	d := openTest(t, Options{})
	type size struct{ w, h int }
	sizes := []size{{1, 1}, {1, 9}, {5, 2}, {13, 17}, {64, 48}, {151, 60}}
	for i, p := range []tensor.Preprocess{
		{Width: 13, Height: 17},
		{Width: 24, Height: 7, Order: tensor.BGR, Mean: [3]float32{104, 117, 123}},
		{Width: 31, Height: 31, Fit: tensor.Crop, Scale: [3]float32{1, 0.5, 0.25}},
		{Width: 30, Height: 22, Fit: tensor.Crop, Shorter: 40, Order: tensor.BGR, Mean: [3]float32{1, 2, 3}, Scale: [3]float32{3, 2, 1}},
		{Width: 33, Height: 40, Fit: tensor.Letterbox, Fill: color.RGBA{10, 20, 30, 255}, Mean: [3]float32{1, 2, 3}},
		{Width: 40, Height: 33, Fit: tensor.Letterbox, Fill: color.RGBA{1, 2, 3, 4}, Order: tensor.BGR},
		{Width: 1, Height: 1},
	} {
		_, photos := seen(t, d, p)
		for j, s := range sizes {
			all := photosOfAllTypes(uint64(10*i+j), s.w, s.h)
			for k, img := range all {
				if i > 1 && (i+j+k)%3 != 0 { // enough
					continue
				}
				got, err := photos.Run(img)
				if err != nil {
					t.Fatal(err)
				}
				wantSeen(t, got[0], p, img)
			}
		}
	}
}

// The same for all presets, and for photos as cameras have them.
func TestPresetsAreSeenAlike(t *testing.T) {
	racing.Skip(t)
	if testing.Short() {
		t.Skip("the large ones")
	}
	d := openTest(t, Options{})
	for i, name := range tensor.Presets() {
		p, err := tensor.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		s, photos := seen(t, d, p)
		out := s.NewOutputs()
		for j, size := range [][2]int{{640, 480}, {301, 167}, {97, 233}} {
			for _, img := range photosOfAllTypes(uint64(100*i+j), size[0], size[1])[i%2:][:12] {
				if err := photos.RunInto(out, img); err != nil {
					t.Fatal(err)
				}
				wantSeen(t, out[0], p, img)
			}
		}
	}
}

// What the GPU does not take is preprocessed on the CPU.
func TestPhotosOfOtherTypes(t *testing.T) {
	d := openTest(t, Options{Limits: &Limits{TextureSize: 32}})
	p := tensor.Preprocess{Width: 8, Height: 6, Fit: tensor.Crop, Scale: [3]float32{1, 1, 1}}
	_, photos := seen(t, d, p)
	paletted := image.NewPaletted(image.Rect(0, 0, 30, 20), color.Palette{color.White, color.Gray{99}, color.RGBA{1, 2, 3, 255}})
	for i := range paletted.Pix {
		paletted.Pix[i] = uint8(i % 3)
	}
	deep := image.NewRGBA64(image.Rect(0, 0, 9, 9))
	for i := range deep.Pix {
		deep.Pix[i] = uint8(i)
	}
	for _, img := range []image.Image{paletted, deep, photosOfAllTypes(1, 32, 33)[1], photosOfAllTypes(1, 33, 2)[5]} {
		if (&photoInput{e: &executor{d: d}}).Takes(img) {
			t.Errorf("%T of %v is taken", img, img.Bounds())
		}
		got, err := photos.Run(img)
		if err != nil {
			t.Fatal(err)
		}
		wantSeen(t, got[0], p, img)
	}
}

// Photos in flight keep their order and their pixels, beside other runs.
func TestPhotosInFlight(t *testing.T) {
	d := openTest(t, Options{})
	p := tensor.Preprocess{Width: 21, Height: 18, Fit: tensor.Letterbox, Scale: [3]float32{2, 2, 2}}
	s, photos := seen(t, d, p)
	other, err := s.Photos(tensor.Preprocess{Width: 21, Height: 18, Order: tensor.BGR, Scale: [3]float32{1, 1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.NewFrame(), s.NewFrame()
	var imgs []image.Image
	for i := range 3 { // of different sizes and types, one after the other
		imgs = append(imgs, photosOfAllTypes(uint64(i), 20+7*i, 30)...)
	}
	var last image.Image
	for i, img := range imgs {
		shown := img
		if rgba, ok := img.(*image.RGBA); ok { // the caller's again after Submit
			c := *rgba
			c.Pix = append([]uint8(nil), rgba.Pix...)
			shown = &c
		}
		if err := photos.Submit(b, shown); err != nil {
			t.Fatal(err)
		}
		if c, ok := shown.(*image.RGBA); ok {
			clear(c.Pix)
		}
		if i%5 == 1 {
			got, err := other.Run(img)
			if err != nil {
				t.Fatal(err)
			}
			wantSeen(t, got[0], tensor.Preprocess{Width: 21, Height: 18, Order: tensor.BGR, Scale: [3]float32{1, 1, 1}}, img)
		}
		if i%7 == 3 {
			x := tensor.New(p.Shape()...)
			x.Data[5] = 3
			got, err := s.Run(x)
			if err != nil || got[0].Data[5] != 6 {
				t.Fatal(got, err)
			}
		}
		if last != nil {
			got, err := a.Wait()
			if err != nil {
				t.Fatal(err)
			}
			wantSeen(t, got[0], p, last)
		}
		a, b, last = b, a, img
	}
}

// In the steady state a photo is one upload a plane and one launch more, and nothing
// is allocated, here or in the driver.
func TestPhotoSteadyState(t *testing.T) {
	d, r := openRecorded(t)
	p := tensor.Preprocess{Width: 24, Height: 24, Fit: tensor.Crop, Scale: [3]float32{1, 1, 1}}
	s, photos := seen(t, d, p)
	out, frame := s.NewOutputs(), s.NewFrame()
	for _, c := range []struct {
		img    image.Image
		planes int
	}{
		{image.NewRGBA(image.Rect(0, 0, 64, 48)), 1},
		{image.NewYCbCr(image.Rect(0, 0, 64, 48), image.YCbCrSubsampleRatio420), 3},
	} {
		run := func() error { return photos.RunInto(out, c.img) }
		submit := func() error {
			if err := photos.Submit(frame, c.img); err != nil {
				return err
			}
			_, err := frame.Wait()
			return err
		}
		for range 3 {
			countCalls(t, r, run)
			countCalls(t, r, submit)
		}
		calls, text := countCalls(t, r, run)
		for call, want := range map[string]int{
			"TexSubImage2D": c.planes, "BindTexture": c.planes, "DispatchCompute": 2, "MemoryBarrier": 2, "UseProgram": 2,
			"BufferSubData": 0, "GenBuffer": 0, "GenTexture": 0, "Finish": 0, "ClientWaitSync": 1, "GetError": 1, "MapBufferRange": 1,
		} {
			if calls[call] != want {
				t.Errorf("%T: %d %s, want %d, of\n%s", c.img, calls[call], call, want, text)
			}
		}
		for what, f := range map[string]func() error{"run": run, "frame": submit} {
			if n := testing.AllocsPerRun(10, func() {
				if err := f(); err != nil {
					t.Fatal(err)
				}
			}); n != 0 {
				t.Errorf("%T: a %s allocates %v times", c.img, what, n)
			}
		}
	}
	// Only what the cut leaves is uploaded.
	if in := executorOf(t, s).photos[0]; in.t.Need[0] != image.Rect(8, 0, 56, 48) {
		t.Errorf("of 64x48 the GPU gets %v", in.t.Need[0])
	}
}

func TestPhotoFaults(t *testing.T) {
	p := tensor.Preprocess{Width: 9, Height: 9, Scale: [3]float32{1, 1, 1}}
	img := photosOfAllTypes(1, 12, 12)[9]
	for _, c := range []struct {
		f  glestest.Fault
		is error
	}{
		{glestest.Fault{Call: "TexStorage2D", Nth: 2, Error: gles.OUT_OF_MEMORY}, ErrOutOfMemory},
		{glestest.Fault{Call: "TexSubImage2D", Nth: 3, Error: gles.OUT_OF_MEMORY}, ErrOutOfMemory},
		{glestest.Fault{Call: "BufferData", Nth: 1, Error: gles.OUT_OF_MEMORY}, ErrOutOfMemory},
		{glestest.Fault{Call: "BufferData", Nth: 2, Error: gles.OUT_OF_MEMORY}, ErrOutOfMemory},
		{glestest.Fault{Call: "CompileShader", Nth: 1, Log: "no"}, nil},
		{glestest.Fault{Call: "DispatchCompute", Nth: 1, Lost: true}, ErrContextLost},
	} {
		for _, flight := range []bool{false, true} {
			t.Run(fmt.Sprint(c.f.Call, c.f.Nth, flight), func(t *testing.T) {
				d, r := openRecorded(t)
				s, photos := seen(t, d, p)
				frame := s.NewFrame()
				run := func() ([]*tensor.Tensor, error) {
					if !flight {
						return photos.Run(img)
					}
					if err := photos.Submit(frame, img); err != nil {
						return nil, err
					}
					return frame.Wait()
				}
				r.Inject(c.f)
				if _, err := run(); err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.HasPrefix(err.Error(), "gpu: ") {
					t.Errorf("got %v", err)
				}
				if c.is == ErrContextLost {
					return
				}
				for range 3 {
					got, err := run()
					if err != nil {
						t.Fatal(err)
					}
					wantSeen(t, got[0], p, img)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A driver that computes something else is found out by the first photo of a kind.
func TestPhotoSelfTest(t *testing.T) {
	p := tensor.Preprocess{Width: 9, Height: 9, Scale: [3]float32{1, 1, 1}}
	for k := range kernels.PictureExternal {
		d, r := openRecorded(t)
		_, photos := seen(t, d, p)
		r.Inject(glestest.Fault{Call: "DispatchCompute", Nth: 1}) // it does nothing, and says so to nobody
		for range 2 {
			if _, err := photos.Run(noise(k)); (err == nil) != d.trusted[k] || err != nil && (!errors.Is(err, ErrSelfTest) || !strings.Contains(err.Error(), strings.TrimSuffix(kernels.PreprocessProgram(k).Label(), ")"))) {
				t.Errorf("kind %d: %v", k, err)
			}
		}
		if !d.trusted[k] {
			t.Errorf("kind %d is not trusted after it was right", k)
		}
		r.Heal()
		if got, err := photos.Run(noise(k)); err != nil {
			t.Error(err)
		} else {
			wantSeen(t, got[0], p, noise(k))
		}
	}
}

// Nothing of photos outlives their session.
func TestPhotosLeaveNothing(t *testing.T) {
	d, r := openRecorded(t)
	s, photos := seen(t, d, tensor.Preprocess{Width: 9, Height: 9})
	for _, img := range photosOfAllTypes(1, 12, 12) {
		if _, err := photos.Run(img); err != nil {
			t.Fatal(err)
		}
		f := s.NewFrame()
		if err := photos.Submit(f, img); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]string{{"GenBuffer", "DeleteBuffer"}, {"GenTexture", "DeleteTexture"}, {"FenceSync", "DeleteSync"}} {
		if made, gone := r.Calls(pair[0]), r.Calls(pair[1]); made != gone || made == 0 {
			t.Errorf("%d %s, %d %s", made, pair[0], gone, pair[1])
		}
	}
}
