package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/network"
)

func tuneCommand() command {
	return command{
		name:    "tune",
		summary: "find the fastest variant of each launch on this GPU, and keep it",
		about: "Each variant's results are held against the reference's before its time counts, and it\n" +
			"must win clearly. What is found is kept in the user's cache folder, for this driver,\n" +
			"and is used by every program from then on. Ctrl-C keeps what was found until then.",
		examples: []string{
			"tune -model shufflenet_v1_g3_0.5x -time 2m",
			"tune -list",
		},
		define: func(f *flag.FlagSet) action {
			var t tuneFlags
			t.define(f)
			return t.run
		},
	}
}

// tuner is a GPU whose launches can be tuned: a *gpu.Device.
type tuner interface {
	Tune(context.Context, *network.Plan, gpu.TuneOptions) (gpu.TuneReport, error)
	Tuning() gpu.TuningInfo
	Variants(*network.Plan) ([]gpu.StepVariant, error)
	Forget() ([]string, error)
}

type tuneFlags struct {
	modelFlags
	gpu                 gpuFlags
	time                time.Duration
	fresh, list, forget bool
	format              string
}

func (t *tuneFlags) define(f *flag.FlagSet) {
	t.modelFlags.define(f, defaultModel, false)
	t.defineBatch(f, false)
	t.gpu.define(f)
	t.gpu.defineStorage(f)
	f.DurationVar(&t.time, "time", gpu.DefaultTuneBudget, "`D`: to take; what costs most is tuned first")
	f.BoolVar(&t.fresh, "fresh", false, "``: tune again what is known from before")
	f.BoolVar(&t.list, "list", false, "``: only print what is known from before, of all models")
	f.BoolVar(&t.forget, "forget", false, "``: only forget that, also of this GPU's other drivers")
	f.StringVar(&t.format, "format", "text", "`text|json`: how to print")
}

// check finds mistakes before anything costs time.
func (t *tuneFlags) check() error {
	switch {
	case t.time < time.Millisecond || t.time > 24*time.Hour:
		return usagef("-time %v: from 1ms to 24h", t.time)
	case t.list && t.forget:
		return usagef("-list and -forget: one at a time")
	case t.fresh && (t.list || t.forget):
		return usagef("-fresh: only where something is tuned")
	}
	if err := oneOf("-format", t.format, "text", "json"); err != nil {
		return err
	}
	return t.gpu.check()
}

func (t *tuneFlags) run(sys *system, _ []string) error {
	if err := t.check(); err != nil {
		return err
	}
	v, err := t.one()
	if err != nil {
		return err
	}
	d, err := sys.openGPU(t.gpu)
	if err != nil {
		return err
	}
	defer d.close()
	switch {
	case t.list:
		return t.printKnown(sys, d)
	case t.forget:
		return forgetTuning(sys, d)
	}
	g, err := t.load(v)
	if err != nil {
		return err
	}
	p, err := network.PlanFor(d.Backend, g)
	if err != nil {
		return err
	}
	return t.tune(sys, d, v.name, p)
}

func (t *tuneFlags) tune(sys *system, d *gpuDevice, model string, p *network.Plan) error {
	// Interrupted, it keeps and prints what it has.
	ctx, stop := sys.interruptible()
	defer stop()
	bar := newProgress(sys)
	defer bar.done()
	start := sys.now()
	r, err := d.tuner.Tune(ctx, p, gpu.TuneOptions{
		Budget: t.time, Fresh: t.fresh,
		Progress: func(g gpu.TuneProgress) {
			stage := g.Stage
			if g.Total > 1 {
				stage = fmt.Sprintf("%s (%d of %d)", g.Stage, min(g.Done+1, g.Total), g.Total)
			}
			bar.share(stage, float64(sys.now().Sub(start))/float64(t.time))
		},
	})
	bar.done()
	if len(r.Shapes) == 0 && err != nil {
		return err
	}
	j := describeTuning(model, d, p, &r)
	if t.format == "json" {
		err = errors.Join(err, report.JSON(sys.stdout, j))
	} else {
		err = errors.Join(err, printTuning(sys.stdout, j))
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted: %d of %d shapes are done", j.complete(), len(j.Shapes))
	}
	return err
}

func forgetTuning(sys *system, d *gpuDevice) error {
	files, err := d.tuner.Forget()
	for _, f := range files {
		fmt.Fprintln(sys.stdout, "deleted", f)
	}
	if len(files) == 0 && err == nil {
		fmt.Fprintf(sys.stdout, "nothing is known of %s\n", d.info.Renderer)
	}
	return err
}
