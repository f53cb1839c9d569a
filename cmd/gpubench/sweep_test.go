package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/internal/results"
)

func load(t *testing.T, path string) []record.Record {
	t.Helper()
	s, err := results.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return s.Records
}

// Each combination is a record, in the order that was asked for; backends,
// threads and repeats too.
func TestSweep(t *testing.T) {
	enter(t)
	for _, c := range []struct{ args, want string }{
		{"-batch 1,2 -size 32,48x64", "1x32x32 1x48x64 2x32x32 2x48x64"},
		{"-batch 1-4*2 -order reverse", "4x224x224 2x224x224 1x224x224"},
		{"-size 32,64 -repeat 2", "1x32x32 1x64x64 1x32x32#2 1x64x64#2"},
		{"-batch 1-4 -size 32 -order random -seed 3", "2x32x32 4x32x32 3x32x32 1x32x32"},
		{"-batch 1-4 -size 32 -order random -seed 3 -repeat 2", "2x32x32 4x32x32 3x32x32 1x32x32 3x32x32#2 2x32x32#2 1x32x32#2 4x32x32#2"},
	} {
		w := world{idle: true}
		args := append(strings.Fields(c.args), "-model", tiny, "-threads", "1,2", "-runs", "2", "-warmup", "0", "-inflight", "0", "-o", "out.jsonl")
		if status, _, stderr := w.run(args...); status != success {
			t.Fatal(stderr)
		}
		var got []string
		for i, r := range load(t, "out.jsonl") {
			x := r.Test
			text := fmt.Sprintf("%dx%dx%d", x.Batch, x.Height, x.Width)
			if r.Run.Repeat > 0 {
				text += fmt.Sprintf("#%d", r.Run.Repeat+1)
			}
			backend := []string{"gpu0", "cpu1", "cpu2"}[i%3]
			if fmt.Sprint(x.Backend, x.Threads) != backend || r.Run.Group != i/3 {
				t.Errorf("%s: record %d is of %s x%d, group %d", c.args, i, x.Backend, x.Threads, r.Run.Group)
			}
			if i%3 == 0 {
				got = append(got, text)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.args, strings.Join(got, " "), c.want)
		}
	}
}

func TestCounts(t *testing.T) {
	for list, want := range map[string][]int{
		"3": {3}, "1,2,4": {1, 2, 4}, "2-4": {2, 3, 4}, "1-9+3": {1, 4, 7}, "1-9*2": {1, 2, 4, 8}, "1, 8-9": {1, 8, 9}, "5-5": {5},
		"": nil, "0": nil, "-1": nil, "4-2": nil, "1-8*1": nil, "1-8+0": nil, "1-99999999": nil, "1-2-3": nil, "1*2": nil, "x": nil, "1-8*": nil, "1,": nil,
	} {
		got, err := counts("-threads", list)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %v, %v", list, got, err)
		}
	}
}

// Ctrl-C prints what was measured, and the file holds it.
func TestInterrupted(t *testing.T) {
	enter(t)
	args := strings.Fields("bench -backend cpu,reference -size 32,64 -runs 6 -warmup 0 -inflight 0 -o out.jsonl -format jsonl -model " + tiny)
	for _, c := range []struct {
		at       int    // the run during which it happens
		runs     string // that the records have
		complete string
	}{
		{1, "", "0 of 2"},     // in the reference
		{3, "", "0 of 2"},     // while the network is prepared
		{6, "1/6*", "0 of 2"}, // before the other's first run
		{25, "4/6* 4/6*", "0 of 2"},
		{48, "6/6 6/6 1/6* 1/6*", "1 of 2"}, // in the second group
	} {
		os.Remove("out.jsonl")
		w := world{idle: true, interruptAt: c.at}
		status, stdout, stderr := w.run(args...)
		if status != failure || !strings.Contains(stderr, "interrupted: "+c.complete) {
			t.Errorf("at %d: exit status %d, %q", c.at, status, stderr)
		}
		var runs []string
		var printed results.Set
		if err := printed.Add("standard output", strings.NewReader(stdout)); err != nil {
			t.Fatal(err)
		}
		for _, r := range printed.Records {
			text := fmt.Sprintf("%d/%d", r.Latency.Wall.N, r.Test.Runs)
			if r.Run.Interrupted {
				text += "*"
			}
			runs = append(runs, text)
		}
		if got := strings.Join(runs, " "); got != c.runs {
			t.Errorf("at %d: %s, want %s", c.at, got, c.runs)
		}
		if saved, err := os.ReadFile("out.jsonl"); string(saved) != stdout || (err != nil) != (stdout == "") {
			t.Errorf("at %d: saved %d bytes, printed %d; %v", c.at, len(saved), len(stdout), err)
		}
	}
}

// A failure in a later group loses nothing of the groups before.
func TestFailureLosesNothing(t *testing.T) {
	enter(t)
	if err := os.WriteFile("bad.onnx", []byte("no model"), 0o644); err != nil {
		t.Fatal(err)
	}
	w := world{idle: true}
	status, stdout, stderr := w.run("bench", "-model", tiny+",bad.onnx", "-size", "32", "-runs", "2", "-format", "jsonl", "-o", "out.json")
	if status != failure || !strings.Contains(stderr, "bad.onnx") || strings.Count(stdout, "\n") != 2 || len(load(t, "out.json")) != 2 {
		t.Errorf("exit status %d, %s\n%s", status, stderr, stdout)
	}
}

// The tool's JSON passes the schema, from fakes and from this machine.
func TestJSONPassesSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(record.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := c.MustCompile("schema.json")
	var w world
	var out, stderr bytes.Buffer
	args := strings.Fields("bench -model " + tiny + " -size 64 -batch 1,2 -runs 2 -warmup 3 -format jsonl") // two records even without a GPU
	for _, sys := range []*system{w.system(&out, &stderr), realSystem(&out, &stderr)} {
		out.Reset()
		if status := run(args, sys); status != success {
			t.Fatal(stderr.String())
		}
		lines := 0
		for line := range bytes.Lines(out.Bytes()) {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err == nil {
				err = schema.Validate(v)
			}
			if err != nil {
				t.Errorf("%v", err)
			}
			lines++
		}
		if lines < 2 {
			t.Errorf("%d records", lines)
		}
	}
}

// The runs are on different pixels.
func TestRing(t *testing.T) {
	enter(t)
	photos, err := loadPictures(nil, "photo.png")
	if err != nil {
		t.Fatal(err)
	}
	var m modelFlags
	g, err := m.load(variant{tiny, 2, 32, 32})
	if err != nil {
		t.Fatal(err)
	}
	ring, what, err := photos.ring(g, ringSize(g))
	if err != nil || what != "photo.png" || len(ring) != ringSets {
		t.Fatalf("%d sets of %s, %v", len(ring), what, err)
	}
	const sample = 3 * 32 * 32
	seen := map[string]bool{}
	sum := func(x []float32) (s float64) {
		for _, v := range x {
			s += float64(v)
		}
		return s
	}
	for _, set := range ring {
		for k := range 2 {
			x := set[0].Data[k*sample:][:sample]
			seen[fmt.Sprint(x)] = true
			if d := sum(x) - sum(ring[0][0].Data[:sample]); d > 1 || d < -1 {
				t.Error("the pixels are not the photo's")
			}
		}
	}
	if len(seen) != 2*ringSets {
		t.Errorf("%d different samples of %d", len(seen), 2*ringSets)
	}
}
