package onnxfile

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/trained"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

// decodeAll decodes every constant of g and of its nodes' attributes, and
// returns how many numbers there are in how many tensors.
func decodeAll(t *testing.T, g *onnxpb.GraphProto) (tensors, numbers int) {
	t.Helper()
	inits, err := Initializers(g)
	if err != nil {
		t.Error(err)
	}
	one := func(p *onnxpb.TensorProto) {
		d, err := Decode(p)
		if err != nil {
			t.Error(err)
			return
		}
		if len(d.Floats)+len(d.Ints) != d.Shape.Size() {
			t.Errorf("%s: shape %v, %d floats, %d ints", d.Name, d.Shape, len(d.Floats), len(d.Ints))
		}
		for i, v := range d.Floats {
			if math.IsNaN(float64(v)) || math.Abs(float64(v)) > 1e9 {
				t.Errorf("%s: element %d is %g", d.Name, i, v)
				break
			}
		}
		tensors++
		numbers += d.Shape.Size()
	}
	for _, p := range inits {
		one(p)
	}
	for _, n := range g.GetNode() {
		for _, a := range n.GetAttribute() {
			if a.T != nil {
				one(a.T)
			}
		}
	}
	return tensors, numbers
}

func TestTrainedModels(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(trained.Dir(t), "*", "*.onnx"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no models found: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			m, err := ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tensors, numbers := decodeAll(t, m.Graph)
			t.Logf("IR %d, %s: %d nodes, %d tensors of %d numbers", m.GetIrVersion(), m.GetProducerName(), len(m.Graph.Node), tensors, numbers)
			if tensors == 0 || len(m.Graph.Node) == 0 {
				t.Error("an empty model")
			}
		})
	}
}

// ONNX's own test models and tensors (Debian: libonnx-testdata): all of them
// read, and every tensor decodes or is refused as unsupported. Their .pb files
// also hold sequences and optionals, which are no tensors: a decoding error is
// right there.
func TestONNXTestData(t *testing.T) {
	const root = "/usr/share/libonnx-testdata"
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no ONNX test data: %v", err)
	}
	models, tensors, refused := 0, 0, 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".onnx":
			if _, err := ReadFile(path); err != nil {
				t.Error(err)
			}
			models++
		case ".pb":
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			p, err := ParseTensor(b)
			if err == nil {
				_, err = Decode(p)
			}
			if err != nil {
				refused++
				if !strings.Contains(path, "seq") && !strings.Contains(path, "opt") && !errors.Is(err, ErrUnsupported) {
					t.Errorf("%s: %v", path, err)
				}
			} else {
				tensors++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d models, %d tensors, %d refused", models, tensors, refused)
}
