package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/internal/safefile"
	"github.com/shufflegl/shufflegl/network"
)

func peakCommand() command {
	return command{
		name:    "peak",
		summary: "measure what the devices can do at best",
		about: "Arithmetic, memory, launches, transfers. Rates are the best of short runs; GMAC/s are 10^9 multiply-adds a second, GB/s 10^9\n" +
			"bytes, of which a copy reads and writes each. What is computed is checked. For gpubench\n" +
			"report, keep the figures beside results with -o.",
		examples: []string{
			"peak",
			"peak -backend cpu -threads 4 -time 1s -o peak.jsonl",
		},
		define: func(f *flag.FlagSet) action {
			var p peakFlags
			p.define(f)
			return p.run
		},
	}
}

type peakFlags struct {
	backends, format, file string
	threads                int
	time                   time.Duration
	gpu                    gpuFlags
}

func (p *peakFlags) define(f *flag.FlagSet) {
	f.StringVar(&p.backends, "backend", "", "`B,B`: of gpu, cpu (default gpu,cpu; cpu if there is no GPU)")
	f.IntVar(&p.threads, "threads", 0, "`N`: threads of the CPU, beside one (default all cores)")
	f.DurationVar(&p.time, "time", 300*time.Millisecond, "`D`: how long to measure each figure")
	f.StringVar(&p.format, "format", "table", "`table|jsonl`: how to print")
	f.StringVar(&p.file, "o", "", "`FILE`: write the figures there too, as JSON lines")
	p.gpu.define(f)
}

func (p *peakFlags) check() (backends []string, err error) {
	backends = []string{"gpu", "cpu"}
	if p.backends != "" {
		if backends, err = words("-backend", p.backends); err != nil {
			return nil, err
		}
	}
	for _, b := range backends {
		if err := oneOf("-backend", b, "gpu", "cpu"); err != nil {
			return nil, err
		}
	}
	if err := checkThreads(p.threads); err != nil {
		return nil, err
	}
	if p.time < time.Millisecond || p.time > time.Hour {
		return nil, usagef("-time %v: from 1ms to 1h", p.time)
	}
	if err := oneOf("-format", p.format, "table", "jsonl"); err != nil {
		return nil, err
	}
	if err := p.gpu.check(); err != nil {
		return nil, err
	}
	if p.file != "" {
		if err := checkFolder(p.file); err != nil {
			return nil, err
		}
	}
	return slices.Compact(backends), nil
}

func (p *peakFlags) run(sys *system, _ []string) error {
	backends, err := p.check()
	if err != nil {
		return err
	}
	// Interrupted, it prints what it has.
	ctx, stop := sys.interruptible()
	defer stop()
	var figures []peak.Figure
	var failed []error
	for i, name := range backends {
		fs, err := p.measure(ctx, sys, name)
		figures = append(figures, fs...)
		if name == "gpu" && p.backends == "" && fs == nil && ctx.Err() == nil {
			sys.say("measuring the CPU alone, for there is no usable GPU: %v", err)
			continue
		}
		if ctx.Err() != nil && (err != nil || i < len(backends)-1) {
			err = fmt.Errorf("interrupted: %d figures are complete", len(figures))
		}
		failed = append(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	write := report.Peaks
	if p.format == "jsonl" {
		write = report.PeaksJSON
	}
	failed = append(failed, write(sys.stdout, figures))
	if p.file != "" {
		err := safefile.Save(p.file, func(w io.Writer) error { return report.PeaksJSON(w, figures) })
		if err != nil {
			failed = append(failed, fmt.Errorf("saving %s: %w", p.file, plain(err)))
		}
	}
	return errors.Join(failed...)
}

func (p *peakFlags) measure(ctx context.Context, sys *system, name string) ([]peak.Figure, error) {
	var b network.Backend
	var probes []peak.Probe
	software := false
	if name == "gpu" {
		d, err := sys.openGPU(p.gpu)
		if err != nil {
			return nil, explain(err)
		}
		defer d.close()
		b, probes, software = d, d.probes(sys.now), d.info != nil && d.info.Software
	} else {
		b, probes = sys.newCPU(p.threads), sys.cpuProbes(p.threads, sys.now)
	}
	bar := newProgress(sys)
	defer bar.done()
	return peak.Measure(ctx, b, software, probes, peak.Options{
		Time:     p.time,
		Progress: func(stage string, done, total int) { bar.update(name+": "+stage, done, total) },
	})
}
