package main

import (
	"os"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/tensor"
)

// What each help text shows works as it stands, where the files are.
func TestExamples(t *testing.T) {
	racing.Skip(t)
	for _, c := range commands() {
		for _, example := range c.examples {
			t.Run(example, func(t *testing.T) {
				if testing.Short() && c.name == "verify" {
					t.Skip("takes seconds")
				}
				enter(t)
				writeModels(t)
				writeExampleFiles(t, c.name, example)
				w := world{idle: c.name == "bench" || c.name == "paper", programs: compiled()}
				if status, stdout, stderr := w.run(strings.Fields(example)...); status != success {
					t.Errorf("exit status %d: %s%s", status, stdout, stderr)
				}
			})
		}
	}
}

// writeExampleFiles puts the files that examples speak of into the current folder.
func writeExampleFiles(t *testing.T, command, example string) {
	t.Helper()
	link := func(from, to string) {
		t.Helper()
		if err := os.Link(from, to); err != nil {
			t.Fatal(err)
		}
	}
	link("photo.png", "photo.jpg") // what a photo is, its bytes say
	link("photo.png", "b.jpg")
	link("person.json", "coco.names")
	switch command {
	case "detect":
		link("faces.onnx", "nanodet.onnx")
		link("faces.onnx", "yolo-fastestv2.onnx")
	case "classify":
		classes := tensor.New(1, 1000)
		for i := range classes.Data {
			classes.Data[i] = float32(i%7) / 7
		}
		writeModel(t, "model.onnx", field(11, valueInfo("image", 1, 3, 8, 8)...), field(5, initializer("c", classes)...),
			field(1, operation("prob = Identity c")...), field(12, valueInfo("prob", 1, 1000)...))
	case "compare":
		w := world{idle: true}
		if status, _, stderr := w.run("bench", "-model", tiny, "-size", "32", "-runs", "6", "-o", "old.json"); status != success {
			t.Fatal(stderr)
		}
		link("old.json", "new.json")
	case "report":
		w := world{idle: true}
		if status, _, stderr := w.run("bench", "-model", tiny, "-size", "32", "-runs", "6", "-o", "results.jsonl"); status != success {
			t.Fatal(stderr)
		}
		peaks(t, "peak.jsonl")
	case "run":
		saveArray(t, "a.npy", tensor.Shape{1, 3, 4, 4})
		saveArray(t, "in.npy", tensor.Shape{1, 2})
		link("open.onnx", "model.onnx")
	default:
		peaks(t, "peak.jsonl")
		writeModel(t, "model.onnx", field(11, valueInfo("x", 1, 3, 8, 8)...),
			field(1, operation("y = Relu x")...), field(12, valueInfo("y", 1, 3, 8, 8)...))
	}
}
