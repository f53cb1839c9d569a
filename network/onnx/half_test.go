package onnx

import (
	"path/filepath"
	"testing"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/internal/trained"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// With maps and weights in fp16, and with arithmetic in 16 bits, trained classifiers see
// the same in every photo, and detectors' outputs are nearly the same.
func TestTrainedModelsAnswerInHalf(t *testing.T) {
	racing.Skip(t)
	dir := trained.Dir(t)
	for _, o := range []gpu.Options{
		{Precision: gpu.Float16, Maps: gpu.MapsBuffer}, {Precision: gpu.Float16, Maps: gpu.MapsTexture},
		{Precision: gpu.Float16Arithmetic, Maps: gpu.MapsTexture},
	} {
		d, err := gpu.Open(o)
		if err != nil {
			if device(t) != nil {
				t.Fatal(err)
			}
			t.Skip(err)
		}
		defer d.Close()
		for _, m := range []struct {
			folder, preset string
			tolerance      float64
		}{
			{"shufflenet_v1_0.5x_g3", "megvii", 1e-2},
			{"squeezenet_v1.1", "caffe", 1e-2},
			{"nanodet_m_320", "nanodet", 2e-2},
			{"yolo_fastestv2", "yolo-fastest", 2e-2},
			{"ultraface_slim_320", "ultraface", 2e-2},
		} {
			t.Run(o.Precision.String()+"_"+o.Maps.String()+"/"+m.folder, func(t *testing.T) {
				// Drivers take long over some of these programs, so each way has what it needs to be
				// seen to work, and what the device takes by itself has all.
				if o.Maps == gpu.MapsBuffer && m.preset != "megvii" || o.Precision == gpu.Float16Arithmetic && (m.preset == "yolo-fastest" || m.preset == "ultraface") {
					t.Skip("in fp16, in a texture")
				}
				g, err := Load(filepath.Join(dir, m.folder, "model.onnx"), Options{})
				if err != nil {
					t.Fatal(err)
				}
				list := photos(t, filepath.Join(dir, m.folder), m.preset, g.Outputs)
				if m.folder != "shufflenet_v1_0.5x_g3" && testing.Short() {
					list = list[:1]
				}
				s, err := network.Compile(d, g)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				worst := 0.0
				for _, p := range list {
					outs, err := s.Run(p.input)
					if err != nil {
						t.Fatal(err)
					}
					for i, want := range p.want {
						diff := tensor.MaxDiff(outs[i], want)
						worst = max(worst, diff.Rel)
						if !(diff.Rel <= m.tolerance) {
							t.Errorf("%s, output %q: %v", p.name, g.Outputs[i].Name, diff)
						}
					}
					if p.top != nil && topFive(outs[0])[0] != p.top[0] {
						t.Errorf("%s: it sees class %d instead of %d", p.name, topFive(outs[0])[0], p.top[0])
					}
				}
				t.Logf("%d photos, largest difference %.1e", len(list), worst)
			})
		}
	}
}
