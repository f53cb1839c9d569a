package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/machine"
	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/internal/results"
	"github.com/shufflegl/shufflegl/internal/safefile"
)

// sweep is one call of bench: groups of records, each of one model, batch and
// size on all backends.
type sweep struct {
	*benchFlags
	sys     *system
	photos  pictures
	entries []bench.Entry
	groups  int // in all
}

// group is what to measure, and which time.
type group struct {
	variant
	repeat int
}

// plan lists the groups in the order to measure them. Repeats come one after the
// other, so that what changes with time meets all groups.
func (s *sweep) plan(variants []variant) []group {
	r := mathrand.New(mathrand.NewPCG(s.seed, 1))
	var all []group
	for n := range s.repeat {
		vs := slices.Clone(variants)
		switch s.order {
		case "reverse":
			slices.Reverse(vs)
		case "random":
			r.Shuffle(len(vs), func(i, j int) { vs[i], vs[j] = vs[j], vs[i] })
		}
		for _, v := range vs {
			all = append(all, group{v, n})
		}
	}
	s.groups = len(all)
	return all
}

// String names what is measured.
func (g group) String() string {
	text := g.name
	if g.batch > 0 {
		text += fmt.Sprintf(", batch %d", g.batch)
	}
	if g.height > 0 {
		text += fmt.Sprintf(", size %dx%d", g.height, g.width)
	}
	if g.repeat > 0 {
		text += fmt.Sprintf(", repeat %d", g.repeat+1)
	}
	return text
}

// measure measures all groups, and writes the file after each. What cannot be measured is
// told and left out: not all of a sweep's combinations need be possible. Beside an error it
// returns what was measured.
func (s *sweep) measure(ctx context.Context, variants []variant) ([]record.Record, error) {
	groups := s.plan(variants)
	run := record.Run{ID: runID(), Command: append([]string{"gpubench"}, s.sys.args...)}
	bar := newProgress(s.sys)
	defer bar.done()
	var records []record.Record
	var failed []string
	for i, g := range groups {
		run.Group, run.Repeat = i, g.repeat
		rs, err := s.one(ctx, g, i, bar)
		for j := range rs {
			run.Time, run.Interrupted = rs[j].Run.Time, rs[j].Run.Interrupted
			rs[j].Run = run
		}
		results.Limit(rs, s.limits)
		records = append(records, rs...)
		interrupted, lost := errors.Is(err, context.Canceled), errors.Is(err, gpu.ErrContextLost)
		last := interrupted || lost || i == len(groups)-1
		if s.savePath != "" && len(records) > 0 && (last || len(rs) > 0 && s.regular()) {
			if err := s.save(records); err != nil {
				return records, err
			}
		}
		switch {
		case interrupted:
			return records, fmt.Errorf("interrupted: %d of %d measurements are complete", i-len(failed), len(groups))
		case lost && len(groups) > 1: // nothing runs on that GPU any more
			return records, fmt.Errorf("%w; %d of %d measurements are complete", err, i-len(failed), len(groups))
		case err != nil && len(groups) == 1:
			return records, err
		case err != nil:
			bar.aside(func() { s.sys.say("cannot measure %s: %s", g, oneLine(err)) })
			failed = append(failed, g.String())
		}
	}
	if len(failed) > 0 {
		return records, fmt.Errorf("%d of %d measurements failed: %s", len(failed), len(groups), strings.Join(failed, "; "))
	}
	return records, nil
}

// one measures a group.
func (s *sweep) one(ctx context.Context, g group, i int, bar *progress) ([]record.Record, error) {
	if s.delay > 0 && i > 0 {
		s.pause(ctx, bar, i)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	start := s.sys.now()
	graph, err := s.load(g.variant)
	if err != nil {
		return nil, err
	}
	n := bench.Network{Name: g.name, Graph: graph, Source: "zoo", Load: s.sys.now().Sub(start)}
	if isFile(g.name) {
		n.Source = g.name
		if n.SHA256, err = fileHash(g.name); err != nil {
			return nil, err
		}
	}
	if n.Ring, n.Pixels, err = s.photos.ring(graph, ringSize(graph)); err != nil {
		return nil, err
	}
	o := bench.Options{
		Warmup: s.warmup, Runs: s.runs, Time: s.time, InFlight: s.inflight, Layers: true,
		Seed: s.seed + uint64(i), Reference: s.sys.newReference(),
		Clock: s.sys.now, CPUTime: s.sys.machine.CPUTime, Sleep: s.sys.sleep,
		Pace:  s.sys.pace,
		Watch: func() func() record.Context { return watch(s.sys.machine) },
		Progress: func(what string, share float64) {
			bar.share(fmt.Sprintf("%s%s: %s", s.position(i), g.name, what), (float64(i)+share)/float64(s.groups))
		},
	}
	rs, err := bench.Measure(ctx, n, s.entries, o)
	for j := range rs {
		t := &rs[j].Test
		t.Seed, t.Order, t.DelayS = s.seed, s.order, s.delay.Seconds()
	}
	return rs, err
}

func watch(p machine.Probe) func() record.Context {
	w := p.Start()
	return w.Done
}

// position says how far a long sweep is.
func (s *sweep) position(i int) string {
	if s.groups == 1 {
		return ""
	}
	return fmt.Sprintf("%d of %d, ", i+1, s.groups)
}

// pause waits in short steps, so that it can be interrupted.
func (s *sweep) pause(ctx context.Context, bar *progress, i int) {
	const step = 100 * time.Millisecond
	bar.share(s.position(i)+"cooling down", float64(i)/float64(s.groups))
	for left := s.delay; left > 0 && ctx.Err() == nil; left -= step {
		s.sys.sleep(min(left, step))
	}
}

// options are how tables look, printed and saved: those of a sweep have room for no layers.
func (s *sweep) options() report.Options {
	switch {
	case s.group != "":
		return report.Options{Group: report.Grouping(s.group)}
	case s.groups > 1:
		return report.Options{Group: report.NoLayers}
	}
	return report.Options{Group: report.ByOp}
}

// save writes the file of -o, which is complete at any time.
func (s *sweep) save(rs []record.Record) error {
	format, _ := report.FormatOf(s.savePath)
	err := safefile.Save(s.savePath, func(w io.Writer) error {
		return report.Write(w, format, rs, s.options())
	})
	if err != nil {
		return fmt.Errorf("saving %s: %w", s.savePath, plain(err))
	}
	return nil
}

// regular reports whether the file can be written again and again.
func (s *sweep) regular() bool {
	info, err := os.Stat(s.savePath)
	return err != nil || info.Mode().IsRegular()
}

// checkSave finds a wrong -o before anything is measured.
func checkSave(path string) error {
	if _, ok := report.FormatOf(path); !ok {
		return usagef("-o %s: the name must end in .json, .jsonl, .csv, .md, .txt or .bench", path)
	}
	return checkFolder(path)
}

func checkFolder(path string) error {
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return fmt.Errorf("saving %s: there is no folder %s", path, filepath.Dir(path))
	}
	return nil
}

func fileHash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("%s: %w", path, plain(err))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// runID tells calls of the tool apart.
func runID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
