package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/internal/paper"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/internal/safefile"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

func paperCommand() command {
	return command{
		name:    "paper",
		summary: "the ShuffleNet paper's Tables 1 and 8, measured here",
		about: "Table 8 is the time of ShuffleNet 0.5x and 1x, AlexNet and MobileNet at three sizes, beside\n" +
			"the paper's on a Snapdragon 820. The ablation runs a ShuffleNet with its channels shuffled\n" +
			"by renaming, not at all, and by copying. All backends run in turns. It takes some minutes,\n" +
			"and AlexNet a gigabyte of memory or two; Ctrl-C prints what was measured.",
		examples: []string{
			"paper",
			"paper -size 224,480x640 -model alexnet -time 10s -o paper.json",
		},
		define: func(f *flag.FlagSet) action {
			var p paperFlags
			p.define(f)
			return p.run
		},
	}
}

type paperFlags struct {
	models, sizes, ablate string
	backends, threads     string
	gpu                   gpuFlags
	runs                  int
	time                  time.Duration
	seed                  uint64
	format, file          string
}

// none is what -ablate takes to leave that out.
const none = "none"

func (p *paperFlags) define(f *flag.FlagSet) {
	f.StringVar(&p.models, "model", "", "`M,M`: of the table's networks (default all four)")
	f.StringVar(&p.sizes, "size", "", "`HxW,HxW`: of the picture (default the paper's three)")
	f.StringVar(&p.ablate, "ablate", defaultModel, "`M,M`: to ablate, or "+none+"")
	f.StringVar(&p.backends, "backend", "", "`B,B`: of gpu, cpu (default gpu,cpu; cpu if there is no GPU)")
	f.StringVar(&p.threads, "threads", "", "`N,N`: of the CPU (default 1, as in the paper, and all cores)")
	f.IntVar(&p.runs, "runs", 6, "`N`: runs that count, at least")
	f.DurationVar(&p.time, "time", 3*time.Second, "`D`: and as many more as fit into this time")
	f.Uint64Var(&p.seed, "seed", 0, "`S`: seed of the random weights")
	p.gpu.define(f)
	f.StringVar(&p.format, "format", "table", "`table|json`: how to print")
	f.StringVar(&p.file, "o", "", "`FILE`: write the tables there too, as JSON")
}

// options finds mistakes before anything costs time.
func (p *paperFlags) options() (o paper.Options, backends []string, threads []int, err error) {
	o = paper.Options{Nets: paper.Table8(), Sizes: paper.Sizes[:], Runs: p.runs, Time: p.time, Seed: p.seed, Zoo: zoo.Options{Seed: p.seed}}
	fail := func(err error) (paper.Options, []string, []int, error) { return o, nil, nil, err }
	switch {
	case p.runs < 1:
		return fail(usagef("-runs %d: at least 1", p.runs))
	case p.time < 0:
		return fail(usagef("-time %v: at least 0", p.time))
	}
	if err := oneOf("-format", p.format, "table", "json"); err != nil {
		return fail(err)
	}
	if err := p.gpu.check(); err != nil {
		return fail(err)
	}
	if p.file != "" {
		if err := checkFolder(p.file); err != nil {
			return fail(err)
		}
	}
	if p.models != "" {
		if o.Nets, err = tableNets(p.models); err != nil {
			return fail(err)
		}
	}
	if p.sizes != "" {
		if o.Sizes, err = parseSizes(p.sizes); err != nil {
			return fail(err)
		}
	}
	if p.ablate != none {
		if o.Ablate, err = words("-ablate", p.ablate); err != nil {
			return fail(err)
		}
		for _, name := range o.Ablate {
			if !slices.Contains(zoo.Names(), name+"_noshuffle") {
				return fail(usagef("-ablate %s: the zoo has no %s_noshuffle", name, name))
			}
		}
	}
	backends = []string{"gpu", "cpu"}
	if p.backends != "" {
		if backends, err = words("-backend", p.backends); err != nil {
			return fail(err)
		}
	}
	for _, b := range backends {
		if err := oneOf("-backend", b, "gpu", "cpu"); err != nil {
			return fail(err)
		}
	}
	threads = slices.Compact([]int{1, runtime.GOMAXPROCS(0)})
	if p.threads != "" {
		if threads, err = threadCounts(p.threads); err != nil {
			return fail(err)
		}
	}
	return o, backends, threads, nil
}

func tableNets(list string) (nets []paper.Net, err error) {
	names, err := words("-model", list)
	if err != nil {
		return nil, err
	}
	all := paper.Table8()
	for _, name := range names {
		i := slices.IndexFunc(all, func(n paper.Net) bool { return n.Model == name })
		if i < 0 {
			var known []string
			for _, n := range all {
				known = append(known, n.Model)
			}
			return nil, usagef("unknown -model %q: the table has %s", name, strings.Join(known, ", "))
		}
		nets = append(nets, all[i])
	}
	return nets, nil
}

func (p *paperFlags) run(sys *system, _ []string) error {
	o, backends, threads, err := p.options()
	if err != nil {
		return err
	}
	photos, err := loadPictures(sys, "")
	if err != nil {
		return err
	}
	for _, name := range slices.Compact(backends) {
		counts := threads
		if name == "gpu" {
			counts = threads[:1]
		}
		for _, n := range counts {
			e, done, err := sys.open(name, n, p.gpu)
			if err != nil && name == "gpu" && p.backends == "" {
				sys.say("measuring the CPU alone, for there is no usable GPU: %v", err)
				break
			}
			if err != nil {
				return explain(err)
			}
			defer done()
			o.Entries = append(o.Entries, e)
		}
	}
	ctx, stop := sys.interruptible()
	defer stop()
	bar := newProgress(sys)
	defer bar.done()
	o.Reference, o.Zoo.Blank = sys.newCPU(0), sys.blank
	o.Clock, o.Sleep, o.Progress = sys.now, sys.sleep, bar.share
	o.Inputs = func(g *network.Graph) ([][]*tensor.Tensor, string, error) { return photos.ring(g, ringSize(g)) }
	results, failed := paper.Measure(ctx, o)
	bar.done()
	if errors.Is(failed, context.Canceled) {
		failed = errors.New("interrupted: the tables are not complete")
	}
	// What was measured is printed, whatever went wrong.
	write := results.Print
	if p.format == "json" {
		write = func(w io.Writer) error { return report.JSON(w, results) }
	}
	err = write(sys.stdout)
	if p.file != "" {
		saved := safefile.Save(p.file, func(w io.Writer) error { return report.JSON(w, results) })
		if saved != nil {
			err = errors.Join(err, fmt.Errorf("saving %s: %w", p.file, plain(saved)))
		}
	}
	return errors.Join(failed, err)
}
