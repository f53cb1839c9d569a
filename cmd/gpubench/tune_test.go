package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/network"
)

// fakeTuner finds what it is told to.
type fakeTuner struct{ world *world }

const (
	eight   = "channels=8 vectors=1 unroll=2 lanes=64"
	sixteen = "channels=16 vectors=1 unroll=2 lanes=64"
)

func (f fakeTuner) Tune(ctx context.Context, p *network.Plan, o gpu.TuneOptions) (gpu.TuneReport, error) {
	w := f.world
	w.budget, w.fresh = o.Budget, o.Fresh
	r := gpu.TuneReport{Device: "a test's GPU", Driver: "OpenGL ES 3.1", Family: "other", Basis: "guessed", Clock: "the GPU's timer", Kept: true, Elapsed: o.Budget}
	if w.tuneFault != nil {
		return r, w.tuneFault
	}
	shape := func(kernel, words, standard, chosen string, before, after time.Duration, steps ...int) gpu.TunedShape {
		s := gpu.TunedShape{Shape: kernel + " " + words, Kernel: kernel, Default: standard, Chosen: chosen, DefaultTime: before, ChosenTime: after}
		for _, i := range steps {
			s.Steps = append(s.Steps, p.Steps[i].Name)
		}
		s.Share = max(before, 100*time.Microsecond) * time.Duration(len(steps))
		return s
	}
	r.Shapes = []gpu.TunedShape{
		shape("conv_pointwise", "in=1x60x28x28 out=1x15x28x28 groups=3", eight, sixteen, 1510*time.Microsecond, 1203*time.Microsecond, 2, 4, 6),
		shape("conv_fused", "in=1x15x28x28 out=1x60x28x28", eight, eight, 800*time.Microsecond, 800*time.Microsecond, 3),
		shape("pool", "in=1x24x112x112 out=1x24x56x56", "lanes=64", "lanes=32", 90*time.Microsecond, 80*time.Microsecond, 1),
		shape("fully_connected", "in=1x240 out=1x1000", "lanes=64 parts=16", "lanes=64 parts=16", 0, 0, 8),
	}
	done := func(i, tried int, rejected ...string) {
		s := &r.Shapes[i]
		s.Tried, s.Complete = tried, true
		for _, v := range rejected {
			s.Rejected = append(s.Rejected, gpu.RejectedVariant{Variant: v, Err: fmt.Errorf("%w: its result is not the reference's:\n1 of 2", gpu.ErrTuning)})
		}
	}
	done(0, 31, "channels=20 vectors=1 unroll=2 lanes=64")
	if o.Progress != nil {
		o.Progress(gpu.TuneProgress{Stage: "tuning conv_fused", Done: 1, Total: 4})
		w.clock = w.clock.Add(o.Budget)
	}
	if w.interruptAt > 0 {
		w.interrupt()
		r.Shapes[2].Chosen = r.Shapes[2].Default
		return r, ctx.Err()
	}
	done(1, 12, "a", "b", "c", "d", "e", "f")
	r.Shapes[2].Known, r.Shapes[2].Complete = true, true
	r.Before = gpu.RunTimes{Min: 7 * time.Millisecond, Median: 7500 * time.Microsecond, Runs: 15}
	r.After = gpu.RunTimes{Min: 6 * time.Millisecond, Median: 6250 * time.Microsecond, Runs: 15}
	r.File = "/home/user/.cache/shufflegl/tuning/a-test-s-gpu-0123456789ab.json"
	if w.worse {
		r.Kept, r.After.Median = false, 8*time.Millisecond
	}
	return r, nil
}

func (f fakeTuner) Tuning() gpu.TuningInfo {
	i := gpu.TuningInfo{Family: "other", Basis: "guessed"}
	if !f.world.tuned {
		return i
	}
	i.Changed, i.File = 1, "/home/user/.cache/shufflegl/tuning/a-test-s-gpu-0123456789ab.json"
	i.Shapes = []gpu.TunedShape{
		{Shape: "conv_pointwise in=1x60x28x28 out=1x15x28x28 groups=3", Kernel: "conv_pointwise", Chosen: sixteen, DefaultTime: 1510 * time.Microsecond, ChosenTime: 1203 * time.Microsecond, Known: true, Complete: true},
		{Shape: "pool in=1x24x112x112 out=1x24x56x56", Kernel: "pool", DefaultTime: 90 * time.Microsecond, ChosenTime: 90 * time.Microsecond, Known: true},
	}
	return i
}

func (f fakeTuner) Variants(p *network.Plan) ([]gpu.StepVariant, error) {
	all := make([]gpu.StepVariant, len(p.Steps))
	for i, s := range p.Steps {
		all[i] = gpu.StepVariant{Step: i}
		if s.Kernel == network.ConvPointwise {
			if all[i].Variant, all[i].Tuned = eight, f.world.tuned; f.world.tuned {
				all[i].Variant = sixteen
			}
		}
	}
	return all, nil
}

func (f fakeTuner) Forget() ([]string, error) {
	if !f.world.tuned {
		return nil, nil
	}
	f.world.tuned = false
	return []string{"/home/user/.cache/shufflegl/tuning/a-test-s-gpu-0123456789ab.json"}, nil
}

// TunedVariants are those of a tuned GPU's pointwise convolutions.
func (f fakeGPU) TunedVariants(p *network.Plan) []string {
	tuned := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		if f.world.tuned && s.Kernel == network.ConvPointwise {
			tuned[i] = sixteen
		}
	}
	return tuned
}

// The flags reach the GPU, and the JSON form has what scripts rely on.
func TestTuneFlags(t *testing.T) {
	enter(t)
	w := world{}
	status, stdout, stderr := w.run("tune", "-model", tiny, "-size", "64", "-time", "90s", "-fresh", "-format", "json", "-precision", "fp16", "-maps", "texture")
	if status != success || w.budget != 90*time.Second || !w.fresh || w.gpusOpen != 0 {
		t.Fatalf("exit status %d, %v, %v: %s", status, w.budget, w.fresh, stderr)
	}
	var j tuningJSON
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		t.Fatal(err)
	}
	s := j.Shapes[0]
	if j.Precision != "fp16" || j.Maps != "texture" || s.State != "done" || *s.Gain < 0.2 || *s.Gain > 0.21 || s.Best != sixteen || len(s.Rejected) != 1 || j.After.Runs != 15 || !j.Kept {
		t.Errorf("%+v", j)
	}
	if last := j.Shapes[3]; last.DefaultUS != nil || last.Gain != nil || last.State != "no time" {
		t.Errorf("%+v", last)
	}
}

// Mistakes are found before a GPU is opened.
func TestTuneMistakes(t *testing.T) {
	for args, says := range map[string]string{
		"-time 0s":             "-time 0s: from 1ms to 24h",
		"-time soon":           `invalid value "soon"`,
		"-list -forget":        "-list and -forget: one at a time",
		"-fresh -list":         "-fresh: only where something is tuned",
		"-format csv":          `unknown -format "csv"`,
		"-model nothing":       "-model: ",
		"-model a.onnx,b.onnx": "a.onnx",
		"-precision fp8":       `unknown -precision "fp8"`,
	} {
		enter(t)
		w := world{noGPU: fmt.Errorf("it was opened")}
		status, _, stderr := w.run(append([]string{"tune"}, strings.Fields(args)...)...)
		if status == success || !strings.Contains(stderr, says) {
			t.Errorf("%s: exit status %d: %s", args, status, stderr)
		}
	}
}

// Progress goes to a terminal alone, and is gone afterwards.
func TestTuneProgress(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		enter(t)
		var w world
		var out, errs bytes.Buffer
		sys := w.system(&out, &errs)
		sys.terminal = terminal
		if status := run([]string{"tune", "-model", tiny, "-size", "64"}, sys); status != success || !terminal && errs.Len() > 0 {
			t.Errorf("exit status %d: %q", status, errs.String())
		}
	}
}
