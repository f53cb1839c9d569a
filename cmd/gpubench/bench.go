package main

import (
	"errors"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/internal/results"
)

func benchCommand() command {
	return command{
		name:    "bench",
		summary: "time models on the GPU and the CPU, compare results",
		about: "Times include upload and readback. Of lists with commas, and ranges as in 1-8*2, all " +
			"is measured. Ctrl-C ends it and prints what was measured.",
		examples: []string{
			"bench -input photo.jpg -peak peak.jsonl -o result.json",
			"bench -model model.onnx -backend cpu -threads 1-4*2 -format go",
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
	gpu                     gpuFlags
	backends, threads       string
	input                   string
	warmup, runs, inflight  int
	time, delay             time.Duration
	repeat                  int
	order                   string
	group, format, savePath string
	peak                    string
	limits                  []peak.Figure // of the file -peak
}

// orders are the words of -order.
func orders() []string { return []string{"given", "reverse", "random"} }

func (b *benchFlags) define(f *flag.FlagSet) {
	b.modelFlags.define(f, defaultModel, true)
	b.defineBatch(f, true)
	f.StringVar(&b.backends, "backend", "", "`B,B`: of "+strings.Join(backendNames(), ", ")+" (default gpu,cpu, or cpu if no GPU)")
	f.StringVar(&b.threads, "threads", "", "`N,N`: of the CPU (default all cores)")
	b.gpu.defineLists(f)
	f.StringVar(&b.input, "input", "", "`PHOTO,PHOTO`: (default a test picture)")
	f.IntVar(&b.warmup, "warmup", 50, "`N`: at most, until steady")
	f.IntVar(&b.runs, "runs", 30, "`N`: that count, at least")
	f.DurationVar(&b.time, "time", 0, "`D`: and runs for so long, as 10s")
	f.IntVar(&b.inflight, "inflight", 2, "`N`: frames at once, or 0")
	f.IntVar(&b.repeat, "repeat", 1, "`N`: measure all so often")
	f.DurationVar(&b.delay, "delay", 0, "`D`: pause before each test")
	f.StringVar(&b.order, "order", "given", "`"+strings.Join(orders(), "|")+"`: of tests")
	f.StringVar(&b.group, "group", "", "`"+strings.Join(report.Groupings(), "|")+"`: rows of layers (default op; none in a sweep)")
	f.StringVar(&b.format, "format", "table", "`"+strings.Join(report.Formats(), "|")+"`: how to print")
	f.StringVar(&b.peak, "peak", "", "`FILE`: of peak -o, to show shares")
	f.StringVar(&b.savePath, "o", "", "`FILE`: the records, too; .json, .jsonl, .csv, .md, .txt or .bench says how")
}

// check finds mistakes before anything costs time.
func (b *benchFlags) check() (threads []int, err error) {
	switch {
	case b.runs < 1:
		return nil, usagef("-runs %d: at least 1", b.runs)
	case b.warmup < 0:
		return nil, usagef("-warmup %d: at least 0", b.warmup)
	case b.inflight < 0 || b.inflight > mostInFlight:
		return nil, usagef("-inflight %d: 0 to %d", b.inflight, mostInFlight)
	case b.time < 0:
		return nil, usagef("-time %v: at least 0", b.time)
	case b.delay < 0:
		return nil, usagef("-delay %v: at least 0", b.delay)
	case b.repeat < 1:
		return nil, usagef("-repeat %d: at least 1", b.repeat)
	}
	if err := oneOf("-format", b.format, report.Formats()...); err != nil {
		return nil, err
	}
	if err := oneOf("-order", b.order, orders()...); err != nil {
		return nil, err
	}
	if b.group != "" {
		if err := oneOf("-group", b.group, report.Groupings()...); err != nil {
			return nil, err
		}
	}
	if b.savePath != "" {
		if err := checkSave(b.savePath); err != nil {
			return nil, err
		}
	}
	if b.peak != "" {
		s, err := results.Load(b.peak)
		if err != nil {
			return nil, err
		}
		if b.limits = s.Peaks; len(b.limits) == 0 {
			return nil, fmt.Errorf("-peak %s: it holds no figure of peak; gpubench peak -o %s makes some", b.peak, b.peak)
		}
		if b.savePath != "" && sameFile(b.savePath, b.peak) {
			return nil, usagef("-o %s: that is what is to be read", b.savePath)
		}
	}
	if _, err := b.gpu.each(); err != nil {
		return nil, err
	}
	if b.threads == "" {
		return []int{runtime.GOMAXPROCS(0)}, nil
	}
	return threadCounts(b.threads)
}

// mostInFlight is how many frames a GPU keeps in flight at most.
const mostInFlight = 64

func (b *benchFlags) run(sys *system, _ []string) error {
	threads, err := b.check()
	if err != nil {
		return err
	}
	variants, err := b.variants()
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
	ctx, stop := sys.interruptible()
	defer stop()

	s := sweep{benchFlags: b, sys: sys, photos: photos, entries: entries}
	records, failed := s.measure(ctx, variants)
	if n := results.Limit(records, b.limits); b.peak != "" && n > 0 {
		sys.say("%s tells nothing of the devices of %d of %d records: gpubench peak measures this machine's", b.peak, n, len(records))
	}
	// What was measured is printed, whatever went wrong.
	if len(records) > 0 || failed == nil {
		if err := report.Write(sys.stdout, b.format, records, s.options()); err != nil {
			return err
		}
	}
	if failed != nil {
		return failed
	}
	if wrong := report.Wrong(records); len(wrong) > 0 {
		return errors.New(wrong[0])
	}
	return nil
}

// way is one of the ways in which a backend is measured.
type way struct {
	backend string
	threads int
	gpu     gpuFlags
}

// ways lists them: each number of threads, or each way to open the GPU.
func (b *benchFlags) ways(threads []int) ([]way, error) {
	backends := []string{"gpu", "cpu"}
	var err error
	if b.backends != "" {
		if backends, err = words("-backend", b.backends); err != nil {
			return nil, err
		}
	}
	gpus, err := b.gpu.each()
	if err != nil {
		return nil, err
	}
	var all []way
	for _, name := range backends {
		if err := checkBackend(name); err != nil {
			return nil, err
		}
		switch name {
		case "gpu":
			for _, g := range gpus {
				g.frames = b.inflight
				all = append(all, way{backend: name, gpu: g})
			}
		case "cpu", cpuHalf:
			for _, n := range threads {
				all = append(all, way{backend: name, threads: n})
			}
		default:
			all = append(all, way{backend: name})
		}
	}
	var distinct []way
	for _, w := range all {
		if !slices.Contains(distinct, w) {
			distinct = append(distinct, w)
		}
	}
	return distinct, nil
}

// entries opens the backends. The GPU may be missing only if nobody asked for it.
func (b *benchFlags) entries(sys *system, threads []int) (entries []bench.Entry, closeAll func(), err error) {
	ways, err := b.ways(threads)
	if err != nil {
		return nil, nil, err
	}
	var closers []func()
	closeAll = func() {
		for _, c := range slices.Backward(closers) {
			c()
		}
	}
	said := false
	for _, w := range ways {
		e, done, err := sys.open(w.backend, w.threads, w.gpu)
		if err != nil && w.backend == "gpu" && b.backends == "" && !othersWanted(err) {
			if !said {
				sys.say("measuring the CPU alone, for there is no usable GPU: %v", err)
			}
			said = true
			continue
		}
		if err != nil {
			closeAll()
			return nil, nil, explain(err)
		}
		entries, closers = append(entries, e), append(closers, done)
	}
	return entries, closeAll, nil
}
