package onnx

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// nodeTests is where Debian's libonnx-testdata keeps ONNX's own node tests.
const nodeTests = "/usr/share/libonnx-testdata/data/node"

// update rewrites the golden list.
var update = flag.Bool("update", false, "rewrite testdata/onnx_nodes.txt")

// golden lists what became of the node tests of Debian 12's package: "ok", or
// why not. Tests of operators that have no row in the table are only counted.
const golden = "testdata/onnx_nodes.txt"

// ONNX's own node tests: each passes, or is refused as not supported; and what
// once passed does not get refused.
func TestONNXNodes(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(nodeTests, "test_*"))
	if err != nil || len(dirs) == 0 {
		t.Skipf("no node tests in %s (Debian: apt-get install libonnx-testdata)", nodeTests)
	}
	was := map[string]string{}
	if b, err := os.ReadFile(golden); err == nil {
		for line := range strings.Lines(string(b)) {
			name, result, _ := strings.Cut(strings.TrimSpace(line), ": ")
			was[name] = result
		}
	} else if !*update {
		t.Fatal(err)
	}
	var lines []string
	passed, refused, failed, others := 0, 0, 0, 0
	for _, dir := range dirs {
		name := strings.TrimPrefix(filepath.Base(dir), "test_")
		kind, err := nodeTest(t, dir)
		_, known := operators()[kind]
		switch {
		case err == nil:
			passed++
			lines = append(lines, name+": ok")
		case !errors.Is(err, network.ErrUnsupported):
			failed++
			t.Errorf("%s: %v", name, err)
		case !known:
			others++
		default:
			refused++
			lines = append(lines, name+": "+reasonOf(err))
			if was[name] == "ok" {
				t.Errorf("%s passed once: %v", name, err)
			} else if was[name] == "" {
				t.Logf("%s is not in %s: %v", name, golden, err)
			}
		}
	}
	t.Logf("%d passed, %d not supported (%s), %d of other operators, %d failed", passed, refused, golden, others, failed)
	if *update {
		if err := os.WriteFile(golden, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// reasonOf is an error without the file.
func reasonOf(err error) string {
	_, text, _ := strings.Cut(strings.TrimPrefix(err.Error(), "onnx: "), ": ")
	return text
}

// parameters are the operators of which only the first input is a map: the
// tests give all as inputs, models have the others as constants.
var parameters = map[string]bool{
	"BatchNormalization": true, "Clip": true, "Conv": true, "Dropout": true, "Expand": true, "Gather": true, "Gemm": true,
	"MatMul": true, "Pad": true, "ReduceMean": true, "Reshape": true, "Slice": true, "Split": true, "Squeeze": true, "Unsqueeze": true,
}

// nodeTest runs one test and gives the operator of its first node.
func nodeTest(t *testing.T, dir string) (kind string, err error) {
	m, err := onnxfile.ReadFile(filepath.Join(dir, "model.onnx"))
	if err != nil {
		return "", err
	}
	if len(m.Graph.Node) > 0 {
		kind = m.Graph.Node[0].GetOpType()
	}
	if _, known := operators()[kind]; !known {
		return kind, network.ErrUnsupported
	}
	var in []*tensor.Tensor
	for i, p := range m.Graph.Input {
		v, err := readTensor(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("input_%d.pb", i)))
		if err != nil {
			return kind, err
		}
		d, err := onnxfile.Decode(v)
		if err != nil {
			return kind, fmt.Errorf("%w: %w", network.ErrUnsupported, err)
		}
		if int32(d.Type) != p.GetType().GetTensorType().GetElemType() {
			return kind, fmt.Errorf("the test's data is %v: %w", d.Type, network.ErrUnsupported)
		}
		if d.Floats == nil || i > 0 && parameters[kind] {
			v.Name = proto.String(p.GetName())
			m.Graph.Initializer = append(m.Graph.Initializer, v)
			continue
		}
		in = append(in, tensor.FromSlice(d.Floats, d.Shape...))
	}
	g, err := build(m, "model.onnx", Options{})
	if err != nil {
		return kind, err
	}
	for i, v := range g.Inputs {
		if !v.Shape.Equal(in[i].Shape) {
			return kind, fmt.Errorf("the test's data is %v, its input %v: %w", in[i].Shape, v.Shape, network.ErrUnsupported)
		}
	}
	outs := outputs(t, g, in...)
	for i, got := range outs {
		v, err := readTensor(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("output_%d.pb", i)))
		if err != nil {
			return kind, err
		}
		want, err := onnxfile.DecodeFloats(v)
		if err != nil {
			return kind, fmt.Errorf("%w: %w", network.ErrUnsupported, err)
		}
		if d := tensor.MaxDiff(got, want); d.Rel > 1e-4 {
			return kind, fmt.Errorf("output %d: %v", i, d)
		}
	}
	return kind, nil
}

func readTensor(path string) (*onnxpb.TensorProto, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return onnxfile.ParseTensor(b)
}
