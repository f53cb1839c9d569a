package main

import (
	"bytes"
	"fmt"
	"io"
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

// What cannot be measured is told, and costs nothing of what is before it or behind.
func TestFailureLosesNothing(t *testing.T) {
	for _, c := range []struct {
		args     string
		world    world
		status   int
		measured string   // models and batches
		says     []string // the beginnings of lines
	}{
		{"-model two.onnx," + tiny + " -batch 1,2", world{}, failure, "two.onnx x1 " + tiny + " x1 " + tiny + " x2",
			[]string{"cannot measure two.onnx, batch 2: ", "bench: 1 of 4 measurements failed: two.onnx, batch 2"}},
		{"-model text.onnx," + tiny + ",two.onnx -size 32x48", world{}, failure, tiny + " x1",
			[]string{"cannot measure text.onnx, size 32x48: onnx: text.onnx: ", "cannot measure two.onnx, size 32x48: ",
				"bench: 2 of 3 measurements failed: text.onnx, size 32x48; two.onnx, size 32x48"}},
		{"-model text.onnx -repeat 2", world{}, failure, "",
			[]string{"cannot measure text.onnx: onnx: ", "cannot measure text.onnx, repeat 2: onnx: ", "bench: 2 of 2 measurements failed: text.onnx; text.onnx, repeat 2"}},
		// A sweep whose failures are mistakes in flags is a failure, a single measurement misuse.
		{"-model " + tiny + ",all.onnx -size 32", world{}, failure, tiny + " x1", []string{"cannot measure all.onnx, size 32x32: -shape: ", "bench: 1 of 2 "}},
		{"-model all.onnx", world{}, misuse, "", []string{"bench: -shape: "}},
		{"-model text.onnx," + tiny + " -size 32 -batch 1-3", world{interruptAt: 60}, failure, tiny + " x1 " + tiny + " x2",
			[]string{"cannot measure text.onnx, batch 1", "cannot measure text.onnx, batch 2", "cannot measure text.onnx, batch 3", "bench: interrupted: 1 of 6 measurements are complete"}},
		{"-model text.onnx," + tiny + " -size 32 -batch 1-3", world{lostAt: 60}, failure, tiny + " x1 " + tiny + " x2",
			[]string{"cannot measure text.onnx, batch 1", "cannot measure text.onnx, batch 2", "cannot measure text.onnx, batch 3",
				"bench: " + tiny + " on gpu: gpu: context lost; 1 of 6 measurements are complete"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			enter(t)
			writeModels(t)
			c.world.idle = true
			status, stdout, stderr := c.world.run(append(strings.Fields(c.args), "-threads", "1", "-runs", "6", "-warmup", "0", "-inflight", "0", "-format", "jsonl", "-o", "out.jsonl")...)
			var measured []string
			if stdout != "" {
				for _, r := range load(t, "out.jsonl") {
					if text := fmt.Sprintf("%s x%d", r.Model.Name, r.Test.Batch); !slices.Contains(measured, text) {
						measured = append(measured, text)
					}
				}
			}
			lines := slices.Collect(strings.Lines(stderr))
			if got := strings.Join(measured, " "); status != c.status || got != c.measured || len(lines) != len(c.says) {
				t.Fatalf("exit status %d, measured %s\n%s", status, got, stderr)
			}
			for i, line := range lines {
				if !strings.HasPrefix(line, "gpubench: "+c.says[i]) {
					t.Errorf("%q, want %q", line, c.says[i])
				}
			}
		})
	}
}

// A pipe is written to once, with all that was measured, also if what comes last fails.
func TestFailureLast(t *testing.T) {
	enter(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(fmt.Sprintf("/dev/fd/%d", w.Fd()), "out.csv"); err != nil {
		t.Skip(err)
	}
	if _, err := os.Stat("out.csv"); err != nil {
		t.Skip(err)
	}
	world := world{idle: true}
	status, _, stderr := world.run("bench", "-backend", "cpu", "-model", "text.onnx,"+tiny+",text.onnx", "-size", "32", "-runs", "2", "-o", "out.csv")
	w.Close()
	if got, err := io.ReadAll(r); status != failure || err != nil || strings.Count(string(got), "\n") != 2 {
		t.Errorf("exit status %d, %s, %v\n%s", status, got, err, stderr)
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
