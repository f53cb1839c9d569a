package gpu

import (
	"errors"
	"image"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// textured puts a photo into a texture as a program would, without asking for any
// filter: GL's default wants mipmaps, which there are none of.
func textured(t testing.TB, d *Device, img *image.RGBA) uint32 {
	t.Helper()
	gl := api(t, d)
	var id uint32
	err := d.Do(func() error {
		id = gl.GenTexture()
		gl.BindTexture(gles.TEXTURE_2D, id)
		w, h := img.Rect.Dx(), img.Rect.Dy()
		gl.TexStorage2D(gles.TEXTURE_2D, 1, gles.RGBA8, w, h)
		gl.PixelStorei(gles.UNPACK_ROW_LENGTH, int32(img.Stride/4))
		gl.TexSubImage2D(gles.TEXTURE_2D, 0, 0, 0, w, h, gles.RGBA, gles.UNSIGNED_BYTE, img.Pix)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func speckled(seed uint64, w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.IntN(256))
	}
	return img
}

// upsideDownImage is img with its rows in the other order.
func upsideDownImage(img *image.RGBA) *image.RGBA {
	down := image.NewRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		copy(down.Pix[y*down.Stride:][:down.Stride], img.Pix[(img.Rect.Dy()-1-y)*img.Stride:])
	}
	return down
}

// A photo in a texture is seen as the same photo in memory, upright or upside down.
func TestTexturesAreSeenAlike(t *testing.T) {
	d := openTest(t, Options{})
	for i, p := range []tensor.Preprocess{
		{Width: 13, Height: 17, Scale: [3]float32{1, 1, 1}},
		{Width: 30, Height: 22, Fit: tensor.Crop, Shorter: 40, Order: tensor.BGR, Mean: [3]float32{1, 2, 3}, Scale: [3]float32{3, 2, 1}},
		{Width: 33, Height: 40, Fit: tensor.Letterbox, Scale: [3]float32{1, 1, 1}},
	} {
		s, photos := seen(t, d, p)
		for j, size := range [][2]int{{1, 1}, {5, 2}, {64, 48}, {31, 60}, {13, 17}} {
			img := speckled(uint64(10*i+j), size[0], size[1])
			down := upsideDownImage(img)
			id := textured(t, d, img)
			for _, c := range []struct {
				bottomUp bool
				want     *image.RGBA
			}{{false, img}, {true, down}} {
				tex := &Texture{Name: id, Width: size[0], Height: size[1], BottomUp: c.bottomUp}
				got, err := photos.Run(tex)
				if err != nil {
					t.Fatal(err)
				}
				wantSeen(t, got[0], p, c.want)
				f := s.NewFrame()
				if err := photos.Submit(f, tex); err != nil {
					t.Fatal(err)
				}
				memory, err := photos.Run(img) // other units, the same program
				if err != nil {
					t.Fatal(err)
				}
				wantSeen(t, memory[0], p, img)
				if got, err = f.Wait(); err != nil {
					t.Fatal(err)
				}
				wantSeen(t, got[0], p, c.want)
			}
		}
	}
}

func TestTexturesThatAreNone(t *testing.T) {
	d, r := openRecorded(t)
	p := tensor.Preprocess{Width: 6, Height: 5}
	s, photos := seen(t, d, p)
	id := textured(t, d, speckled(1, 8, 7))
	for _, c := range []struct {
		t    *Texture
		is   error
		says string
	}{
		{nil, tensor.ErrPreprocess, "network: cannot preprocess: an empty image"},
		{&Texture{Name: id}, tensor.ErrPreprocess, "network: cannot preprocess: an empty image"},
		{&Texture{Name: id, Width: -3, Height: 7}, tensor.ErrPreprocess, "network: cannot preprocess: an empty image"},
		{&Texture{Name: id + 1000, Width: 8, Height: 7}, network.ErrUnsupported, "is no texture of the device's context"},
		{&Texture{Width: 8, Height: 7}, network.ErrUnsupported, "gpu: 0 is no texture"},
		{&Texture{Name: id, Width: 8, Height: 8}, network.ErrShape, "is 8x7 and not 8x8"},
		{&Texture{Name: id, Width: 9, Height: 7}, network.ErrShape, "is 8x7 and not 9x7"},
		{&Texture{Name: id, Width: 1 << 20, Height: 7}, network.ErrUnsupported, "network: backend gpu cannot read texture"},
	} {
		for range 2 { // it is not believed the second time either
			if _, err := photos.Run(c.t); err == nil || !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v: %v, want %q", c.t, err, c.says)
			}
			if err := photos.Submit(s.NewFrame(), c.t); err == nil || !errors.Is(err, c.is) {
				t.Errorf("%+v in flight: %v", c.t, err)
			}
		}
	}
	good := &Texture{Name: id, Width: 8, Height: 7}
	if _, err := photos.Run(good); err != nil {
		t.Error(err)
	}
	// Checked once, and then only read: nothing is uploaded or made.
	r.Reset()
	run := func() {
		if _, err := photos.Run(good); err != nil {
			t.Fatal(err)
		}
	}
	if calls := r.Sequence(run); slices.Contains(calls, "IsTexture") || slices.Contains(calls, "TexSubImage2D") || !slices.Contains(calls, "BindSampler") {
		t.Errorf("a texture seen before takes %v", calls)
	}
	out := s.NewOutputs()
	if n := testing.AllocsPerRun(10, func() { photos.RunInto(out, good) }); n != 0 {
		t.Errorf("a texture allocates %v times", n)
	}

	b := network.NewBuilder("cpu")
	x := b.Input("x", p.Shape()...)
	g, err := b.Build(b.Apply("twice", network.Binary{Fn: network.FnAdd}, x, x))
	if err != nil {
		t.Fatal(err)
	}
	c, err := network.Compile(cpu.New(cpu.Options{}), g)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	onCPU, err := c.Photos(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := onCPU.Run(good); !errors.Is(err, network.ErrUnsupported) || !strings.Contains(err.Error(), "backend cpu cannot read texture") {
		t.Errorf("the CPU: %v", err)
	}
}

// Drivers without the extension get no shader that needs it.
func TestExternalWithoutExtension(t *testing.T) {
	d := openTest(t, Options{})
	_, photos := seen(t, d, tensor.Preprocess{Width: 6, Height: 5})
	id := textured(t, d, speckled(1, 8, 7))
	d.info.Extensions = nil // nothing is under way
	_, err := photos.Run(&Texture{Name: id, Width: 8, Height: 7, External: true})
	if !errors.Is(err, network.ErrUnsupported) || !strings.Contains(err.Error(), "GL_OES_EGL_image_external_essl3") {
		t.Errorf("got %v", err)
	}
}

// A texture that the program deletes is found out, and its name may be another's.
func TestTextureDeleted(t *testing.T) {
	d, _ := openRecorded(t)
	p := tensor.Preprocess{Width: 6, Height: 5}
	_, photos := seen(t, d, p)
	id := textured(t, d, speckled(1, 8, 7))
	photo := &Texture{Name: id, Width: 8, Height: 7}
	if _, err := photos.Run(photo); err != nil {
		t.Fatal(err)
	}
	gl := api(t, d)
	if err := d.Do(func() error { gl.DeleteTexture(id); return nil }); err != nil {
		t.Fatal(err)
	}
	if out, err := photos.Run(photo); !errors.Is(err, network.ErrUnsupported) {
		t.Errorf("a texture that was deleted: %v, %v", out, err)
	}
}
