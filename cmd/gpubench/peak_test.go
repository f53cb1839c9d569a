package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/internal/peak"
)

// steady does so much work a microsecond, and on the clock of the world.
type steady struct {
	world *world
	work  float64
	err   error
}

func (s steady) Run(n int) (float64, time.Duration, error) {
	took := time.Duration(n) * time.Microsecond
	s.world.clock = s.world.clock.Add(took)
	if s.world.runs++; s.world.runs == s.world.interruptAt {
		s.world.interrupt()
	}
	return float64(n) * s.work, took, s.err
}

func (s steady) Close() error { return nil }

func (s steady) way(name string) peak.Way {
	return peak.Way{Name: name, Open: func() (peak.Runner, error) { return s, nil }}
}

func (w *world) gpuProbes(func() time.Time) []peak.Probe {
	return []peak.Probe{
		{Limit: peak.MultiplyAdd, Variant: "fp32", Unit: peak.GMACs, Ways: []peak.Way{steady{w, 20e3, nil}.way("2 chains"), steady{w, 25e3, nil}.way("4 chains")}},
		{Limit: peak.MultiplyAdd, Variant: "fp16", Unit: peak.GMACs, Ways: []peak.Way{{Open: func() (peak.Runner, error) {
			return nil, peak.Unable("mediump is computed in 32 bits here")
		}}}},
		{Limit: peak.Read, Variant: "64 MiB", Bytes: 64 << 20, Unit: peak.GBs, Ways: []peak.Way{steady{w, 8e3, w.peakFault}.way("16 vec4s")}},
		{Limit: peak.Launch, Unit: peak.Micros, Ways: []peak.Way{steady{w, 1, nil}.way("")}},
	}
}

func (w *world) cpuProbes(threads int, _ func() time.Time) []peak.Probe {
	var all []peak.Probe
	for _, n := range []int{1, max(threads, 2)} {
		all = append(all, peak.Probe{Limit: peak.MultiplyAdd, Variant: "fp32, Go", Unit: peak.GMACs, Threads: n, Ways: []peak.Way{steady{w, 4e3 * float64(n), nil}.way("")}})
	}
	return all
}

// The file holds the same figures, one a line, whatever is printed.
func TestPeakFile(t *testing.T) {
	enter(t)
	table := good(t, "peak", "-o", "peak.jsonl", "-threads", "4")
	if lines := good(t, "peak", "-format", "jsonl", "-threads", "4"); lines != string(readFile(t, "peak.jsonl")) {
		t.Errorf("printed %s, saved %s", lines, readFile(t, "peak.jsonl"))
	}
	var units []peak.Unit
	for line := range strings.Lines(string(readFile(t, "peak.jsonl"))) {
		var f peak.Figure
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		if f.Kind != "peak" || f.SchemaVersion != peak.Version || f.Device == "" || (f.Best == nil) == (f.Reason == "") {
			t.Errorf("%+v", f)
		}
		units = append(units, f.Unit)
	}
	if len(units) != 6 || strings.Count(table, "GMAC/s") != 4 {
		t.Errorf("%d figures; table\n%s", len(units), table)
	}
}

func TestPeakFails(t *testing.T) {
	enter(t)
	for _, c := range []struct {
		world  world
		args   string
		status int
		says   string
	}{
		{world{}, "-backend reference", misuse, "unknown -backend \"reference\": gpu, cpu"},
		{world{}, "-time 0s", misuse, "from 1ms to 1h"},
		{world{}, "-threads -1", misuse, "at least 1"},
		{world{}, "-format csv", misuse, "table, jsonl"},
		{world{}, "-o none/peak.jsonl", failure, "saving none/peak.jsonl: there is no folder none"},
		{world{noGPU: errors.New("no GPU")}, "-backend gpu", failure, "no GPU"},
		{world{peakFault: errors.New("float 3 is 0")}, "", failure, "gpu: memory read, 64 MiB: float 3 is 0"},
	} {
		status, stdout, stderr := c.world.run(append([]string{"peak"}, strings.Fields(c.args)...)...)
		if status != c.status || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit status %d, %q", c.args, status, stderr)
		}
		if strings.HasPrefix(c.args, "-o") && stdout != "" {
			t.Errorf("%s: it measures before it looks for the folder: %s", c.args, stdout)
		}
		// A fault in one figure costs no other.
		if c.world.peakFault != nil && (!strings.Contains(stdout, "not measured: float 3 is 0") || !strings.Contains(stdout, "launch")) {
			t.Errorf("%s: %s", c.args, stdout)
		}
		if c.world.gpusOpen != 0 {
			t.Error("a GPU was left open")
		}
	}
	if _, err := os.Stat("none"); err == nil {
		t.Error("a folder was made")
	}
}

// Ctrl-C prints and saves the figures that are complete.
func TestPeakInterrupted(t *testing.T) {
	enter(t)
	for _, c := range []struct{ at, figures int }{{1, 0}, {10, 0}, {50, 2}, {90, 4}} {
		w := world{interruptAt: c.at}
		status, stdout, stderr := w.run("peak", "-format", "jsonl", "-o", "peak.jsonl")
		want := fmt.Sprintf("gpubench: peak: interrupted: %d figures are complete\n", c.figures)
		if status != failure || stderr != want || strings.Count(stdout, "\n") != c.figures || stdout != string(readFile(t, "peak.jsonl")) {
			t.Errorf("at %d: exit status %d, %q, want %q\n%s", c.at, status, stderr, want, stdout)
		}
	}
}
