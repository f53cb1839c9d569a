package main

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/tensor"
)

// What goes wrong is told in one line, with the right exit status.
func TestFailures(t *testing.T) {
	noGPU := &gpu.GLError{Phase: "no GPU in this test"}
	for _, c := range []struct {
		args   string
		world  world
		status int
		says   string // in the one line
	}{
		{"nosuch", world{}, misuse, `there is no command "nosuch"`},
		{"bench -nosuch", world{}, misuse, "see gpubench bench -h"},
		{"bench extra", world{}, misuse, `what is "extra" for?`},
		{"-runs 0", world{}, misuse, "-runs 0: at least 1"},
		{"-runs x", world{}, misuse, "invalid value"},
		{"-warmup -1", world{}, misuse, "-warmup -1"},
		{"-threads 0", world{}, misuse, "-threads"},
		{"-threads 1,99999999", world{}, misuse, "-threads 99999999: at most "},
		{"-threads 1-1048576*2", world{}, misuse, "-threads 1048576: at most "},
		{"paper -threads 1000000", world{}, misuse, "-threads 1000000: at most "},
		{"-threads 1,,2", world{}, misuse, "-threads"},
		{"-format xml", world{}, misuse, "table, md, csv, json, jsonl, go"},
		{"-backend tpu", world{}, misuse, "gpu, cpu, cpu-fp16, reference"},
		{"-threads 8-1", world{}, misuse, "ranges as in 1-8*2"},
		{"-inflight 65", world{}, misuse, "0 to 64"},
		{"-time -1s", world{}, misuse, "-time"},
		{"-delay x", world{}, misuse, "-delay"},
		{"-repeat 0", world{}, misuse, "-repeat 0: at least 1"},
		{"-order up", world{}, misuse, "given, reverse, random"},
		{"-group kernel", world{}, misuse, "op, stage, layer, none"},
		{"-precision int4", world{}, misuse, "fp32"},
		{"-batch 1,x", world{}, misuse, "-batch"},
		{"-size 32,x", world{}, misuse, "480x640"},
		{"-o out.html", world{}, misuse, ".jsonl"},
		{"-o none/out.json", world{}, failure, "there is no folder none"},
		{"plan -size 32,64", world{}, misuse, "one size at a time"},
		{"plan -batch 1-4", world{}, misuse, "one batch at a time"},
		{"-context wgl", world{}, misuse, "auto, egl, glfw"},
		{"-precision fp8", world{}, misuse, "fp32, fp16"},
		{"-precision fp32,", world{}, misuse, "a word is missing"},
		{"-maps disk", world{}, misuse, "auto, buffer, texture"},
		{"verify -precision fp32,fp16", world{}, misuse, "-precision"},
		{"classify -model " + tiny + " -maps texture,buffer photo.png", world{}, misuse, "-maps"},
		{"plan -fuse depthwise+units", world{}, misuse, "depthwise, pool, beside, unit, classifier"},
		{"plan -fuse all -backend cpu", world{}, misuse, "only with -backend gpu"},
		{"shaders -fuse auto,none", world{}, misuse, "-fuse"},
		{"-fuse auto,nothing", world{}, misuse, "-fuse"},
		{"plan -precision fp8", world{}, misuse, "fp32, fp16"},
		{"plan -backend cpu -precision fp16", world{}, misuse, "the CPU backend keeps"},
		{"-size 10by10", world{}, misuse, "480x640"},
		{"-size 0", world{}, misuse, "480x640"},
		{"-batch -1", world{}, misuse, "-batch"},
		{"-model nosuch", world{}, misuse, "near it"},
		{"-shape input=1x3x32x32", world{}, misuse, "-shape: built-in networks take -size and -batch"},
		{"-model model.onx -shape input=1x3x32x32", world{}, misuse, "a file must end in .onnx"},
		{"-model " + tiny + " -shape x", world{}, misuse, "NAME=1x3x224x224 is wanted"},
		{"-model " + tiny + ",two.onnx -shape left=0", world{}, misuse, "NAME=1x3x224x224 is wanted"},
		{"plan -shape input=1x3x32x32", world{}, misuse, "-shape: built-in networks take -size and -batch"},
		{"run -model " + tiny + " -shape input=1x3x32x32 -input photo.png -output o", world{}, misuse, "-shape: built-in networks"},
		{"verify -model " + tiny + " -shape input=1x3x32x32", world{}, misuse, "-shape: built-in networks"},
		{"-model " + tiny + ",shufflenet_v2", world{}, misuse, "shufflenet_v2_1.0x"},
		{"-model nosuch.onnx", world{}, failure, "nosuch.onnx: no such file"},
		{"-model text.onnx", world{}, failure, "text.onnx"},
		{"-input nosuch.jpg", world{}, failure, "nosuch.jpg: no such file"},
		{"-input nophoto.jpg", world{}, failure, "nophoto.jpg: cannot read image"},
		{"-backend gpu", world{noGPU: noGPU}, failure, "no GPU in this test"},
		{"-precision fp16a", world{noGPU: gpu.ErrPrecision}, failure, "no arithmetic in 16 bits (-precision fp16)"},
		{"classify -model " + tiny + " -precision fp16a photo.png", world{noGPU: gpu.ErrPrecision}, failure, "no arithmetic in 16 bits (-precision fp16)"},
		{"-maps tbo", world{noGPU: gpu.ErrMaps}, failure, "-maps auto"},
		{"classify -model " + tiny + " -maps tbo photo.png", world{noGPU: gpu.ErrMaps}, failure, "-maps auto"},
		{"-backend cpu,gpu", world{noGPU: noGPU}, failure, "no GPU in this test"},
		{"-context glfw -backend gpu", world{}, failure, "no display:; DISPLAY is not set"},
		{"plan -model a,b", world{}, misuse, "a"},
		{"plan -model " + tiny + "," + tiny, world{}, misuse, "one model at a time"},
		{"plan -format table", world{}, misuse, "text, json"},
		{"plan x", world{}, misuse, `"x"`},
		{"verify -backend tpu", world{}, misuse, "gpu, cpu, cpu-fp16, reference"},
		{"verify -tolerance -1", world{}, misuse, "-tolerance"},
		{"verify -tolerance NaN", world{}, misuse, "-tolerance"},
		{"verify -threads -1", world{}, misuse, "-threads"},
		{"verify -backend gpu", world{noGPU: noGPU}, failure, "no GPU in this test"},
		{"verify -size 32 -model " + tiny, world{blind: true}, failure, "cannot show its layers"},
		{"info x", world{}, misuse, `"x"`},
		{"info -context x", world{}, misuse, "auto, egl, glfw"},
		{"classify", world{}, misuse, "which photo?"},
		{"classify photo.png", world{}, misuse, "which model?"},
		{"classify -model " + tiny + " -top 0 photo.png", world{}, misuse, "-top"},
		{"classify -model " + tiny + " -batch 2 photo.png", world{}, misuse, "-batch"},
		{"classify -model " + tiny + " -backend tpu photo.png", world{}, misuse, "gpu, cpu, cpu-fp16, reference"},
		{"classify -model " + tiny + " -format table photo.png", world{}, misuse, "text, json"},
		{"classify -model " + tiny + " -preset x photo.png", world{}, misuse, "imagenet"},
		{"classify -model " + tiny + " -order grb photo.png", world{}, misuse, "rgb, bgr"},
		{"classify -model " + tiny + " -fit squeeze photo.png", world{}, misuse, "letterbox"},
		{"classify -model " + tiny + " -mean 1,2 photo.png", world{}, misuse, "-mean"},
		{"classify -model " + tiny + " -std 0 photo.png", world{}, misuse, "-std"},
		{"classify -model " + tiny + " -std 1 -scale 1 photo.png", world{}, misuse, "give one"},
		{"classify -model " + tiny + " -resize 10 photo.png", world{}, misuse, "-resize"},
		{"classify -model " + tiny + " -labels nosuch photo.png", world{}, failure, "nosuch: no such file"},
		{"classify -model " + tiny + " -labels few.json photo.png", world{}, failure, "2 labels"},
		{"classify -model " + tiny + " -labels bad.json photo.png", world{}, failure, "JSON array"},
		{"classify -model " + tiny + " -labels empty.txt photo.png", world{}, failure, "no labels"},
		{"classify -model " + tiny + " -labels photo.png photo.png", world{}, failure, "no text"},
		{"classify -model " + tiny + " -size 32 -backend cpu nosuch.jpg", world{}, failure, "nosuch.jpg"},
		{"classify -model " + tiny + " -size 32 -backend cpu nophoto.jpg", world{}, failure, "cannot read image"},
		{"classify -model " + tiny + " -size 32 -backend cpu -", world{}, failure, "standard input: cannot read image"},
		{"classify -model " + tiny + " -size 32 -backend gpu photo.png", world{spoil: func(_ string, out *tensor.Tensor) {
			out.Data[7] = float32(math.NaN())
		}}, failure, "output 7 is NaN"},
		{"models x", world{}, misuse, `"x"`},
		{"models -format table", world{}, misuse, "text, json"},
		{"run", world{}, misuse, "which model?"},
		{"run x", world{}, misuse, `"x"`},
		{"run -model " + tiny, world{}, misuse, "on what?"},
		{"run -model " + tiny + " -input photo.png", world{}, misuse, "where to?"},
		{"run -model " + tiny + " -input photo.png -output o -threads -1", world{}, misuse, "-threads"},
		{"run -model " + tiny + " -input photo.png -output o -backend tpu", world{}, misuse, "gpu, cpu, cpu-fp16, reference"},
		{"run -model " + tiny + " -input photo.png -output o -context tpu", world{}, misuse, "egl, glfw"},
		{"run -model " + tiny + " -input photo.png -input photo.png -output o", world{}, misuse, "one too many"},
		{"run -model " + tiny + " -input other=photo.png -output o", world{}, misuse, `the model's inputs are "input" (1x3x224x224)`},
		{"run -model " + tiny + " -input input=photo.png -input input=photo.png -output o", world{}, misuse, "already"},
		{"run -model " + tiny + " -input input= -output o", world{}, misuse, "a file is missing"},
		{"run -model " + tiny + " -input nosuch.npy -output o", world{}, failure, "nosuch.npy: no such file"},
		{"run -model " + tiny + " -input nophoto.jpg -output o", world{}, failure, "nophoto.jpg: cannot read image"},
		{"run -model " + tiny + " -input - -output o", world{}, failure, "standard input"},
		{"run -model " + tiny + " -input photo.png -output o -preset x", world{}, misuse, "imagenet"},
		{"run -model " + tiny + " -size 64 -input pair.npy -output o", world{}, failure, `input "input" is 1x3x64x64, the file holds 1x2`},
		{"run -model two.onnx -input photo.png -output o", world{}, misuse, "-input right=FILE"},
		{"run -model two.onnx -input photo.png -input photo.png -output o.npy", world{}, misuse, "3 outputs, which need a folder"},
		{"run -model two.onnx -input photo.png -input photo.png -output -", world{}, misuse, "3 outputs, which need a folder"},
		{"run -model two.onnx -input photo.png -input pair.npy -output o", world{}, failure, `input "right" is 1x3x4x4, the file holds 1x2`},
		{"run -model open.onnx -input photo.png -output o", world{}, failure, "a .npy file is wanted"},
		{"run -model all.onnx -input pair.npy -output o", world{}, misuse, "-shape"},
		{"run -model open.onnx -shape x=2x2 -input pair.npy -output o", world{}, failure, `input "x" is 2x2, the file holds 1x2`},
		{"run -model text.onnx -input pair.npy -output o", world{}, failure, "text.onnx"},
		{"detect", world{}, misuse, "which photo?"},
		{"detect photo.png", world{}, misuse, "which model?"},
		{"detect -model faces.onnx -batch 2 photo.png", world{}, misuse, "-batch"},
		{"detect -model faces.onnx -threshold 2 photo.png", world{}, misuse, "-threshold"},
		{"detect -model faces.onnx -overlap -1 photo.png", world{}, misuse, "-overlap"},
		{"detect -model faces.onnx -threads -1 photo.png", world{}, misuse, "-threads"},
		{"detect -model faces.onnx -threads 99999999 photo.png", world{}, misuse, "-threads 99999999: at most "},
		{"peak -threads 99999999", world{}, misuse, "-threads 99999999: at most "},
		{"detect -model faces.onnx -output out.png photo.png photo.png", world{}, misuse, "for one photo"},
		{"detect -model faces.onnx -output out.gif photo.png", world{}, misuse, ".png or .jpg"},
		{"detect -model faces.onnx -decode ssd photo.png", world{}, misuse, "yolo-fastestv2"},
		{"detect -model faces.onnx -backend tpu photo.png", world{}, misuse, "gpu, cpu, cpu-fp16, reference"},
		{"detect -model faces.onnx -context tpu photo.png", world{}, misuse, "egl, glfw"},
		{"detect -model faces.onnx -format table photo.png", world{}, misuse, "text, json"},
		{"detect -model faces.onnx -labels nosuch photo.png", world{}, failure, "nosuch: no such file"},
		{"detect -model faces.onnx -backend cpu nosuch.jpg", world{}, failure, "nosuch.jpg"},
		{"detect -model faces.onnx -backend gpu photo.png", world{noGPU: noGPU}, failure, "no GPU in this test"},
		{"detect -model faces.onnx -decode nanodet photo.png", world{}, failure, "not this detector's outputs"},
		{"detect -model two.onnx photo.png", world{}, failure, "no detector: its inputs"},
		{"detect -model " + tiny + " photo.png", world{}, failure, `no detector that is known (nanodet, yolo-fastestv2, ultraface): its outputs are "fc" 1x1000`},
	} {
		t.Run(c.args, func(t *testing.T) {
			enter(t)
			writeModels(t)
			saveArray(t, "pair.npy", tensor.Shape{1, 2})
			status, stdout, stderr := c.world.run(strings.Fields(c.args)...)
			if status != c.status {
				t.Errorf("exit status %d, want %d", status, c.status)
			}
			lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
			for len(lines) > 1 && strings.HasPrefix(lines[0], "gpubench: preprocessing: ") {
				lines = lines[1:]
			}
			if len(lines) != 1 || !strings.HasPrefix(lines[0], "gpubench: ") || !strings.Contains(lines[0], c.says) {
				t.Errorf("says %q, want one line with %q", stderr, c.says)
			}
			if stdout != "" {
				t.Errorf("prints %q", stdout)
			}
			if c.world.gpusOpen != 0 {
				t.Error("a GPU was left open")
			}
		})
	}
}

// A NaN anywhere fails verification, whatever the tolerance.
func TestVerifyNaN(t *testing.T) {
	w := world{spoil: func(step string, out *tensor.Tensor) {
		if step == "conv1.relu" {
			out.Data[0] = float32(math.NaN())
		}
	}}
	status, stdout, stderr := w.run("verify", "-model", tiny, "-size", "32", "-tolerance", "1e9")
	if status != failure || strings.Count(stdout, "BEYOND") != 1 || !strings.Contains(stderr, `"conv1.relu"`) {
		t.Errorf("exit status %d, %s\n%s", status, stderr, stdout)
	}
}

// An output that only a plain run gets wrong is found, too.
func TestVerifyPlainRun(t *testing.T) {
	calls := 0
	w := world{spoil: func(step string, out *tensor.Tensor) {
		if step == "fc" {
			if calls++; calls == 2 { // after the trace's
				out.Data[0] += 100
			}
		}
	}}
	status, stdout, _ := w.run("verify", "-model", tiny, "-size", "32")
	if status != failure || strings.Count(stdout, "BEYOND") != 1 {
		t.Errorf("exit status %d\n%s", status, stdout)
	}
}

// full is a disk or a pipe that takes no more.
type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

func TestClosedPipe(t *testing.T) {
	for _, args := range []string{"-h", "plan", "plan -format json", "info",
		"detect -model faces.onnx photo.png", "run -model open.onnx -input pair.npy -output -", "bench -h", "bench -size 32 -runs 1 -model " + tiny,
		"classify -size 32 -model " + tiny + " photo.png", "verify -size 32 -model " + tiny} {
		enter(t)
		writeModels(t)
		saveArray(t, "pair.npy", tensor.Shape{1, 2})
		var w world
		var stderr bytes.Buffer
		status := run(strings.Fields(args), w.system(full{syscall.EPIPE}, &stderr))
		if status != failure || !strings.Contains(stderr.String(), "broken pipe") {
			t.Errorf("%s: exit status %d, %q", args, status, stderr.String())
		}
	}
}

// With no arguments at all it benches; here for a model that takes no time.
func TestDefaultCommand(t *testing.T) {
	if commands()[0].name != "bench" {
		t.Error("bench is not the default")
	}
	var w world
	if status, stdout, _ := w.run("-model", tiny, "-size", "32", "-runs", "1"); status != success || !strings.Contains(stdout, "verdict: ") {
		t.Errorf("exit status %d\n%s", status, stdout)
	}
}

// Everything a help text shows is accepted, and fits a screen.
func TestHelp(t *testing.T) {
	for _, c := range commands() {
		if len(c.examples) != 2 {
			t.Errorf("%s: %d examples", c.name, len(c.examples))
		}
		var w world
		_, help, _ := w.run(c.name, "-h")
		if n := strings.Count(help, "\n"); n > 40 {
			t.Errorf("%s -h has %d lines", c.name, n)
		}
		for line := range strings.Lines(help) {
			if len(line) > 110 {
				t.Errorf("%s -h: a line of %d: %s", c.name, len(line), line)
			}
		}
	}
}

func TestClassifyFromStandardInput(t *testing.T) {
	enter(t)
	var w world
	photo := readFile(t, "photo.png")
	w.stdin.Write(photo)
	status, fromStdin, stderr := w.run("classify", "-model", tiny, "-size", "64", "-")
	if status != success {
		t.Fatal(stderr)
	}
	_, fromFile, _ := w.run("classify", "-model", tiny, "-size", "64", "photo.png")
	if strings.Replace(fromFile, "photo.png", "-", 1) != fromStdin {
		t.Errorf("from standard input:\n%s\nfrom the file:\n%s", fromStdin, fromFile)
	}
}

// The bar shows only on a terminal, and only for what takes long.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	sys := &system{stderr: &out, terminal: true}
	p := newProgress(sys)
	p.update("soon done", 1, 2)
	p.done()
	p.done()
	if out.Len() > 0 {
		t.Errorf("a quick thing shows %q", out.String())
	}
	p = newProgress(sys)
	p.update("slow", 1, 2)
	p.show() // as after patience
	p.update("slower", 1, 3)
	p.done()
	p.update("late", 1, 3)
	if s := out.String(); !strings.Contains(s, "slow") || !strings.Contains(s, "slower") || strings.Contains(s, "late") {
		t.Errorf("shows %q", s)
	}
	out.Reset()
	p = newProgress(&system{stderr: &out})
	p.update("no terminal", 1, 2)
	time.Sleep(time.Millisecond)
	p.done()
	if out.Len() > 0 || p.timer != nil {
		t.Errorf("without a terminal it shows %q", out.String())
	}
}

func TestExplain(t *testing.T) {
	if err := explain(errors.Join(gpu.ErrUnavailable, gpu.ErrVersion)); !strings.Contains(err.Error(), "newer driver") || !errors.Is(err, gpu.ErrVersion) {
		t.Error(err)
	}
	if err := explain(gpu.ErrUnavailable); !strings.Contains(err.Error(), "-backend cpu") {
		t.Error(err)
	}
	if explain(nil) != nil {
		t.Error("nil becomes an error")
	}
}
