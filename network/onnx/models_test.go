package onnx

import (
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/internal/trained"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/tensor"
)

// The trained models, and how many launches each may take.
var launchesAllowed = map[string]int{
	"light_shufflenet/model.onnx":             56,
	"shufflenet_v1_0.5x_g3/model.onnx":        55,
	"shufflenet_v1_0.5x_g3/model-opset9.onnx": 56,
	"squeezenet_v1.1/model.onnx":              31,
	"nanodet_m_320/model.onnx":                89,
	"yolo_fastestv2/model.onnx":               85,
	"ultraface_slim_320/model.onnx":           55,
}

func TestTrainedModelsImport(t *testing.T) {
	dir := trained.Dir(t)
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.onnx"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no models in %s: %v", dir, err)
	}
	for _, path := range paths {
		name, _ := filepath.Rel(dir, path)
		launches, listed := launchesAllowed[filepath.ToSlash(name)]
		if !listed {
			t.Errorf("%s is not in the list", name)
			continue
		}
		g, err := Load(path, Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		p, err := network.NewPlan(g, network.PlanOptions{})
		if err != nil {
			t.Error(err)
			continue
		}
		t.Logf("%s: %d nodes, %d launches, %.1f million multiply-adds", name, len(g.Nodes), len(p.Steps), float64(p.MACs)/1e6)
		if len(p.Steps) > launches {
			t.Errorf("%s: %d launches, %d are enough\n%v", name, len(p.Steps), launches, p)
		}
	}
}

// photo is one expected answer.
type photo struct {
	name  string
	input *tensor.Tensor
	want  []*tensor.Tensor // in the order of the model's outputs
	top   []int            // of a classifier
}

// photos reads a model's expected answers, and the very pixels that they are for.
func photos(t *testing.T, folder, preset string, outputs []*network.Value) []photo {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "expected", "*.png"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no expected answers in %s: %v", folder, err)
	}
	prep, err := tensor.Preset(preset)
	if err != nil {
		t.Fatal(err)
	}
	var all []photo
	for _, path := range paths {
		base := strings.TrimSuffix(path, ".png")
		p := photo{name: filepath.Base(base)}
		var img image.Image
		if img, err = tensor.LoadImage(path); err != nil {
			t.Fatal(err)
		}
		p.input = tensor.New(1, 3, img.Bounds().Dy(), img.Bounds().Dx())
		if err := prep.FillFrom(p.input, img); err != nil {
			t.Fatal(err)
		}
		for _, v := range outputs {
			file := base + "." + v.Name + ".npy"
			if len(outputs) == 1 {
				file = base + ".npy"
			}
			want, err := tensor.LoadNPY(file)
			if err != nil {
				t.Fatal(err)
			}
			p.want = append(p.want, want)
		}
		var about struct {
			Top5 []struct{ Index int }
		}
		b, err := os.ReadFile(base + ".json")
		if err == nil {
			err = json.Unmarshal(b, &about)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range about.Top5 {
			p.top = append(p.top, c.Index)
		}
		all = append(all, p)
	}
	return all
}

func topFive(x *tensor.Tensor) []int {
	order := make([]int, len(x.Data))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x.Data[a] > x.Data[b]:
			return -1
		case x.Data[a] < x.Data[b]:
			return 1
		}
		return 0
	})
	return order[:5]
}

// softmax is what a model with a softmax at its end makes of one's answer
// without.
func softmax(t *testing.T, x *tensor.Tensor) *tensor.Tensor {
	t.Helper()
	b := network.NewBuilder("softmax")
	g, err := b.Build(b.Apply("y", network.Softmax{Axis: 1}, b.Input("x", x.Shape...)))
	if err != nil {
		t.Fatal(err)
	}
	return run(t, cpu.NewReference(), g, x)[0]
}

// The trained models answer as they should: by the oracle, and by the plan on
// the CPU and on the GPU.
func TestTrainedModelsAnswer(t *testing.T) {
	racing.Skip(t)
	dir := trained.Dir(t)
	backends := []network.Backend{cpu.New(cpu.Options{}), cpu.NewReference()}
	if d := device(t); d != nil {
		backends = append(backends, d)
	}
	for _, m := range []struct {
		folder, file, preset string
		softmax              bool // the file ends in one, the expected answers do not
	}{
		{"shufflenet_v1_0.5x_g3", "model.onnx", "megvii", false},
		{"shufflenet_v1_0.5x_g3", "model-opset9.onnx", "megvii", true},
		{"squeezenet_v1.1", "model.onnx", "caffe", false},
		{"nanodet_m_320", "model.onnx", "nanodet", false},
		{"yolo_fastestv2", "model.onnx", "yolo-fastest", false},
		{"ultraface_slim_320", "model.onnx", "ultraface", false},
	} {
		g, err := Load(filepath.Join(dir, m.folder, m.file), Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		list := photos(t, filepath.Join(dir, m.folder), m.preset, g.Outputs)
		for _, b := range backends {
			t.Run(m.folder+"/"+m.file+"/"+b.Name(), func(t *testing.T) {
				few := list
				// ShuffleNet sees every photo on every backend; what is slow sees one.
				if m.folder != "shufflenet_v1_0.5x_g3" && (b.Name() == "reference" || testing.Short()) {
					few = list[:1]
				}
				s, err := network.Compile(b, g)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				worst := 0.0
				for _, p := range few {
					outs, err := s.Run(p.input)
					if err != nil {
						t.Fatal(err)
					}
					for i, want := range p.want {
						if m.softmax {
							want = softmax(t, want)
						}
						d := tensor.MaxDiff(outs[i], want)
						worst = max(worst, d.Rel)
						if !(d.Rel <= 1e-3) || !outs[i].Shape.Equal(want.Shape) {
							t.Errorf("%s, output %q: %v", p.name, g.Outputs[i].Name, d)
						}
					}
					if p.top == nil {
						continue
					}
					if top := topFive(outs[0]); !slices.Equal(top, p.top) {
						t.Errorf("%s: the top five are %v instead of %v", p.name, top, p.top)
					}
				}
				t.Logf("%d photos, largest difference %.1e", len(few), worst)
			})
		}
	}
}

// light_shufflenet has constant weights, so that each class gets the same.
func TestLightShuffleNet(t *testing.T) {
	racing.Skip(t)
	dir := filepath.Join(trained.Dir(t), "light_shufflenet")
	g, err := Load(filepath.Join(dir, "model.onnx"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "output_0.pb"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := onnxfile.ParseTensor(b)
	if err != nil {
		t.Fatal(err)
	}
	want, err := onnxfile.DecodeFloats(p)
	if err != nil {
		t.Fatal(err)
	}
	got := outputs(t, g, counting(g.Inputs[0].Shape))[0]
	if d := tensor.MaxDiff(got, want); d.Rel > 1e-5 || want.Data[0] != 0.001 {
		t.Errorf("%v", d)
	}
}

// The shuffles, concatenations, activations and additions of the trained
// ShuffleNet cost no launch.
func TestTrainedPlan(t *testing.T) {
	g, err := Load(filepath.Join(trained.Dir(t), "shufflenet_v1_0.5x_g3", "model.onnx"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Steps {
		if s.Kernel == network.Elementwise {
			t.Errorf("a launch for %v", s.Layers)
		}
	}
	if len(p.Steps) != 55 { // 49 convolutions, 5 pools, 1 classifier
		t.Errorf("%d launches\n%v", len(p.Steps), p)
	}
	if mega := float64(p.MACs) / 1e6; mega < 37 || mega > 38.5 {
		t.Errorf("%.1f million multiply-adds", mega)
	}
}

// A batch of two gives two answers that are each as if alone.
func TestTrainedBatch(t *testing.T) {
	racing.Skip(t)
	dir := filepath.Join(trained.Dir(t), "shufflenet_v1_0.5x_g3")
	g, err := Load(filepath.Join(dir, "model.onnx"), Options{Shapes: map[string]tensor.Shape{"input": {2, 3, 224, 224}}})
	if err != nil {
		t.Fatal(err)
	}
	list := photos(t, dir, "megvii", g.Outputs)
	both, want := tensor.New(2, 3, 224, 224), tensor.New(2, 1000)
	for i, p := range list[:2] {
		copy(both.Data[i*len(p.input.Data):], p.input.Data)
		copy(want.Data[i*1000:], p.want[0].Data)
	}
	backends := []network.Backend{cpu.New(cpu.Options{}), cpu.NewReference()}
	if d := device(t); d != nil {
		backends = append(backends, d)
	}
	for _, b := range backends {
		if d := tensor.MaxDiff(run(t, b, g, both)[0], want); !(d.Rel <= 1e-3) {
			t.Errorf("%s: %v", b.Name(), d)
		}
	}
}
