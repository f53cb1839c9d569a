package gpu

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

func TestOpen(t *testing.T) {
	d := openTest(t, Options{})
	i := d.Info()
	t.Logf("%s, %s, %s, GLSL %s, by %s", i.Vendor, i.Renderer, i.Version, i.GLSLVersion, i.Context)
	t.Logf("timer query %v, binary formats %d, software %v, %d extensions", i.TimerQuery, i.ProgramBinaryFormats, i.Software, len(i.Extensions))
	t.Logf("%+v", i.Limits)
	if i.Renderer == "" || !strings.HasPrefix(i.Version, "OpenGL ES 3.") || len(i.Extensions) == 0 {
		t.Errorf("Info: %+v", i)
	}
	if i.HasExtension("GL_NOT_THERE") || !i.HasExtension(i.Extensions[0]) {
		t.Error("HasExtension")
	}
	if err := i.Limits.check(); err != nil {
		t.Error(err)
	}
	if major, minor := i.Limits.Version/10, i.Limits.Version%10; !strings.HasPrefix(i.Version, fmt.Sprintf("OpenGL ES %d.%d", major, minor)) {
		t.Errorf("version %d.%d of %q", major, minor, i.Version)
	}
}

// A driver may say more than an int of 32 bits holds.
func TestLimitsSaturate(t *testing.T) {
	for v, want := range map[int64]int{16384: 16384, math.MaxInt32: math.MaxInt32, math.MaxInt64: math.MaxInt} {
		if got := saturated(v); got != want {
			t.Errorf("%d becomes %d, want %d", v, got, want)
		}
	}
}

func TestLimitsClamp(t *testing.T) {
	d := openTest(t, Options{Limits: &SpecMinimum})
	got := d.Info().Limits
	if got != SpecMinimum {
		t.Errorf("got %+v", got)
	}
	if *launchLimitsOf(&SpecMinimum) != kernels.SpecMinimum {
		t.Error("package kernels has another minimum")
	}
	l := SpecMinimum.Clamp(Limits{WorkGroupInvocations: 64, StorageAlignment: 512, UniformAlignment: 16})
	want := SpecMinimum
	want.WorkGroupInvocations, want.StorageAlignment = 64, 512
	if l != want {
		t.Errorf("got %+v", l)
	}
	if SpecMinimum.check() != nil {
		t.Error("the minimum is not enough")
	}
	if err := l.check(); !errors.Is(err, ErrDriver) || !strings.Contains(err.Error(), "GL_MAX_COMPUTE_WORK_GROUP_INVOCATIONS is 64") {
		t.Errorf("got %v", err)
	}
}

type failing struct {
	name string
	err  error
}

func (f failing) Name() string               { return f.name }
func (f failing) Open(bool) (Context, error) { return nil, fmt.Errorf("%s: %w", f.name, f.err) }

func TestOpenCollectsReasons(t *testing.T) {
	if gles.Available() != nil {
		_, err := Open(Options{})
		if !errors.Is(err, ErrUnavailable) || !errors.Is(err, ErrNoCgo) {
			t.Errorf("got %v", err)
		}
		t.Skip("built without cgo: ", err)
	}
	_, err := Open(Options{Contexts: []ContextProvider{failing{"A", ErrNoLibrary}, failing{"B", ErrVersion}}})
	for _, want := range []error{ErrUnavailable, ErrNoLibrary, ErrVersion} {
		if !errors.Is(err, want) {
			t.Errorf("%v is no %v", err, want)
		}
	}
	if errors.Is(err, ErrNoDisplay) {
		t.Errorf("%v is ErrNoDisplay", err)
	}
	if want := "gpu: no OpenGL ES 3.1 device: A: no EGL library; B: OpenGL ES version too old"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if _, err := Open(Options{Contexts: []ContextProvider{}}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no providers: %v", err)
	}
	d, err := Open(Options{Contexts: []ContextProvider{failing{"A", ErrNoDisplay}, EGL()}})
	if err != nil {
		t.Skip("no device here: ", err)
	}
	d.Close()
}

// halfDriver is a context whose driver has no functions.
type halfDriver struct{ closed *int }

func (halfDriver) Name() string                      { return "half" }
func (h halfDriver) Open(bool) (Context, error)      { return h, nil }
func (halfDriver) Kind() string                      { return "half" }
func (h halfDriver) Close() error                    { *h.closed++; return nil }
func (halfDriver) ProcAddress(string) unsafe.Pointer { return nil }

// The binding is filled once a process, so this needs one of its own.
func TestMissingEntryPoint(t *testing.T) {
	if !inChild(t, "X=1") {
		return
	}
	var closed int
	_, err := Open(Options{Contexts: []ContextProvider{halfDriver{&closed}}})
	if !errors.Is(err, ErrUnavailable) || !errors.Is(err, ErrDriver) || !strings.Contains(err.Error(), "glActiveShaderProgram") {
		t.Errorf("got %v", err)
	}
	if closed != 1 {
		t.Errorf("context closed %d times", closed)
	}
}

func TestVersionTooOld(t *testing.T) {
	if !inChild(t, "MESA_GLES_VERSION_OVERRIDE=3.0") {
		return
	}
	_, err := Open(Options{})
	t.Log(err)
	if !errors.Is(err, ErrUnavailable) || !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "driver offers OpenGL ES 3.0") {
		t.Errorf("got %v", err)
	}
}

func TestSecondDriver(t *testing.T) {
	if !inChild(t, "GALLIUM_DRIVER=softpipe") {
		return
	}
	d := openTest(t, Options{})
	if !strings.Contains(d.Info().Renderer, "softpipe") {
		t.Fatalf("renderer %q", d.Info().Renderer)
	}
	reduce(t, d)
}

// On a driver that offers no more than 3.1 texture buffers are refused.
func TestNoLaterVersion(t *testing.T) {
	if !inChild(t, "MESA_GLES_VERSION_OVERRIDE=3.1") {
		return
	}
	d := openTest(t, Options{}.Like("llvmpipe"))
	if i := d.Info(); i.Limits.Version != 31 || i.Limits.TextureBufferSize != 0 || i.Maps != MapsTexture {
		t.Errorf("maps in a %v, limits %+v", i.Maps, i.Limits)
	}
	s, err := network.Compile(d, twoHeads(t))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	_, err = Open(Options{NoCache: true, Maps: MapsTextureBuffer})
	if want := "gpu: maps cannot be kept so: textures of buffers take OpenGL ES 3.2, and this is 3.1; gpu.MapsTexture and gpu.MapsBuffer need none"; !errors.Is(err, ErrMaps) || errors.Is(err, ErrUnavailable) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	must(t, d, func(gl gles.API) error { // an error instead of a crash
		gl.TexBuffer(gles.TEXTURE_BUFFER, gles.RGBA32F, 0)
		if e := gl.GetError(); e != gles.INVALID_OPERATION {
			t.Errorf("TexBuffer: %s", gles.ErrorName(e))
		}
		return nil
	})
}

// softpipe, which has the functions of 3.2 but not all that it must have, reads texture
// buffers as llvmpipe does.
func TestTexelsOnSecondDriver(t *testing.T) {
	if !inChild(t, "GALLIUM_DRIVER=softpipe", "MESA_GLES_VERSION_OVERRIDE=3.2") {
		return
	}
	g := twoHeads(t)
	for _, p := range []Precision{Float32, Float16} {
		d := openTest(t, Options{Precision: p, Maps: MapsTextureBuffer})
		s, _, in := compiled(t, d, g)
		want, err := cpu.Evaluate(g, in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Run(in...)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range g.Outputs {
			if diff := tensor.MaxDiff(got[i], want[o.Name]); !(diff.Rel <= 5e-3) {
				t.Errorf("%v, %s: %v", p, o.Name, diff)
			}
		}
	}
}

func TestDo(t *testing.T) {
	d := openTest(t, Options{})
	sentinel := errors.New("mine")
	if err := d.do(func(gles.API) error { return sentinel }); err != sentinel {
		t.Errorf("got %v", err)
	}
	err := d.do(func(gles.API) error { panic("oh") })
	var p *PanicError
	if !errors.As(err, &p) || p.Value != "oh" || len(p.Stack) == 0 || err.Error() != "gpu: panic on the GL thread: oh" {
		t.Errorf("got %v", err)
	}
	var wg sync.WaitGroup
	var n int // written on one thread only: the race detector is the check
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if err := d.do(func(gles.API) error { n++; return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n != 400 {
		t.Errorf("ran %d times", n)
	}
	work := func(gl gles.API) error { gl.MemoryBarrier(gles.SHADER_STORAGE_BARRIER_BIT); return nil }
	if a := testing.AllocsPerRun(100, func() { d.do(work) }); a != 0 {
		t.Errorf("do allocates %v times", a)
	}
}

func TestClose(t *testing.T) {
	d := openTest(t, Options{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				if err := d.do(func(gles.API) error { return nil }); err != nil {
					if err != ErrClosed {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	runtime.Gosched()
	for range 2 {
		wg.Go(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := d.do(func(gles.API) error { return nil }); err != ErrClosed {
		t.Errorf("after Close: %v", err)
	}
}

func TestGoexitDoesNotHang(t *testing.T) {
	d := openTest(t, Options{})
	var p *PanicError
	if err := d.do(func(gles.API) error { runtime.Goexit(); return nil }); !errors.As(err, &p) {
		t.Errorf("got %v", err)
	}
	if err := d.do(func(gles.API) error { return nil }); err != ErrClosed {
		t.Errorf("later: %v", err)
	}
}

func TestTwoDevices(t *testing.T) {
	a, b := openTest(t, Options{}), openTest(t, Options{})
	var wg sync.WaitGroup
	for _, d := range []*Device{a, b} {
		wg.Go(func() { reduce(t, d) })
	}
	wg.Wait()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	reduce(t, b)
}

func TestDebugMessages(t *testing.T) {
	var out strings.Builder
	d := openTest(t, Options{Debug: true, Logger: slog.New(slog.NewTextHandler(&out, nil))})
	if !d.Info().HasExtension("GL_KHR_debug") {
		t.Skip("no GL_KHR_debug")
	}
	must(t, d, func(gl gles.API) error { gl.BindBuffer(0x1234, 0); gl.GetError(); return nil })
	must(t, d, func(gl gles.API) error { return nil })
	if !strings.Contains(out.String(), "glBindBuffer") {
		t.Errorf("log %q", out.String())
	}
}
