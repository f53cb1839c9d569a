package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/paper"
	"github.com/shufflegl/shufflegl/internal/racing"
)

// The file holds what is printed.
func TestPaperFile(t *testing.T) {
	racing.Skip(t)
	enter(t)
	args := []string{"paper", "-size", "32x48,40", "-model", "shufflenet_v1_g3_0.5x", "-ablate", tiny, "-backend", "cpu", "-threads", "1,3", "-runs", "2", "-time", "0s", "-o", "paper.json"}
	text := good(t, args...)
	var r paper.Results
	if err := json.Unmarshal(readFile(t, "paper.json"), &r); err != nil {
		t.Fatal(err)
	}
	if r.Kind != "paper" || len(r.Table1) != 5 || len(r.Table8) != 2 || len(r.Ablation) != 1 {
		t.Fatalf("%+v", r)
	}
	if c := r.Table8[0]; c.Height != 32 || c.Width != 48 || len(c.Ours) != 2 || c.Ours[1].Threads != 3 || c.Ours[0].Runs != 2 || c.PaperMS != nil {
		t.Errorf("%+v", c)
	}
	for _, want := range []string{"Table 1", "32x48", "40x40", "cpu, 3 threads", "by copying"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestPaperFails(t *testing.T) {
	enter(t)
	for _, c := range []struct {
		world  world
		args   string
		status int
		says   string
	}{
		{world{}, "-model resnet18", misuse, "the table has shufflenet_v1_g3_0.5x, "},
		{world{}, "-size 0", misuse, "-size"},
		{world{}, "-ablate mobilenet_v1_1.0", misuse, "the zoo has no mobilenet_v1_1.0_noshuffle"},
		{world{}, "-backend reference", misuse, "gpu, cpu"},
		{world{}, "-runs 0", misuse, "at least 1"},
		{world{}, "-time -1s", misuse, "at least 0"},
		{world{}, "-format csv", misuse, "table, json"},
		{world{}, "-threads none", misuse, "positive whole numbers"},
		{world{noGPU: errors.New("no GPU")}, "-backend gpu", failure, "no GPU"},
		{world{idle: true}, "-size 32 -model shufflenet_v1_g3_0.5x -ablate none -o none/x.json", failure, "saving none/x.json: there is no folder none"},
	} {
		status, stdout, stderr := c.world.run(append([]string{"paper"}, strings.Fields(c.args)...)...)
		if status != c.status || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit status %d, %q", c.args, status, stderr)
		}
		if stdout != "" {
			t.Errorf("%s: it measures first: %s", c.args, stdout)
		}
		if c.world.gpusOpen != 0 {
			t.Errorf("%s: a GPU was left open", c.args)
		}
	}
}

// Interrupted, it prints what it has.
func TestPaperInterrupted(t *testing.T) {
	w := world{idle: true, interruptAt: 40}
	status, stdout, stderr := w.run("paper", "-size", "32,40,48", "-model", "shufflenet_v1_g3_0.5x", "-threads", "1", "-runs", "5", "-time", "0s")
	if status != failure || !strings.Contains(stderr, "interrupted") || !strings.Contains(stdout, "32x32") || strings.Contains(stdout, "48x48") {
		t.Errorf("exit status %d, %s\n%s", status, stderr, stdout)
	}
}
