package tensor

import (
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/trained"
)

// pixelDiff returns the largest and the mean difference of the colours, 0..255.
func pixelDiff(t *testing.T, a, b image.Image) (largest, mean float64) {
	t.Helper()
	pa, w, h := pixelsOf(a)
	pb, wb, hb := pixelsOf(b)
	if w != wb || h != hb {
		t.Fatalf("%dx%d pixels instead of %dx%d", w, h, wb, hb)
	}
	for y := range h {
		for x := range w {
			r, g, b := pa.rgb(x, y)
			r1, g1, b1 := pb.rgb(x, y)
			for _, d := range []float64{float64(r) - float64(r1), float64(g) - float64(g1), float64(b) - float64(b1)} {
				largest = max(largest, math.Abs(d))
				mean += math.Abs(d)
			}
		}
	}
	return largest, mean / float64(3*w*h)
}

// The presets fit the photos as the models' reference inputs were.
func TestReferencePhotos(t *testing.T) {
	models := trained.Dir(t)
	photos, err := filepath.Glob(filepath.Join(models, "photos", "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for folder, preset := range map[string]string{
		"shufflenet_v1_0.5x_g3": "megvii",
		"squeezenet_v1.1":       "caffe",
		"nanodet_m_320":         "nanodet",
		"yolo_fastestv2":        "yolo-fastest",
		"ultraface_slim_320":    "ultraface",
	} {
		p, err := Preset(preset)
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, path := range photos {
			ext := filepath.Ext(path)
			name := strings.TrimSuffix(filepath.Base(path), ext)
			reference := filepath.Join(models, folder, "expected", name+".png")
			if _, err := os.Stat(reference); err != nil {
				continue
			}
			want, err := LoadImage(reference)
			if err != nil {
				t.Fatal(err)
			}
			photo, err := LoadImage(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.FitImage(photo)
			if err != nil {
				t.Fatal(err)
			}
			compared++
			largest, mean := pixelDiff(t, got, want)
			t.Logf("%s, %s%s: largest difference %g of 255, mean %.4f", preset, name, ext, largest, mean)
			// The references were made with libjpeg, which decodes a little
			// differently; without that, only rounding is left.
			mostLargest, mostMean := 24.0, 0.4
			if ext == ".bmp" {
				mostLargest, mostMean = 1, 0.01
			}
			if largest > mostLargest || mean > mostMean {
				t.Error("that is too much")
			}
		}
		if compared == 0 {
			t.Errorf("%s: nothing to compare", folder)
		}
	}
}
