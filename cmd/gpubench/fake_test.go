package main

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
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
	blind                bool                                  // no Tracer
}

func (f fake) Name() string   { return f.name }
func (f fake) Device() string { return f.device }
func (f fake) Driver() string { return f.driver }

func (f fake) Prepare(p *network.Plan) (network.Executor, error) {
	x, err := f.Backend.Prepare(p)
	if f.blind {
		return struct{ network.Executor }{x}, err
	}
	return &fakeExecutor{Executor: x, plan: p, fake: f}, err
}

type fakeExecutor struct {
	network.Executor
	plan *network.Plan
	fake fake
	runs time.Duration
}

func (x *fakeExecutor) Run(out, in []*tensor.Tensor) error {
	x.fake.world.clock = x.fake.world.clock.Add(x.fake.took + x.runs*time.Millisecond)
	x.runs++
	err := x.Executor.Run(out, in)
	if x.fake.spoil != nil {
		x.fake.spoil(x.plan.Outputs[0].Name, out[0])
	}
	return err
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
	noGPU    error
	software bool
	blind    bool
	programs []gpu.ProgramReport // what the compiler says
	spoil    func(step string, out *tensor.Tensor)
	stdin    bytes.Buffer
	gpusOpen int
}

// run runs the program and returns its exit status and what it wrote.
func (w *world) run(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(args, w.system(&out, &err))
	return status, out.String(), err.String()
}

func (w *world) system(out writer, err writer) *system {
	return &system{
		stdin: &w.stdin, stdout: out, stderr: err,
		now: func() time.Time { return w.clock },
		newCPU: func(threads int) network.Backend {
			return fake{Backend: cpu.NewReference(), name: "cpu", device: "a test's CPU", driver: "none", world: w, took: time.Duration(60/max(threads, 1)) * time.Millisecond}
		},
		newReference: newReference,
		contexts:     []string{"egl", "glfw"},
		openGPU: func(context string) (*gpuDevice, error) {
			if w.noGPU != nil {
				return nil, w.noGPU
			}
			if context == "glfw" {
				return nil, errors.New("gpu: no OpenGL ES 3.1 device: GLFW: no display:\nDISPLAY is not set")
			}
			w.gpusOpen++
			info := &gpu.Info{Vendor: "Test", Renderer: "a test's GPU", Version: "OpenGL ES 3.1", GLSLVersion: "3.10", Context: "test",
				Extensions: []string{"GL_EXT_one", "GL_EXT_two"}, Limits: gpu.SpecMinimum, Software: w.software, TimerQuery: true}
			b := fake{Backend: cpu.NewReference(), name: "gpu", device: info.Renderer, driver: info.Version, world: w, took: 15 * time.Millisecond, spoil: w.spoil, blind: w.blind}
			return &gpuDevice{b, info, func() error { w.gpusOpen--; return nil }}, nil
		},
		openCompiler: func(string) (*gpuCompiler, error) {
			if w.noGPU != nil {
				return nil, w.noGPU
			}
			w.gpusOpen++
			info := &gpu.Info{Renderer: "a test's GPU", Version: "OpenGL ES 3.1"}
			programs := func(*network.Plan) ([]gpu.ProgramReport, error) { return w.programs, nil }
			return &gpuCompiler{info, programs, func() error { w.gpusOpen--; return nil }}, nil
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
