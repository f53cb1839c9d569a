package gpu

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// modes are the ways to keep maps and weights, and how far results may then be from
// the reference's.
var modes = []struct {
	name      string
	options   Options
	tolerance float64
}{
	{"fp32 in a buffer", Options{Maps: MapsBuffer}, 1e-5},
	{"fp32 in a texture", Options{Maps: MapsTexture}, 1e-5},
	{"fp32 in a tbo", Options{Maps: MapsTextureBuffer}, 1e-5},
	{"fp16 in a buffer", Options{Precision: Float16, Maps: MapsBuffer}, 5e-3},
	{"fp16 in a tbo", Options{Precision: Float16, Maps: MapsTextureBuffer}, 5e-3},
	{"fp16 in a texture", Options{Precision: Float16, Maps: MapsTexture}, 5e-3},
	{"fp16a in a buffer", Options{Precision: Float16Arithmetic, Maps: MapsBuffer}, 5e-3},
	{"fp16a in a texture", Options{Precision: Float16Arithmetic, Maps: MapsTexture}, 5e-3},
}

func eachMode(t *testing.T, f func(t *testing.T, d *Device, tolerance float64)) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			f(t, openTest(t, m.options), m.tolerance)
		})
	}
}

// Runs, frames in flight and outputs that stay on the device are the same values,
// wherever maps are; and they are right.
func TestModesAgree(t *testing.T) {
	eachMode(t, func(t *testing.T, d *Device, tolerance float64) {
		g := twoHeads(t)
		s, out, in := compiled(t, d, g)
		rnd := rand.New(rand.NewPCG(7, 7))
		read := reader(t, d)
		for range 3 {
			in = random(rnd, in)
			right, err := cpu.Evaluate(g, in)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.RunInto(out, in); err != nil {
				t.Fatal(err)
			}
			for i, o := range g.Outputs {
				if diff := tensor.MaxDiff(out[i], right[o.Name]); !(diff.Rel <= tolerance) {
					t.Errorf("%s: %v", o.Name, diff)
				}
			}
			a, b := s.NewFrame(), s.NewFrame()
			for i, f := range []*network.Frame{a, b} {
				x := in
				if i == 0 {
					x = random(rnd, in) // whose results the next must not see
				}
				if err := s.Submit(f, x...); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := a.Wait(); err != nil {
				t.Fatal(err)
			}
			got, err := b.Wait()
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, out)
			outputs, err := Outputs(s)
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range outputs {
				if o.Precision == Float32 {
					same(t, []*tensor.Tensor{read(o)}, out[i:i+1])
				}
			}
		}
	})
}

// What is said of a device, and of where a plan's maps are, is what it was opened with.
func TestModesAreSaid(t *testing.T) {
	for _, m := range modes {
		d := openTest(t, m.options)
		p, err := network.PlanFor(d, twoHeads(t))
		if err != nil {
			t.Fatal(err)
		}
		precision, maps := d.Storage(p)
		if i := d.Info(); precision+" in a "+maps != m.name || i.Precision.String() != precision || i.Maps.String() != maps {
			t.Errorf("%s: %s in a %s, and %v in a %v", m.name, precision, maps, i.Precision, i.Maps)
		}
		if p.ElementBytes != m.options.Precision.Bytes() || p.ArenaBytes() != int64(p.ElementBytes*p.ArenaFloats) {
			t.Errorf("%s: a plan with elements of %d bytes", m.name, p.ElementBytes)
		}
	}
}

// newer are the least limits of OpenGL ES 3.2.
func newer() Limits {
	l := SpecMinimum
	l.Version, l.TextureBufferSize = 32, 1<<16
	return l
}

// Maps by default, of fp32 and of fp16.
func TestMapsByFamily(t *testing.T) {
	for renderer, want := range map[string][2]Maps{
		"Mali-G57":                         {MapsTexture, MapsTexture},
		"Mali-G52 (Panfrost)":              {MapsTexture, MapsTexture},
		"Mali-G610 (Panfrost)":             {MapsTexture, MapsTexture},
		"FD630":                            {MapsBuffer, MapsTexture},
		"llvmpipe (LLVM 15.0.6, 256 bits)": {MapsTexture, MapsTexture},
		"softpipe":                         {MapsTexture, MapsTexture},
		"V3D 4.2":                          {MapsBuffer, MapsBuffer},
		"something new":                    {MapsBuffer, MapsBuffer},
	} {
		for p, want := range want {
			i := &Info{Renderer: renderer, Precision: Precision(p), Limits: newer()}
			if got := mapsFor(i); got != want {
				t.Errorf("%s, %v: %v, want %v", renderer, Precision(p), got, want)
			}
		}
	}
}

func TestStorageOptions(t *testing.T) {
	for want, o := range map[string]Options{
		"gpu: no precision Precision(3)":      {Precision: Float16Arithmetic + 1},
		"gpu: no precision Precision(-1)":     {Precision: -1},
		"gpu: no way to keep maps Maps(4)":    {Maps: MapsTextureBuffer + 1},
		"gpu: no way to keep maps Maps(1000)": {Maps: 1000},
	} {
		if _, err := Open(o); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// An arena that is too large for a texture is an error where it must be in one, and
// otherwise in a buffer.
func TestArenaBeyondTextures(t *testing.T) {
	fits := &network.Plan{Name: "small", ArenaFloats: 4*2048*2048 - beyondArena}
	beyond := &network.Plan{Name: "large", ArenaFloats: 4 * 2048 * 2048}
	none := SpecMinimum
	none.ComputeImages = 0
	for _, c := range []struct {
		plan   *network.Plan
		limits Limits
		auto   bool
		maps   string
		says   string
	}{
		{fits, SpecMinimum, false, "texture", ""},
		{fits, SpecMinimum, true, "texture", ""},
		{beyond, SpecMinimum, true, "buffer", ""},
		{fits, none, true, "buffer", ""},
		{beyond, SpecMinimum, false, "buffer", `gpu: over the device's limit: the arena of "large" takes a texture of 2049 rows, one has at most 2048; gpu.MapsBuffer needs none`},
		{fits, none, false, "buffer", "gpu: maps cannot be kept so: shaders have no images, to store to a texture; gpu.MapsBuffer needs none"},
	} {
		d := &Device{info: Info{Limits: c.limits, Maps: MapsTexture}, auto: c.auto}
		_, err := d.storageFor(c.plan)
		if c.says != "" && (!errors.Is(err, ErrLimit) && !errors.Is(err, ErrMaps) || err.Error() != c.says) || c.says == "" && err != nil {
			t.Errorf("%s: %v, want %q", c.plan.Name, err, c.says)
		}
		if _, maps := d.Storage(c.plan); maps != c.maps {
			t.Errorf("%s: in a %s, want a %s", c.plan.Name, maps, c.maps)
		}
	}
}

// fp16 holds no weights, inputs and constants beyond 65504: they are errors, which name
// them. What is computed beyond becomes infinite or the largest there is.
func TestBeyondHalves(t *testing.T) {
	weights := func(w float32) *network.Graph {
		b := network.NewBuilder("beyond")
		g, err := b.Build(b.Apply("fc", network.FullyConnected{}, b.Input("x", 1, 4), b.Const("w", constant(w, 2, 4))))
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	sum := func(c float32) *network.Graph {
		b := network.NewBuilder("sum")
		g, err := b.Build(b.Apply("sum", network.Binary{Fn: network.FnAdd}, b.Input("x", 1, 4), b.Const("c", constant(c, 1, 4))))
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	input := func(v float32) *tensor.Tensor { return constant(v, 1, 4) }
	inf := float32(math.Inf(1))
	for _, m := range modes[3:] {
		d := openTest(t, m.options)
		for says, g := range map[string]*network.Graph{
			`gpu: FullyConnected "fc": gpu: beyond 65504, the largest number of fp16: a weight of -65520`: weights(-65520),
			`gpu: beyond 65504, the largest number of fp16: 1e+06 in constant "c"`:                        sum(1e6),
		} {
			if _, err := network.Compile(d, g); !errors.Is(err, ErrRange) || err.Error() != says {
				t.Errorf("%s: %v, want %s", m.name, err, says)
			}
		}
		for _, g := range []*network.Graph{weights(65504), weights(inf), sum(-65504)} {
			s, err := network.Compile(d, g)
			if err != nil {
				t.Errorf("%s: %v", m.name, err)
			} else {
				s.Close()
			}
		}
		s, err := network.Compile(d, sum(1))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		const says = `gpu: beyond 65504, the largest number of fp16: 65520 in input "x"`
		if _, err := s.Run(input(65520)); !errors.Is(err, ErrRange) || err.Error() != says {
			t.Errorf("%s: %v, want %s", m.name, err, says)
		}
		f := s.NewFrame()
		if err := s.Submit(f, input(-1e6)); err == nil {
			_, err = f.Wait()
			if !errors.Is(err, ErrRange) {
				t.Errorf("%s: a frame: %v", m.name, err)
			}
		} else if !errors.Is(err, ErrRange) {
			t.Errorf("%s: a frame: %v", m.name, err)
		}
		for v, want := range map[float32]float32{3: 4, inf: inf} { // the session goes on
			out, err := s.Run(input(v))
			if err != nil || out[0].Data[1] != want {
				t.Errorf("%s: %v + 1: %v, %v", m.name, v, out, err)
			}
		}
		twice, err := network.Compile(d, sum(60000))
		if err != nil {
			t.Fatal(err)
		}
		defer twice.Close()
		twice.Executor(func(x network.Executor) error {
			return x.(network.Tracer).Trace([]*tensor.Tensor{input(60000)}, func(_ int, outs []*tensor.Tensor) error {
				// Who cuts off goes no further than the largest number.
				if got := outs[0].Data[2]; got != inf && !(d.truncates && got == 65504) {
					t.Errorf("%s: 60000 + 60000 is kept as %v", m.name, got)
				}
				return nil
			})
		})
	}
}

// What is stored as fp16 is within half of its last bit, and on average right,
// whether the device rounds or cuts off.
func TestStoresRound(t *testing.T) {
	const n = 4096
	b := network.NewBuilder("sums")
	g, err := b.Build(b.Apply("sum", network.Binary{Fn: network.FnAdd}, b.Input("x", 1, n), b.Input("y", 1, n)))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 16))
	x, y := tensor.New(1, n), tensor.New(1, n)
	for i := range x.Data { // both are fp16, and the sum has the exponent of x
		sign := float32(1 - 2*r.IntN(2))
		x.Data[i] = sign * (1 + float32(r.IntN(1000))/1024)
		y.Data[i] = sign * float32(r.IntN(1024)) / (1 << 20)
	}
	for _, m := range modes[3:] {
		d := openTest(t, m.options)
		s, _, _ := compiled(t, d, g)
		s.Executor(func(e network.Executor) error {
			return e.(network.Tracer).Trace([]*tensor.Tensor{x, y}, func(_ int, outs []*tensor.Tensor) error {
				mean, worst := 0.0, 0.0
				for i, got := range outs[0].Data {
					sum := float64(x.Data[i]) + float64(y.Data[i])
					off := (math.Abs(float64(got)) - math.Abs(sum)) * 1024 // in last bits
					mean, worst = mean+off/n, max(worst, math.Abs(off))
				}
				t.Logf("%s: the device cuts off: %v; errors up to %.3f of the last bit, %+.3f on average", m.name, d.truncates, worst, mean)
				if worst > 0.5 || math.Abs(mean) > 0.05 {
					t.Errorf("%s: errors up to %.3f of the last bit, %+.3f on average", m.name, worst, mean)
				}
				return nil
			})
		})
	}
}

// rectangles is a driver that notes what is written to a texture.
type rectangles struct {
	gles.API
	texels []byte // of the texture
	calls  int
	bad    string
}

func (r *rectangles) TexSubImage2D(_ uint32, _, x, y, width, height int, _, _ uint32, pixels []byte) {
	r.calls++
	if width < 1 || height < 1 || x+width > kernels.PageWidth || len(pixels) != width*height {
		r.bad = "a rectangle that is none"
		return
	}
	for i, b := range pixels {
		r.texels[(y+i/width)*kernels.PageWidth+x+i%width] += b
	}
}

// Any range of texels is written once, by at most three rectangles. (A texel is a byte
// here.)
func TestFillTexture(t *testing.T) {
	const rows = 5
	rnd := rand.New(rand.NewPCG(2, 3))
	for range 300 {
		first := rnd.IntN(rows * kernels.PageWidth)
		n := rnd.IntN(rows*kernels.PageWidth - first + 1)
		if rnd.IntN(3) == 0 {
			first = first / kernels.PageWidth * kernels.PageWidth
		}
		r := &rectangles{texels: make([]byte, rows*kernels.PageWidth)}
		pixels := make([]byte, n)
		for i := range pixels {
			pixels[i] = byte(i%250 + 1)
		}
		fillTexture(r, first, texels{size: 1}, pixels)
		if r.bad != "" || r.calls > 3 {
			t.Fatalf("%d texels from %d on: %d calls %s", n, first, r.calls, r.bad)
		}
		for i, got := range r.texels {
			want := byte(0)
			if i >= first && i < first+n {
				want = pixels[i-first]
			}
			if got != want {
				t.Fatalf("%d texels from %d on: texel %d is %d, want %d", n, first, i, got, want)
			}
		}
	}
}

// A texture that there is no memory for is said to be one, and nothing is left behind.
func TestTextureFaults(t *testing.T) {
	var r *glestest.Recorder
	d := openTest(t, Options{Maps: MapsTexture, wrap: func(gl gles.API) gles.API { r = glestest.New(gl); return r }})
	for nth, what := range map[int]string{1: " weights", 2: "the arena of two heads"} {
		r.Reset()
		r.Inject(glestest.Fault{Call: "TexStorage2D", Nth: nth, Error: gles.OUT_OF_MEMORY})
		_, err := network.Compile(d, twoHeads(t))
		if !errors.Is(err, ErrOutOfMemory) || !strings.Contains(err.Error(), "texture of 1 rows for ") || !strings.Contains(err.Error(), what) {
			t.Errorf("got %v, want a texture for %s", err, what)
		}
		r.Heal()
		if made, freed := r.Calls("GenTexture"), r.Calls("DeleteTexture"); made != nth || freed != made {
			t.Errorf("%d textures made, %d deleted", made, freed)
		}
	}
}

func constant(v float32, shape ...int) *tensor.Tensor {
	x := tensor.New(shape...)
	for i := range x.Data {
		x.Data[i] = v
	}
	return x
}

// Photos come to the arena by a launch, wherever it is.
func TestPhotosInModes(t *testing.T) {
	p, err := tensor.Preset("imagenet")
	if err != nil {
		t.Fatal(err)
	}
	p.Width, p.Height = 21, 18
	eachMode(t, func(t *testing.T, d *Device, tolerance float64) {
		_, photos := seen(t, d, p)
		for _, img := range photosOfAllTypes(9, 30, 25)[:8] {
			want, err := p.Apply(img)
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
			if diff := tensor.MaxDiff(got[0], want); !(diff.Rel <= tolerance) {
				t.Errorf("%T: %v", img, diff)
			}
		}
	})
}
