package gpu_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/internal/racing"
)

func open(t testing.TB, o gpu.Options) *gpu.Device {
	t.Helper()
	o.NoCache = true // tests leave nothing in the user's folders
	d, err := gpu.Open(o)
	if errors.Is(err, gpu.ErrPrecision) || errors.Is(err, gpu.ErrMaps) {
		t.Skip(err)
	}
	if err != nil {
		if errors.Is(err, gpu.ErrSelfTest) || os.Getenv("SHUFFLEGL_GPU") == "required" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// The whole suite runs with the defaults of GPUs, and with no more than every OpenGL
// ES 3.1 device has. Those of software renderers, which this device may be, are large
// programs and slow to build. Most of the time goes to their compilers, each a thread of
// a device's own: so what has a device of its own here runs beside others, also those of the
// tests below, so that no core waits for the last of each.
func TestConformance(t *testing.T) {
	t.Parallel()
	const shares = 2
	for i := range shares {
		t.Run(fmt.Sprintf("share %d of %d", i+1, shares), func(t *testing.T) {
			t.Parallel()
			d := open(t, gpu.Options{Limits: &gpu.SpecMinimum}.Like("a GPU"))
			o := conformance.Options{Short: !every && d.Info().Software, Share: i, Of: shares}
			switch {
			case racing.Detector:
				o.Sample = 12
			case testing.Short() && strings.Contains(d.Device(), "softpipe"):
				o.Sample = 9 // all take it six minutes and more
			}
			conformance.Run(t, d, o)
		})
	}
}

// every case in every mode takes a software renderer a quarter of an hour of compiling.
var every = os.Getenv("SHUFFLEGL_CONFORMANCE") == "all"

// What families of GPUs run otherwise. Their programs are large and slow to
// build, so it takes some cases; with SHUFFLEGL_CONFORMANCE=all every one.
func TestConformanceFamilies(t *testing.T) {
	racing.Skip(t)
	t.Parallel()
	for _, f := range []struct {
		renderer string
		sample   int
	}{{"V3D 4.2", 5}, {"llvmpipe", 20}, {"Mali-G52", 5}, {"Adreno (TM) 640", 5}} {
		t.Run(f.renderer, func(t *testing.T) {
			t.Parallel()
			o := conformance.Options{Short: true, Only: "fused/", Sample: f.sample}
			if every {
				o.Sample = 0
			}
			d := open(t, gpu.Options{}.Like(f.renderer))
			conformance.Run(t, d, o)
		})
	}
}

// fp16Sums is what storage in fp16 may differ by, and for a sum of four products, each of
// them rounded and then each of three additions, seven times half of the last bit: 2^-12
// each. What of seven roundings a result sees is less, as parts are smaller than sums and
// the errors of parts cancel; but cases have up to nine convolutions in a row, whose errors
// add up: so twice that. (The worst of all cases is off by 7.6e-3.)
const fp16Sums = 5e-3 + 2*7.0/4096

// Maps and weights in each other way, some of the cases; with SHUFFLEGL_CONFORMANCE=all
// every case.
func TestConformanceModes(t *testing.T) {
	racing.Skip(t)
	t.Parallel()
	o := conformance.Options{Short: true, Sample: 30}
	if every {
		o = conformance.Options{}
	}
	for _, m := range []struct {
		name      string
		options   gpu.Options
		tolerance float64
		like      string
	}{
		{"fp32 in a texture", gpu.Options{Maps: gpu.MapsTexture}, 1e-4, "a GPU"},
		{"fp16 in a buffer", gpu.Options{Precision: gpu.Float16, Maps: gpu.MapsBuffer}, 5e-3, "a GPU"},
		{"fp16 in a texture", gpu.Options{Precision: gpu.Float16, Maps: gpu.MapsTexture}, 5e-3, "a GPU"},
		{"fp16 in a texture, weights in pairs", gpu.Options{Precision: gpu.Float16, Maps: gpu.MapsTexture}, 5e-3, "Mali-G57"},
		{"fp16 in a texture, weights in twins", gpu.Options{Precision: gpu.Float16, Maps: gpu.MapsTexture}, 5e-3, "Mali-G52"},
		{"fp32, sparing registers", gpu.Options{Maps: gpu.MapsBuffer}, 1e-4, "V3D 4.2"},
		{"fp32 by image", gpu.Options{Maps: gpu.MapsTexture}, 1e-4, "llvmpipe"},
		{"fp32 by texel", gpu.Options{Maps: gpu.MapsTextureBuffer}, 1e-4, "llvmpipe"},
		{"fp16 by texel", gpu.Options{Precision: gpu.Float16, Maps: gpu.MapsTextureBuffer}, 5e-3, "llvmpipe"},
		{"fp16 by image", gpu.Options{Precision: gpu.Float16, Maps: gpu.MapsTexture}, 5e-3, "llvmpipe"},
		{"fp16 arithmetic in a texture", gpu.Options{Precision: gpu.Float16Arithmetic, Maps: gpu.MapsTexture}, fp16Sums, "a GPU"},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, m.options.Like(m.like))
			if m.like == "llvmpipe" && strings.Contains(d.Device(), "softpipe") {
				t.Skip("takes minutes")
			}
			o := o
			if m.like == "llvmpipe" {
				o.Sample *= 2 // its programs are the largest
				if m.options.Maps == gpu.MapsTexture {
					o.Sample *= 2 // slowest to build of all, and run by default in other tests
				}
			}
			o.Tolerance = m.tolerance
			conformance.Run(t, d, o)
		})
	}
}
