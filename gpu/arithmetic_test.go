package gpu

import (
	"errors"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// wideMediump is a driver that computes mediump in 32 bits, as many do.
type wideMediump struct{ gles.API }

func (w wideMediump) ShaderSource(s uint32, source string) {
	w.API.ShaderSource(s, strings.ReplaceAll(source, "mediump", "highp"))
}

// Where mediump has 32 bits, a device opens in all precisions but one, which says why.
func TestNoArithmeticInHalf(t *testing.T) {
	wide := func(gl gles.API) gles.API { return wideMediump{gl} }
	openTest(t, Options{Precision: Float16, wrap: wide})
	d, err := Open(Options{Precision: Float16Arithmetic, NoCache: true, wrap: wide})
	if err == nil {
		d.Close()
		t.Fatal("it opened")
	}
	if !errors.Is(err, ErrPrecision) || errors.Is(err, ErrUnavailable) {
		t.Errorf("%v is no ErrPrecision", err)
	}
	const says = "gpu: no arithmetic in 16 bits: mediump is computed in 32 bits here ("
	if !strings.HasPrefix(err.Error(), says) || !strings.HasSuffix(err.Error(), "; gpu.Float16 needs none") {
		t.Errorf("%v, want %s...", err, says)
	}
	lost := func(gl gles.API) gles.API { return lazy{gl} }
	if _, err := Open(Options{Precision: Float16Arithmetic, NoCache: true, wrap: lost}); !errors.Is(err, ErrPrecision) || !strings.Contains(err.Error(), "neither of 16 nor of 32") {
		t.Errorf("a driver that drops the work: %v", err)
	}
}

// The products of four input channels are summed in 16 bits, where 2048 plus one is
// 2048; their sums are added up in 32.
func TestWhatIsSummedInHalf(t *testing.T) {
	for _, c := range []struct {
		name        string
		pixels      []float32
		half, whole float32
	}{
		{"within four channels", []float32{2048, 1, -2048, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, 1},
		{"from four to four", []float32{2048, 0, 0, 0, 0, 1, 0, 0, 0, 0, -2048, 0}, 1, 1},
		{"an odd number of channels", []float32{2048, 1, -2048, 0, 0}, 1, 1},
	} {
		b := network.NewBuilder("sums")
		n := len(c.pixels)
		x := b.Input("x", 1, n, 2, 4)
		g, err := b.Build(b.Apply("y", network.Conv{Window: network.Square(1, 1, 0), Groups: 1}, x, b.Const("w", constant(1, 4, n, 1, 1))))
		if err != nil {
			t.Fatal(err)
		}
		in := tensor.New(1, n, 2, 4)
		for i := range in.Data {
			in.Data[i] = c.pixels[i/8]
		}
		for p, want := range map[Precision]float32{Float16: c.whole, Float16Arithmetic: c.half} {
			s, err := network.Compile(openTest(t, Options{Precision: p}.Like("a GPU")), g)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			out, err := s.Run(in)
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range out[0].Data {
				if got != want {
					t.Fatalf("%s, %v: pixel %d is %v, want %v", c.name, p, i, got, want)
				}
			}
		}
	}
}
