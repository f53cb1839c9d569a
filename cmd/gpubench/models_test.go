package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/machine"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/internal/trained"
)

// realSystem runs on the machine's own devices.
func realSystem(out, err writer) *system {
	return &system{stdin: strings.NewReader(""), stdout: out, stderr: err, now: time.Now,
		sleep: time.Sleep, machine: machine.Local(), interruptible: interruptible,
		newCPU: newCPU, newCPUHalf: newCPUHalf, newReference: newReference, cpuProbes: cpu.Probes, openGPU: openGPU, contexts: contexts()}
}

// Trained networks see in the photos what they should, with no flag about the
// preprocessing where their BatchNorm tells it.
func TestClassifyTrained(t *testing.T) {
	racing.Skip(t)
	models := trained.Dir(t)
	backends := []string{"cpu", "reference"}
	if d, err := gpu.Open(gpu.Options{}); err != nil {
		t.Logf("without the GPU: %v", err)
	} else {
		d.Close()
		backends = append(backends, "gpu")
	}
	for _, c := range []struct{ file, args string }{
		{"shufflenet_v1_0.5x_g3/model.onnx", ""},
		{"shufflenet_v1_0.5x_g3/model-opset9.onnx", ""},
		{"squeezenet_v1.1/model.onnx", "-preset caffe"},
	} {
		for _, backend := range backends {
			t.Run(c.file+"/"+backend, func(t *testing.T) {
				most := 100
				if backend == "reference" {
					if most = 1; testing.Short() || c.args != "" {
						t.Skip("slow")
					}
				}
				classifyAll(t, models, c.file, most, append(strings.Fields(c.args), "-backend", backend))
			})
		}
	}
}

func classifyAll(t *testing.T, models, file string, most int, flags []string) {
	expected, err := filepath.Glob(filepath.Join(models, filepath.Dir(file), "expected", "*.json"))
	if err != nil || len(expected) == 0 {
		t.Fatalf("no expected results: %v", err)
	}
	var photos []string
	want := map[string][]int{}
	for _, e := range expected[:min(most, len(expected))] {
		b, err := os.ReadFile(e)
		if err != nil {
			t.Fatal(err)
		}
		var x struct{ Top5 []struct{ Index int } }
		if err := json.Unmarshal(b, &x); err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		name := strings.TrimSuffix(filepath.Base(e), ".json")
		// The photo as it was taken, and the input cut out of it.
		found, _ := filepath.Glob(filepath.Join(models, "photos", name+".*"))
		for _, photo := range append(found, filepath.Join(filepath.Dir(e), name+".png")) {
			photos = append(photos, photo)
			for _, guess := range x.Top5 {
				want[photo] = append(want[photo], guess.Index)
			}
		}
	}
	args := append([]string{"classify", "-model", filepath.Join(models, file), "-labels", filepath.Join(models, "labels", "imagenet_synset.txt"), "-format", "json"}, flags...)
	var out, stderr bytes.Buffer
	if status := run(append(args, photos...), realSystem(&out, &stderr)); status != success {
		t.Fatalf("exit status %d: %s", status, stderr.String())
	}
	var guesses []guess
	if err := json.Unmarshal(out.Bytes(), &guesses); err != nil {
		t.Fatal(err)
	}
	got := map[string][]int{}
	for _, g := range guesses {
		got[g.Photo] = append(got[g.Photo], g.Class)
		if g.Label == "" {
			t.Errorf("class %d has no label", g.Class)
		}
	}
	for photo, classes := range want {
		if !slices.Equal(got[photo], classes) {
			t.Errorf("%s: %v, want %v", filepath.Base(photo), got[photo], classes)
		}
	}
}

// The tool as it stands runs on this machine, whatever that has.
func TestReal(t *testing.T) {
	for _, args := range []string{
		"bench -model " + tiny + " -size 64 -runs 2 -format json",
		"verify -backend cpu -model " + tiny + " -size 64",
		"info",
		"peak -backend cpu -time 1ms -threads 1",
	} {
		var out, stderr bytes.Buffer
		if status := run(strings.Fields(args), realSystem(&out, &stderr)); status != success {
			t.Errorf("%s: exit status %d: %s", args, status, stderr.String())
		}
		if strings.HasPrefix(args, "bench") && !json.Valid(out.Bytes()) {
			t.Errorf("%s: %s", args, out.String())
		}
	}
}
