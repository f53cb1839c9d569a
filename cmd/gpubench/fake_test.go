package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/machine"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// fake is a backend that computes as the reference does, under another name,
// takes as long as it is told, and makes mistakes on demand.
type fake struct {
	network.Backend
	name, device, driver string
	world                *world
	took                 time.Duration
	spoil                func(step string, out *tensor.Tensor) // nil: no mistakes
	blind                bool                                  // tells nothing of its layers
}

func (f fake) Name() string   { return f.name }
func (f fake) Device() string { return f.device }
func (f fake) Driver() string { return f.driver }

// fakeGPU is a fake that says how it was opened.
type fakeGPU struct {
	fake
	info *gpu.Info
}

func (f fakeGPU) Storage(*network.Plan) (precision, maps string) {
	return f.info.Precision.String(), f.info.Maps.String()
}

func (f fake) Prepare(p *network.Plan) (network.Executor, error) {
	x, err := f.Backend.Prepare(p)
	e := &fakeExecutor{Executor: x, plan: p, fake: f, known: map[*float32][]*tensor.Tensor{}}
	if f.blind {
		return struct{ network.Executor }{e}, err
	}
	return e, err
}

type fakeExecutor struct {
	network.Executor
	plan  *network.Plan
	fake  fake
	runs  time.Duration
	known map[*float32][]*tensor.Tensor // outputs, by where the inputs are
}

// pass lets a run's time pass: all runs differ a little. The processor works half
// of the GPU's time.
func (x *fakeExecutor) pass() {
	w := x.fake.world
	took := x.fake.took + x.runs*7%10*100*time.Microsecond
	x.runs++
	w.clock, w.cpu = w.clock.Add(took), w.cpu+took/2
	if w.runs++; w.runs == w.interruptAt {
		w.interrupt()
	}
}

func (x *fakeExecutor) Run(out, in []*tensor.Tensor) error {
	x.pass()
	if w := x.fake.world; w.lostAt > 0 && w.runs >= w.lostAt && x.fake.name == "gpu" {
		return gpu.ErrContextLost
	}
	return x.compute(out, in)
}

// compute computes nothing twice, or in an idle world at all.
func (x *fakeExecutor) compute(out, in []*tensor.Tensor) error {
	if x.fake.world.idle {
		return nil
	}
	known := x.known[&in[0].Data[0]]
	if known == nil {
		if err := x.Executor.Run(out, in); err != nil {
			return err
		}
		for _, o := range out {
			known = append(known, o.Clone())
		}
		x.known[&in[0].Data[0]] = known
	}
	for i, o := range out {
		copy(o.Data, known[i].Data)
	}
	if x.fake.spoil != nil {
		x.fake.spoil(x.plan.Outputs[0].Name, out[0])
	}
	return nil
}

// RunStages spends most of a run waiting.
func (x *fakeExecutor) RunStages(out, in []*tensor.Tensor, s *network.Stages) error {
	x.pass()
	t := x.fake.took / 20
	*s = network.Stages{Upload: 2 * t, Submit: t, Wait: 16 * t, Readback: t, Busy: 15 * t}
	if x.fake.name != "gpu" {
		s.Busy = 0
	}
	return x.compute(out, in)
}

// RunTimed gives all layers the same time.
func (x *fakeExecutor) RunTimed(out, in []*tensor.Tensor, times []time.Duration) error {
	x.pass()
	for i := range times {
		times[i] = x.fake.took * 7 / 10 / time.Duration(len(times))
	}
	return x.compute(out, in)
}

func (x *fakeExecutor) Trace(in []*tensor.Tensor, visit func(int, []*tensor.Tensor) error) error {
	return x.Executor.(network.Tracer).Trace(in, func(i int, outs []*tensor.Tensor) error {
		for j, r := range x.plan.Steps[i].Results() {
			outs[j] = cpu.Activated(outs[j], r.Beyond).Clone()
			if x.fake.spoil != nil {
				x.fake.spoil(r.Name, outs[j])
			}
		}
		return visit(i, outs)
	})
}

// world is a system for tests, in an empty folder, with a GPU unless noGPU says
// why not.
type world struct {
	clock    time.Time
	cpu      time.Duration // of the process
	noGPU    error
	software bool
	blind    bool
	idle     bool                // nothing is computed
	programs []gpu.ProgramReport // what the compiler says
	spoil    func(step string, out *tensor.Tensor)
	stdin    bytes.Buffer
	gpusOpen int

	runs        int
	interruptAt int // the run during which the user interrupts; 0 is never
	interrupt   func()
	lostAt      int // the run from which on the GPU has no context; 0 is never

	peakFault error // of the probe of reading

	tuned     bool          // some variants are, from before
	worse     bool          // what tuning finds
	tuneFault error         // of tuning
	budget    time.Duration // that tuning was given
	fresh     bool          // likewise
}

// run runs the program and returns its exit status and what it wrote.
func (w *world) run(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(args, w.system(&out, &err))
	return status, out.String(), err.String()
}

func (w *world) system(out writer, err writer) *system {
	return &system{
		stdin: &w.stdin, stdout: out, stderr: err, blank: w.idle,
		now:   func() time.Time { return w.clock },
		sleep: func(time.Duration) {},
		machine: machine.Probe{
			FS:    fstest.MapFS{"proc/cpuinfo": {Data: []byte("model name : a test's CPU\n")}},
			Cores: 4, PeakRSS: func() int64 { return 1 << 20 },
			CPUTime: func() (time.Duration, bool) { return w.cpu, true },
		},
		pace: func() (loop, exchange time.Duration) { return 123 * time.Microsecond, 456 * time.Nanosecond },
		interruptible: func() (context.Context, func()) {
			ctx, cancel := context.WithCancel(context.Background())
			w.interrupt = cancel
			return ctx, cancel
		},
		newCPU: func(threads int) network.Backend {
			return fake{Backend: cpu.NewReference(), name: "cpu", device: "a test's CPU", driver: "none", world: w, took: time.Duration(60/max(threads, 1)) * time.Millisecond}
		},
		newCPUHalf: newCPUHalf,
		newReference: func() network.Backend {
			if w.idle {
				return fake{Backend: cpu.NewReference(), name: "reference", world: w}
			}
			return newReference()
		},
		cpuProbes: w.cpuProbes,
		contexts:  []string{"egl", "glfw"},
		openGPU: func(g gpuFlags) (*gpuDevice, error) {
			if w.noGPU != nil {
				return nil, w.noGPU
			}
			if g.context == "glfw" {
				return nil, errors.New("gpu: no OpenGL ES 3.1 device: GLFW: no display:\nDISPLAY is not set")
			}
			w.gpusOpen++
			w.clock = w.clock.Add(40 * time.Millisecond)
			info := &gpu.Info{Vendor: "Test", Renderer: "a test's GPU", Version: "OpenGL ES 3.1", GLSLVersion: "3.10", Context: "test",
				Extensions: []string{"GL_EXT_one", "GL_EXT_two"}, Limits: gpu.SpecMinimum, Software: w.software, TimerQuery: true,
				Precision: precisionOf(g.precision), Maps: max(mapsOf(g.maps), gpu.MapsBuffer)}
			b := fake{Backend: cpu.NewReference(), name: "gpu", device: info.Renderer, driver: info.Version, world: w, took: 15 * time.Millisecond, spoil: w.spoil, blind: w.blind}
			return &gpuDevice{fakeGPU{b, info}, info, func() error { w.gpusOpen--; return nil }, w.gpuProbes, fakeTuner{w}}, nil
		},
		openCompiler: func(gpuFlags) (*gpuCompiler, error) {
			if w.noGPU != nil {
				return nil, w.noGPU
			}
			w.gpusOpen++
			info := &gpu.Info{Renderer: "a test's GPU", Version: "OpenGL ES 3.1"}
			programs := func(*network.Plan) ([]gpu.ProgramReport, error) { return w.programs, nil }
			return &gpuCompiler{info, gpu.PlanOptionsFor(info.Renderer), programs, func() error { w.gpusOpen--; return nil }}, nil
		},
	}
}

type writer interface{ Write([]byte) (int, error) }

// enter makes an empty folder the current one, with a photo, labels and things
// that are neither.
func enter(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	img := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for y := range 40 {
		for x := range 60 {
			img.SetRGBA(x, y, color.RGBA{uint8(4 * x), uint8(6 * y), uint8(x * y), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	var labels strings.Builder
	for i := range 1000 {
		labels.WriteString("n01234567 thing " + string(rune('a'+i%26)) + ", stuff\n")
	}
	for name, text := range map[string]string{
		"photo.png":   b.String(),
		"labels.txt":  labels.String(),
		"few.json":    `["one", "two"]`,
		"person.json": `["person"]`,
		"bad.json":    `[1, 2`,
		"empty.txt":   "",
		"nophoto.jpg": "this is no photo",
		"text.onnx":   "this is no model",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
