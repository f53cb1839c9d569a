package network_test

import (
	"errors"
	"image"
	"image/color"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// taker is a piped fake that takes gray photos itself, and doubles their first pixel.
type taker struct {
	*piped
	p      tensor.Preprocess
	err    error
	photos int
}

func (k *taker) Prepare(*network.Plan) (network.Executor, error) { return k, nil }

func (k *taker) Photos(p tensor.Preprocess) (network.PhotoInput, error) {
	k.p = p
	return photoInput{k}, k.err
}

type photoInput struct{ *taker }

func (k photoInput) Takes(img image.Image) bool { _, ok := img.(*image.Gray); return ok }

func (k photoInput) Run(out []*tensor.Tensor, img image.Image) error {
	k.photos++
	out[0].Data[0] = 2 * float32(img.(*image.Gray).Pix[0])
	return nil
}

func (k photoInput) Begin(slot int, out []*tensor.Tensor, img image.Image) error {
	k.photos++
	return k.piped.Begin(slot, out, []*tensor.Tensor{first(float32(img.(*image.Gray).Pix[0]))})
}

// elsewhere is a picture that is on a device.
type elsewhere struct{ image.Rectangle }

func (e elsewhere) Bounds() image.Rectangle { return e.Rectangle }
func (elsewhere) ColorModel() color.Model   { return color.RGBAModel }
func (elsewhere) At(int, int) color.Color   { panic("not here") }
func (elsewhere) Where() string             { return "texture 7" }

const doubled = `
	x = input 1x3x4x5
	y = add : x x
	out y`

func speckled(seed uint64, b image.Rectangle) *image.RGBA {
	img := image.NewRGBA(b)
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.IntN(256))
	}
	return img
}

// Where the backend takes no photos, they come to it as Preprocess.Apply makes them.
func TestPhotosOfAnyBackend(t *testing.T) {
	pre := tensor.Preprocess{Width: 5, Height: 4, Fit: tensor.Letterbox, Order: tensor.BGR, Mean: [3]float32{1, 2, 3}, Scale: [3]float32{4, 5, 6}}
	f := &fake{}
	s, err := network.Compile(f, parse(t, doubled))
	if err != nil {
		t.Fatal(err)
	}
	photos, err := s.Photos(pre)
	if err != nil {
		t.Fatal(err)
	}
	frame := s.NewFrame()
	ycbcr := image.NewYCbCr(image.Rect(0, 0, 9, 9), image.YCbCrSubsampleRatio420)
	for i := range ycbcr.Y {
		ycbcr.Y[i] = uint8(3 * i)
	}
	for _, img := range []image.Image{speckled(1, image.Rect(0, 0, 13, 7)), speckled(2, image.Rect(-3, 2, 2, 6)), ycbcr} {
		want, err := pre.Apply(img)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want.Data {
			want.Data[i] *= 2
		}
		got, err := photos.Run(img)
		if err != nil {
			t.Fatal(err)
		}
		if d := tensor.MaxDiff(got[0], want); d.Abs != 0 {
			t.Error(d)
		}
		if err := photos.Submit(frame, img); err != nil {
			t.Fatal(err)
		}
		if got, err = frame.Wait(); err != nil {
			t.Fatal(err)
		}
		if d := tensor.MaxDiff(got[0], want); d.Abs != 0 {
			t.Error(d)
		}
	}
	for _, bad := range []image.Image{nil, image.NewRGBA(image.Rectangle{}), &image.RGBA{Rect: image.Rect(0, 0, 3, 3), Stride: 12}} {
		if _, err := photos.Run(bad); !errors.Is(err, tensor.ErrPreprocess) {
			t.Errorf("Run gives %v", err)
		}
		if err := photos.Submit(frame, bad); !errors.Is(err, tensor.ErrPreprocess) {
			t.Errorf("Submit gives %v", err)
		}
	}
	wantError(t, photos.Submit(frame, elsewhere{image.Rect(0, 0, 2, 2)}), network.ErrUnsupported,
		"network: backend fake cannot read texture 7: not supported")
	if err := photos.RunInto(nil, ycbcr); !errors.Is(err, network.ErrShape) {
		t.Errorf("without outputs: %v", err)
	}
	s.Close()
	if _, err := photos.Run(ycbcr); !errors.Is(err, network.ErrClosed) {
		t.Errorf("Run after Close: %v", err)
	}
	if _, err := s.Photos(pre); !errors.Is(err, network.ErrClosed) {
		t.Errorf("Photos after Close: %v", err)
	}
}

func TestPhotosThatDoNotFit(t *testing.T) {
	for _, c := range []struct {
		graph string
		p     tensor.Preprocess
		is    error
		want  string
	}{
		{doubled, tensor.Preprocess{Width: 4, Height: 5}, network.ErrShape, `network: input "x" is 1x3x4x5, photos are preprocessed to 1x3x5x4: shapes do not fit`},
		{doubled, tensor.Preprocess{Width: 5}, tensor.ErrPreprocess, `network: cannot preprocess: input of 5x0 pixels`},
		{"x = input 2x3x4x5\ny = add : x x\nout y", tensor.Preprocess{Width: 5, Height: 4}, network.ErrShape, `network: input "x" is 2x3x4x5, photos are preprocessed to 1x3x4x5: shapes do not fit`},
		{"x = input 1x3x4x5\nz = input 1x3x4x5\ny = add : x z\nout y", tensor.Preprocess{Width: 5, Height: 4}, network.ErrShape, `network: photos for a network of 2 inputs: shapes do not fit`},
	} {
		s, err := network.Compile(&fake{}, parse(t, c.graph))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Photos(c.p)
		wantError(t, err, c.is, c.want)
	}
}

// A backend that takes photos gets those that it wants as they are.
func TestPhotosTaken(t *testing.T) {
	k := &taker{piped: &piped{slots: make([]float32, 2), endErr: map[float32]error{}}}
	s, err := network.Compile(k, parse(t, doubled))
	if err != nil {
		t.Fatal(err)
	}
	pre := tensor.Preprocess{Width: 5, Height: 4, Fit: tensor.Crop}
	k.err = errFake
	if _, err := s.Photos(pre); !errors.Is(err, errFake) {
		t.Errorf("Photos gives %v", err)
	}
	k.err = nil
	photos, err := s.Photos(pre)
	if err != nil {
		t.Fatal(err)
	}
	if k.p != pre {
		t.Errorf("the backend got %+v", k.p)
	}
	gray := image.NewGray(image.Rect(0, 0, 9, 9))
	gray.Pix[0] = 21
	out, err := photos.Run(gray)
	if err != nil || out[0].Data[0] != 42 {
		t.Errorf("Run gives %v, %v", out, err)
	}
	if err := photos.RunInto([]*tensor.Tensor{nil}, gray); !errors.Is(err, network.ErrShape) {
		t.Errorf("without outputs: %v", err)
	}
	a, b := s.NewFrame(), s.NewFrame()
	for _, f := range []*network.Frame{a, b, a} {
		if f == a {
			f.Wait()
		}
		if err := photos.Submit(f, gray); err != nil {
			t.Fatal(err)
		}
		gray.Pix[0]++
	}
	await(t, b, 22)
	await(t, a, 23)
	if k.photos != 4 {
		t.Errorf("the backend took %d photos", k.photos)
	}
	white := image.NewRGBA(image.Rect(0, 0, 5, 4))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	if err := photos.Submit(b, white); err != nil { // by the CPU, then like a tensor
		t.Fatal(err)
	}
	await(t, b, 255)
	if err := photos.Submit(b, elsewhere{image.Rect(0, 0, 2, 2)}); !errors.Is(err, network.ErrUnsupported) {
		t.Errorf("a picture of elsewhere: %v", err)
	}
	f := &fake{}
	if err := photos.Submit(session(t, f).NewFrame(), gray); !errors.Is(err, network.ErrNotSubmitted) {
		t.Errorf("another session's frame: %v", err)
	}
	s.Close()
	if _, err := photos.Run(gray); !errors.Is(err, network.ErrClosed) {
		t.Errorf("Run after Close: %v", err)
	}
}

func TestConcurrentPhotos(t *testing.T) {
	s, err := network.Compile(&fake{}, parse(t, doubled))
	if err != nil {
		t.Fatal(err)
	}
	photos, err := s.Photos(tensor.Preprocess{Width: 5, Height: 4})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			img := image.NewGray(image.Rect(0, 0, 7, 3))
			for i := range img.Pix {
				img.Pix[i] = uint8(n)
			}
			f := s.NewFrame()
			for range 30 {
				if err := photos.Submit(f, img); err != nil {
					t.Error(err)
				}
				out, err := f.Wait()
				if err != nil || out[0].Data[7] != float32(2*n) {
					t.Errorf("%v, %v", out, err)
				}
			}
		})
	}
	wg.Wait()
}
