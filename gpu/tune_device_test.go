package gpu

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// falseDriver is the driver with other shaders, another version and another clock.
type falseDriver struct {
	gles.API
	source   func(string) string
	version  string
	stamps   func(calls int) uint64 // instead of the driver's time stamps
	elapsed  bool                   // there are no time stamps
	disjoint func(calls int) bool
	asked    int // how often for a time
	seen     int // and whether the clock had jumped
}

func (f *falseDriver) ShaderSource(shader uint32, text string) {
	if f.source != nil {
		text = f.source(text)
	}
	f.API.ShaderSource(shader, text)
}

func (f *falseDriver) GetString(name uint32) string {
	if name == gles.VERSION && f.version != "" {
		return f.version
	}
	return f.API.GetString(name)
}

func (f *falseDriver) GetQueryiv(target, name uint32) int32 {
	if target == gles.TIMESTAMP && f.elapsed {
		return 0
	}
	return f.API.GetQueryiv(target, name)
}

func (f *falseDriver) GetQueryObjectui64v(query, name uint32) uint64 {
	v := f.API.GetQueryObjectui64v(query, name)
	if f.asked++; f.stamps != nil {
		return f.stamps(f.asked)
	}
	return v
}

func (f *falseDriver) GetIntegerv(name uint32, dst []int32) {
	f.API.GetIntegerv(name, dst)
	if name == gles.GPU_DISJOINT && f.disjoint != nil {
		if f.seen++; f.disjoint(f.seen) {
			dst[0] = 1
		}
	}
}

// openTuning is openTest with a cache of its own, behind a driver that lies.
func openTuningTest(t *testing.T, dir string, lies *falseDriver, o Options) *Device {
	t.Helper()
	o.wrap = func(gl gles.API) gles.API { lies.API = gl; return lies }
	o.CacheDir, o.NoSelfTest = dir, true
	d, err := Open(o)
	if errors.Is(err, ErrUnavailable) && os.Getenv("SHUFFLEGL_GPU") != "required" {
		t.Skip("no device here: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// twoConvolutions is a network with two launch shapes that have variants, of which the
// first costs more.
func twoConvolutions(t *testing.T, d *Device) *network.Plan {
	t.Helper()
	b := network.NewBuilder("two convolutions")
	x := b.Input("x", 1, 12, 32, 32)
	weights := func(name string, shape ...int) *network.Value {
		w := tensor.New(shape...)
		for i := range w.Data {
			w.Data[i] = float32(i%7-3) / 8
		}
		return b.Const(name, w)
	}
	y := b.Apply("wide", network.Conv{Window: network.Square(1, 1, 0)}, x, weights("w1", 48, 12, 1, 1))
	y = b.Apply("pooled", network.GlobalPool{Reduce: network.Average}, y)
	y = b.Apply("narrow", network.Conv{Window: network.Square(1, 1, 0)}, y, weights("w2", 16, 48, 1, 1))
	g, err := b.Build(y)
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.PlanFor(d, g)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tuned tunes until it is done.
func tuned(t *testing.T, d *Device, p *network.Plan) TuneReport {
	t.Helper()
	r, err := d.Tune(context.Background(), p, TuneOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tunedInShort tunes until the user has seen a variant of four channels, which is the
// third, and interrupts. Those of more channels are slow. On a busy machine that may
// not be clear at once.
func tunedInShort(t *testing.T, d *Device, lies *falseDriver, p *network.Plan, four func(string) string) TuneReport {
	t.Helper()
	var ctx context.Context
	cancel := func() {}
	many, few := only(moreChannels, slow), only(fourChannels, func(text string) string { cancel(); return four(text) })
	lies.source = func(text string) string { return few(many(text)) }
	var r TuneReport
	for range 3 {
		ctx, cancel = context.WithCancel(context.Background())
		var err error
		r, err = d.Tune(ctx, p, TuneOptions{})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if s := r.Shapes[0]; s.Chosen != s.Default || len(s.Rejected) > 0 {
			break
		}
	}
	return r
}

func asItIs(text string) string { return text }

// slow makes a launch take long, whatever the compiler does about it: after its work,
// or in vain before it.
func slow(text string) string {
	const wait = "void main() {\n\tint busy = 0;\n\tfor (int i = 0; i < 20000; i++) { busy = busy * 3 + (index[busy & 1] & 1); }\n\tif (busy == 12345) { return; }\n"
	return strings.Replace(text, "void main() {", wait, 1)
}

// only changes the sources of conv_pointwise.comp of one kind.
func only(of func(text string) bool, change func(string) string) func(string) string {
	return func(text string) string {
		if strings.Contains(text, "// Grouped 1×1 convolution.") && of(text) {
			return change(text)
		}
		return text
	}
}

func fourChannels(text string) bool { return strings.Contains(text, "#define OC 4\n") }
func moreChannels(text string) bool { return !fourChannels(text) }

// A variant that is wrong is never chosen, however fast it is: whether it leaves out
// most of its work or is off by little. The others are slow here, so that it would be
// chosen if nobody looked: the first case shows that.
func TestTuneNeverChoosesWrongVariants(t *testing.T) {
	for _, c := range []struct{ name, old, new string }{
		{"right", "", ""},
		{"idle", "int tile = ", "if (true) { return; } int tile = "},
		{"one invocation of many", "int tile = ", "if (item > 0) { return; } int tile = "},
		{"off by little", "vec4(b[i])", "vec4(b[i] + 0.004)"},
		{"beyond its output", "int plane = slab", "target[to.x / 4 + outputs * pixels] = vec4(0); int plane = slab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lies, wrongly := &falseDriver{}, c.new != ""
			d := openTuningTest(t, t.TempDir(), lies, Options{Maps: MapsBuffer})
			s := tunedInShort(t, d, lies, twoConvolutions(t, d), func(text string) string {
				if strings.Count(text, c.old) != 1 && wrongly {
					t.Errorf("the shader has not one %q", c.old)
				}
				return strings.Replace(text, c.old, c.new, 1)
			}).Shapes[0]
			four, wrong := strings.HasPrefix(s.Chosen, "channels=4 "), 0
			for _, r := range s.Rejected {
				if errors.Is(r.Err, ErrTuning) && strings.HasPrefix(r.Variant, "channels=4 ") {
					wrong++
				} else {
					t.Errorf("rejected: %s: %v", r.Variant, r.Err)
				}
			}
			if four == wrongly || wrong > 0 != wrongly {
				t.Errorf("chosen: %s; %d are wrong; %+v", s.Chosen, wrong, s)
			}
		})
	}
}

// What was found is used by what is compiled next, by the next process too, and its
// results are those of the reference; another driver knows nothing of it.
func TestTunedVariantsAreUsed(t *testing.T) {
	if dir := os.Getenv("GPU_TEST_TUNED"); dir != "" { // the next process
		d := openTuningTest(t, dir, &falseDriver{}, Options{})
		if d.Tuning().Changed == 0 || usedVariant(t, d) != os.Getenv("GPU_TEST_VARIANT") {
			t.Errorf("%+v", d.Tuning())
		}
		return
	}
	dir := t.TempDir()
	lies := &falseDriver{source: only(moreChannels, slow)}
	d := openTuningTest(t, dir, lies, Options{})
	p := twoConvolutions(t, d)
	if usedVariant(t, d) != "" {
		t.Fatal("something is tuned already")
	}
	r := tuned(t, d, p)
	want := r.Shapes[0].Chosen
	if !r.Kept || r.After.Runs == 0 || filepath.Dir(filepath.Dir(r.File)) != dir || want == r.Shapes[0].Default {
		t.Fatalf("%+v", r)
	}
	check := func(d *Device) {
		t.Helper()
		s, out, in := compiled(t, d, p.Source)
		if err := s.RunInto(out, in); err != nil {
			t.Fatal(err)
		}
		values, err := cpu.Evaluate(p.Source, in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := tensor.MaxDiff(out[0], values["narrow"]); !(diff.Rel <= 1e-4) {
			t.Errorf("%v", diff)
		}
	}
	check(d)
	if got := usedVariant(t, d); got != want {
		t.Errorf("compiled as %q", got)
	}
	if again := tuned(t, d, p); !again.Shapes[0].Known || again.Shapes[0].Tried > 0 || again.Shapes[0].Chosen != want {
		t.Errorf("the second time: %+v", again.Shapes[0])
	}

	t.Setenv("GPU_TEST_TUNED", dir)
	t.Setenv("GPU_TEST_VARIANT", want)
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("in another process: %v\n%s", err, out)
	}

	next := openTuningTest(t, dir, &falseDriver{}, Options{})
	if got := usedVariant(t, next); got != want {
		t.Errorf("opened again, it is %q", got)
	}
	check(next)
	for name, other := range map[string]*Device{
		"another driver":    openTuningTest(t, dir, &falseDriver{version: "OpenGL ES 3.2 Mesa 99.9"}, Options{}),
		"another precision": openTuningTest(t, dir, &falseDriver{}, Options{Precision: Float16}),
		"told not to":       openTuningTest(t, dir, &falseDriver{}, Options{NoTuning: true}),
	} {
		if i := other.Tuning(); len(i.Shapes) != 0 || usedVariant(t, other) != "" {
			t.Errorf("%s uses %+v", name, i)
		}
	}

	files, err := next.Forget()
	if err != nil || !slices.Equal(files, []string{r.File}) || usedVariant(t, next) != "" {
		t.Errorf("%q, %v", files, err)
	}
	if i := openTuningTest(t, dir, &falseDriver{}, Options{}).Tuning(); len(i.Shapes) != 0 {
		t.Errorf("what was forgotten is still there: %+v", i)
	}
}

// usedVariant is the tuned one of the first convolution; empty if that is the default.
func usedVariant(t *testing.T, d *Device) string {
	t.Helper()
	all, err := d.Variants(twoConvolutions(t, d))
	if err != nil {
		t.Fatal(err)
	}
	if !all[0].Tuned {
		return ""
	}
	return all[0].Variant
}

// With Options.Tune what is compiled is tuned first, once.
func TestOptionsTune(t *testing.T) {
	dir := t.TempDir()
	d := openTuningTest(t, dir, &falseDriver{source: only(moreChannels, slow)}, Options{Tune: true, TuneBudget: 8 * time.Second})
	if _, err := d.Prepare(twoConvolutions(t, d)); err != nil {
		t.Fatal(err)
	}
	if usedVariant(t, d) == "" {
		t.Errorf("%+v", d.Tuning())
	}
	if next := openTuningTest(t, dir, &falseDriver{}, Options{}); usedVariant(t, next) != usedVariant(t, d) {
		t.Error("it is not kept")
	}
}

// The time that was asked for is kept, but for what is under way, and what it did not
// suffice for is said.
func TestTuneKeepsItsBudget(t *testing.T) {
	d := openTest(t, Options{NoSelfTest: true})
	p := twoConvolutions(t, d)
	const budget = 150 * time.Millisecond // of the second or so that it takes; what is under way may take as long
	started := time.Now()
	r, err := d.Tune(context.Background(), p, TuneOptions{Budget: budget})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(started)
	if took > 20*budget || r.Elapsed > took || r.File != "" {
		t.Errorf("%v, %v said, kept in %q", took, r.Elapsed, r.File)
	}
	if !slices.ContainsFunc(r.Shapes, func(s TunedShape) bool { return !s.Complete }) {
		t.Error("all of that network is tuned in that time?")
	}
	if !slices.IsSortedFunc(r.Shapes, func(a, b TunedShape) int { return int(b.Share - a.Share) }) {
		t.Error("what costs most is not first")
	}

	// Interrupted at once, it ends at once.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r, err := d.Tune(ctx, p, TuneOptions{}); !errors.Is(err, context.Canceled) || len(r.Shapes) == 0 {
		t.Errorf("%v, %d shapes", err, len(r.Shapes))
	}
}

// Clocks that make no sense are found out, and then time is what passes while one
// waits; with a clock that now and then jumps samples are lost and no more.
func TestTuneDistrustsClocks(t *testing.T) {
	start := time.Now()
	for name, c := range map[string]struct {
		driver falseDriver
		clock  string
	}{
		"as it is":          {falseDriver{}, ""},
		"elapsed":           {falseDriver{elapsed: true}, ""}, // llvmpipe gives 1 ns
		"always the same":   {falseDriver{stamps: func(int) uint64 { return 1e6 }}, clockNonsense},
		"by the calls":      {falseDriver{stamps: func(n int) uint64 { return uint64(n) * 1e5 }}, clockNonsense},
		"backwards":         {falseDriver{stamps: func(n int) uint64 { return 1e9 - uint64(n) }}, clockNonsense},
		"too slow":          {falseDriver{stamps: func(n int) uint64 { return uint64(time.Since(start) / 1000) }}, clockNonsense},
		"always disjoint":   {falseDriver{disjoint: func(int) bool { return true }}, clockJumps},
		"disjoint at times": {falseDriver{disjoint: func(n int) bool { return n%7 == 0 }}, clockGPU},
	} {
		t.Run(name, func(t *testing.T) {
			lies := c.driver
			d := openTuningTest(t, t.TempDir(), &lies, Options{})
			if !d.Info().TimerQuery {
				t.Skip("no timer queries")
			}
			r := tunedInShort(t, d, &lies, twoConvolutions(t, d), asItIs)
			if c.clock != "" && r.Clock != c.clock {
				t.Errorf("timed by %s", r.Clock)
			}
			if s := r.Shapes[0]; !strings.HasPrefix(s.Chosen, "channels=4 ") || s.ChosenTime < time.Microsecond || s.ChosenTime >= s.DefaultTime {
				t.Errorf("%+v", s)
			}
		})
	}
}
