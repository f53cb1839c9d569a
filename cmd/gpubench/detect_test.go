package main

import (
	"bytes"
	"encoding/json"
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/detect"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/internal/trained"
	"github.com/shufflegl/shufflegl/tensor"
)

// The trained detectors find in the photos what they should, with no flag about
// preprocessing or decoding.
func TestDetectTrained(t *testing.T) {
	racing.Skip(t)
	models := trained.Dir(t)
	backends := []string{"cpu"}
	if d, err := gpu.Open(gpu.Options{}); err != nil {
		t.Logf("without the GPU: %v", err)
	} else {
		d.Close()
		backends = append(backends, "gpu")
	}
	for _, folder := range []string{"nanodet_m_320", "yolo_fastestv2", "ultraface_slim_320"} {
		for _, backend := range backends {
			t.Run(folder+"/"+backend, func(t *testing.T) { detectAll(t, models, folder, backend) })
		}
	}
}

func detectAll(t *testing.T, models, folder, backend string) {
	expected, err := filepath.Glob(filepath.Join(models, folder, "expected", "*.json"))
	if err != nil || len(expected) == 0 {
		t.Fatalf("no expected results: %v", err)
	}
	for _, e := range expected {
		b, err := os.ReadFile(e)
		if err != nil {
			t.Fatal(err)
		}
		var want wanted
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		name := strings.TrimSuffix(filepath.Base(e), ".json")
		photos, _ := filepath.Glob(filepath.Join(models, "photos", name+".*"))
		if len(photos) != 1 {
			t.Fatalf("photos of %s: %v", name, photos)
		}
		model, drawn := filepath.Join(models, folder, "model.onnx"), filepath.Join(t.TempDir(), "out.png")

		// The photo, which is scaled by other means than the expected answer's was.
		got := detected(t, "-model", model, photos[0], "-backend", backend, "-output", drawn)
		photo, err := tensor.LoadImage(photos[0])
		if err != nil {
			t.Fatal(err)
		}
		want.compare(t, filepath.Base(photos[0]), got, 2e-2)
		if img, err := tensor.LoadImage(drawn); err != nil || img.Bounds().Size() != photo.Bounds().Size() {
			t.Errorf("%s: the drawing: %v", name, err)
		}

		// The very input pixels. Boxes are in pixels of these, now.
		pixels := strings.TrimSuffix(e, ".json") + ".png"
		got = detected(t, "-model", model, pixels, "-backend", backend)
		img, err := tensor.LoadImage(pixels)
		if err != nil {
			t.Fatal(err)
		}
		pre := tensor.Preprocess{Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
		if folder == "nanodet_m_320" {
			pre.Fit = tensor.Letterbox
		}
		size := photo.Bounds().Size()
		at := pre.Place(size.X, size.Y)
		for i := range got {
			for k := range got[i].Box {
				if k%2 == 0 {
					got[i].Box[k] = (got[i].Box[k] - float64(at.Min.X)) * float64(size.X) / float64(at.Dx())
				} else {
					got[i].Box[k] = (got[i].Box[k] - float64(at.Min.Y)) * float64(size.Y) / float64(at.Dy())
				}
			}
		}
		want.compare(t, filepath.Base(pixels), got, 1e-3)
	}
}

// wanted is what a .json file beside an expected output says.
type wanted struct {
	Detections []struct {
		Label string
		Score float64
		Box   [4]float64 `json:"box_xyxy_in_photo"`
	}
}

// detected runs the command on this machine's devices.
func detected(t *testing.T, args ...string) (objects []objectJSON) {
	t.Helper()
	var out, stderr bytes.Buffer
	if status := run(append([]string{"detect", "-format", "json"}, args...), realSystem(&out, &stderr)); status != success {
		t.Fatalf("exit status %d: %s", status, stderr.String())
	}
	if err := json.Unmarshal(out.Bytes(), &objects); err != nil {
		t.Fatal(err)
	}
	return objects
}

// compare wants the same objects; those of nearly the same score may change
// places.
func (w wanted) compare(t *testing.T, name string, got []objectJSON, tolerance float64) {
	t.Helper()
	if len(got) != len(w.Detections) {
		t.Errorf("%s: %d objects, want %d: %v", name, len(got), len(w.Detections), got)
	}
	for _, d := range w.Detections {
		best := 0.0
		for _, g := range got {
			if g.Label == d.Label && math.Abs(g.Score-d.Score) < tolerance {
				best = max(best, detect.IoU(boxOf(g.Box), boxOf(d.Box)))
			}
		}
		if best < 0.95 {
			t.Errorf("%s: no %s of %.4f at %v (IoU %.3f): %v", name, d.Label, d.Score, d.Box, best, got)
		}
	}
}

func boxOf(b [4]float64) detect.Box { return detect.Box{X0: b[0], Y0: b[1], X1: b[2], Y1: b[3]} }

// Both formats of pictures are written, complete or not at all.
func TestDetectOutput(t *testing.T) {
	enter(t)
	writeModels(t)
	for _, name := range []string{"out.png", "OUT.JPG"} {
		good(t, "detect", "-model", "faces.onnx", "photo.png", "-output", name)
		img, err := tensor.LoadImage(name)
		if err != nil || img.Bounds() != image.Rect(0, 0, 60, 40) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var w world
	before, err := os.ReadFile("photo.png")
	if err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := w.run("detect", "-model", "faces.onnx", "photo.png", "-output", "./photo.png")
	if after, err := os.ReadFile("photo.png"); status != misuse || stdout != "" || !strings.Contains(stderr, "-output ./photo.png: that is what is to be read") || err != nil || !bytes.Equal(after, before) {
		t.Errorf("over the photo itself: exit status %d, %q, %v", status, stderr, err)
	}
	status, stdout, stderr = w.run("detect", "-model", "faces.onnx", "photo.png", "-output", "none/out.png")
	if status != failure || !strings.Contains(stderr, "saving none/out.png: no such file") || stdout != "" {
		t.Errorf("exit status %d, %q, %q", status, stderr, stdout)
	}
}
