package detect

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/trained"
	"github.com/shufflegl/shufflegl/tensor"
)

// expected is what a .json file beside an expected output says.
type expected struct {
	Outputs    []struct{ Name, File string }
	Detections []struct {
		Label string
		Score float64
		Box   [4]float64 `json:"box_xyxy_in_photo"`
	}
}

// The raw outputs of the trained detectors give the boxes that they should.
func TestPublished(t *testing.T) {
	dir := trained.Dir(t)
	for folder, name := range map[string]string{"nanodet_m_320": "nanodet", "yolo_fastestv2": "yolo-fastestv2", "ultraface_slim_320": "ultraface"} {
		files, err := filepath.Glob(filepath.Join(dir, folder, "expected", "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no expected answers: %v", folder, err)
		}
		for _, file := range files {
			t.Run(folder+"/"+filepath.Base(file), func(t *testing.T) {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				var want expected
				if err := json.Unmarshal(b, &want); err != nil {
					t.Fatal(err)
				}
				var outs, shapes []Output
				for _, o := range want.Outputs {
					x, err := tensor.LoadNPY(filepath.Join(filepath.Dir(file), o.File))
					if err != nil {
						t.Fatal(err)
					}
					outs = append(outs, Output{o.Name, x})
					shapes = append(shapes, Output{o.Name, &tensor.Tensor{Shape: x.Shape}})
				}
				pre, err := tensor.Preset(presetOf(t, name))
				if err != nil {
					t.Fatal(err)
				}
				d, ok := Recognise(shapes, pre.Width, pre.Height)
				if !ok || d.Name != name {
					t.Fatalf("recognised as %q", d.Name)
				}
				boxes, err := d.Decode(outs, pre.Width, pre.Height, d.Score, d.Overlap)
				if err != nil {
					t.Fatal(err)
				}
				photos, _ := filepath.Glob(filepath.Join(dir, "photos", strings.TrimSuffix(filepath.Base(file), ".json")+".*"))
				if len(photos) != 1 {
					t.Fatalf("photos %v", photos)
				}
				photo, err := tensor.LoadImage(photos[0])
				if err != nil {
					t.Fatal(err)
				}
				size := photo.Bounds().Size()
				compare(t, Place(boxes, pre.Place(size.X, size.Y), size.X, size.Y), d.Labels, want)
			})
		}
	}
}

func presetOf(t *testing.T, name string) string {
	t.Helper()
	d, ok := ByName(name)
	if !ok {
		t.Fatalf("no decoder %q", name)
	}
	return d.Preset
}

// compare wants the same objects, in the same order.
func compare(t *testing.T, got []Box, labels []string, want expected) {
	t.Helper()
	if len(got) != len(want.Detections) {
		t.Errorf("%d boxes, want %d: %v", len(got), len(want.Detections), got)
	}
	for i, w := range want.Detections[:min(len(got), len(want.Detections))] {
		g, b := got[i], w.Box
		iou := IoU(g, Box{0, 0, b[0], b[1], b[2], b[3]})
		if Label(labels, g.Class) != w.Label || math.Abs(g.Score-w.Score) > 1e-2 || iou < 0.95 {
			t.Errorf("%d: %s %v, want %+v (IoU %.3f)", i, Label(labels, g.Class), g, w, iou)
		} else {
			t.Logf("%d: %s, IoU %.4f, score %+.5f", i, w.Label, iou, g.Score-w.Score)
		}
	}
}

func TestPlace(t *testing.T) {
	got := Place([]Box{{1, 0.5, 0, 60, 320, 100}, {2, 0.5, 0, 0, 10, 59}}, image.Rect(0, 70, 320, 250), 640, 360)
	want := []Box{{1, 0.5, 0, 0, 640, 60}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestSuppress(t *testing.T) {
	boxes := []Box{
		{0, 0.6, 0, 0, 10, 10},
		{0, 0.9, 1, 0, 11, 10}, // beats the first
		{1, 0.5, 1, 0, 11, 10}, // another class
		{0, 0.4, 9, 0, 19, 10}, // touches only
	}
	if got := fmt.Sprint(suppress(boxes, 0.5)); got != "[{0 0.9 1 0 11 10} {1 0.5 1 0 11 10} {0 0.4 9 0 19 10}]" {
		t.Error(got)
	}
	if IoU(Box{}, Box{}) != 0 || IoU(boxes[0], boxes[0]) != 1 {
		t.Error("IoU")
	}
}

func TestIntegral(t *testing.T) {
	if got := integral([]float32{0, 0, 0, 200, 0, 0, 0, 0}); math.Abs(got-3) > 1e-9 {
		t.Error(got)
	}
	if got := integral(make([]float32, 8)); got != 3.5 {
		t.Error(got)
	}
}

// Outputs that are not a detector's are refused, whatever their shape.
func TestForeignOutputs(t *testing.T) {
	for _, shapes := range [][]tensor.Shape{
		nil, {{1, 1000}}, {{1, 22, 22, 95}}, {{1, 22, 22, 95}, {1, 12, 11, 95}}, {{1, 4420, 2}, {1, 4421, 4}},
		{{2, 4420, 2}, {2, 4420, 4}}, {{1, 1600, 80}, {1, 400, 80}, {1, 100, 80}, {1, 1600, 32}, {1, 400, 32}, {1, 100, 31}},
		{{}, {}},
	} {
		var outs []Output
		for _, s := range shapes {
			outs = append(outs, Output{"x", tensor.New(s...)})
		}
		if d, ok := Recognise(outs, 352, 352); ok {
			t.Errorf("%v is recognised as %s", shapes, d.Name)
		}
		for _, d := range Decoders() {
			if _, err := d.Decode(outs, 320, 320, 0.5, 0.5); !errors.Is(err, ErrOutputs) {
				t.Errorf("%s of %v: %v", d.Name, shapes, err)
			}
		}
	}
}

// Not-a-numbers are no objects.
func TestNaN(t *testing.T) {
	scores, boxes := tensor.New(1, 3, 2), tensor.New(1, 3, 4)
	scores.Data[1] = float32(math.NaN())
	got, err := ultraFace().Decode([]Output{{"scores", scores}, {"boxes", boxes}}, 10, 10, 0.1, 0.5)
	if err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}
