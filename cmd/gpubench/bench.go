package main

import (
	"errors"
	"flag"
	"runtime"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/report"
)

func benchCommand() command {
	return command{
		name:    "bench",
		summary: "time models on the GPU and the CPU, interleaved, and compare their results",
		about:   "A run's time is what a program waits for: it includes upload and readback.",
		examples: []string{
			"bench -input photo.jpg",
			"bench -model shufflenet_v1_g3_0.5x,model.onnx -backend cpu -threads 1,2 -format json",
		},
		define: func(f *flag.FlagSet) action {
			var b benchFlags
			b.define(f)
			return b.run
		},
	}
}

// benchFlags is what to measure, and how.
type benchFlags struct {
	modelFlags
	backends, threads, context string
	format, input              string
	warmup, runs               int
}

func (b *benchFlags) define(f *flag.FlagSet) {
	b.modelFlags.define(f, defaultModel, true)
	f.StringVar(&b.backends, "backend", "", "`B,B`: of "+strings.Join(backendNames(), ", ")+" (default gpu,cpu; cpu if there is no GPU)")
	f.StringVar(&b.threads, "threads", "", "`N,N`: threads of the CPU backend, each measured (default all cores)")
	f.IntVar(&b.warmup, "warmup", 3, "`N`: runs before those that count")
	f.IntVar(&b.runs, "runs", 30, "`N`: runs that count")
	f.StringVar(&b.format, "format", "table", "`"+strings.Join(report.Formats(), "|")+"`: how to print")
	f.StringVar(&b.input, "input", "", "`PHOTO`: to run on; several with commas (default a test picture)")
	f.StringVar(&b.context, "context", "auto", "`auto|egl|glfw`: how to reach the GPU")
}

// check finds mistakes before anything costs time.
func (b *benchFlags) check() (threads []int, err error) {
	switch {
	case b.runs < 1:
		return nil, usagef("-runs %d: at least 1", b.runs)
	case b.warmup < 0:
		return nil, usagef("-warmup %d: at least 0", b.warmup)
	}
	if err := oneOf("-format", b.format, report.Formats()...); err != nil {
		return nil, err
	}
	if err := checkContext(b.context); err != nil {
		return nil, err
	}
	if b.threads == "" {
		return []int{runtime.GOMAXPROCS(0)}, nil
	}
	return counts("-threads", b.threads)
}

func (b *benchFlags) run(sys *system, _ []string) error {
	threads, err := b.check()
	if err != nil {
		return err
	}
	names, err := b.list()
	if err != nil {
		return err
	}
	photos, err := loadPictures(sys, b.input)
	if err != nil {
		return err
	}
	entries, closeAll, err := b.entries(sys, threads)
	if err != nil {
		return err
	}
	defer closeAll()

	bar := newProgress(sys)
	defer bar.done()
	var records []bench.Record
	for _, name := range names {
		g, err := b.load(name)
		if err != nil {
			return err
		}
		in, pixels, err := photos.inputs(g)
		if err != nil {
			return err
		}
		n := bench.Network{Graph: g, Inputs: in, Pixels: pixels}
		rs, err := bench.Compare(n, sys.newReference(), entries, bench.Options{
			Warmup: b.warmup, Runs: b.runs, Seed: b.seed, Clock: sys.now,
			Progress: func(stage string, done, total int) { bar.update(name+": "+stage, done, total) },
		})
		if err != nil {
			return err
		}
		for i := range rs {
			rs[i].Model = name
		}
		records = append(records, rs...)
	}
	bar.done()
	if err := report.Write(sys.stdout, b.format, records); err != nil {
		return err
	}
	if wrong := report.Wrong(records); len(wrong) > 0 {
		return errors.New(wrong[0])
	}
	return nil
}

// entries opens the backends. The GPU may be missing only if nobody asked for it.
func (b *benchFlags) entries(sys *system, threads []int) (entries []bench.Entry, closeAll func(), err error) {
	backends := []string{"gpu", "cpu"}
	if b.backends != "" {
		if backends, err = words("-backend", b.backends); err != nil {
			return nil, nil, err
		}
	}
	for _, name := range backends {
		if err := checkBackend(name); err != nil {
			return nil, nil, err
		}
	}
	var closers []func()
	closeAll = func() {
		for _, c := range slices.Backward(closers) {
			c()
		}
	}
	for i, name := range backends {
		if slices.Contains(backends[:i], name) {
			continue
		}
		counts := threads
		if name != "cpu" {
			counts = threads[:1]
		}
		for _, n := range counts {
			e, done, err := sys.open(name, n, b.context)
			if err != nil && name == "gpu" && b.backends == "" {
				sys.say("measuring the CPU alone, for there is no usable GPU: %v", err)
				break
			}
			if err != nil {
				closeAll()
				return nil, nil, explain(err)
			}
			entries, closers = append(entries, e), append(closers, done)
		}
	}
	return entries, closeAll, nil
}
