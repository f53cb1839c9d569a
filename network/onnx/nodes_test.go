package onnx

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// nodeTests is where Debian's libonnx-testdata keeps ONNX's own node tests.
const nodeTests = "/usr/share/libonnx-testdata/data/node"

// update rewrites the golden list.
var update = flag.Bool("update", false, "rewrite testdata/onnx_nodes.txt")

// golden lists what became of the node tests of Debian 12's package whose
// operators are in the table: "ok", or why not.
const golden = "testdata/onnx_nodes.txt"

// ONNX's own node tests: each passes on every backend, or is refused as not
// supported for the very reason that the list gives.
func TestONNXNodes(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(nodeTests, "test_*"))
	if err != nil || len(dirs) == 0 {
		t.Skipf("no node tests in %s (Debian: apt-get install libonnx-testdata)", nodeTests)
	}
	backends := []network.Backend{cpu.NewReference(), cpu.New(cpu.Options{Threads: 1})}
	if d := device(t); d != nil {
		backends = append(backends, d)
	}
	var lines []string
	refused, others, failed := 0, 0, 0
	passed := map[string]int{}
	for _, dir := range dirs {
		name := strings.TrimPrefix(filepath.Base(dir), "test_")
		c, err := readNodeTest(dir)
		switch {
		case errors.Is(err, errOtherOperator):
			others++
			continue
		case errors.Is(err, network.ErrUnsupported):
			refused++
			lines = append(lines, name+": "+reasonOf(err))
			continue
		case err != nil:
			failed++
			t.Errorf("%s: %v", name, err)
			continue
		}
		lines = append(lines, name+": ok")
		for _, b := range backends {
			if err := c.run(b); err != nil {
				failed++
				t.Errorf("%s, %s: %v", name, b.Name(), err)
			} else {
				passed[b.Name()]++
			}
		}
	}
	for _, b := range backends {
		t.Logf("%s: %d passed", b.Name(), passed[b.Name()])
	}
	t.Logf("%d not supported (reasons in %s), %d of other operators, %d failures", refused, golden, others, failed)
	if *update {
		if err := os.WriteFile(golden, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, l := range lines {
		if !slices.Contains(listed, l) {
			t.Errorf("not in %s (-update rewrites it): %s", golden, l)
		}
	}
	if len(lines) != len(listed) {
		t.Errorf("%d tests, %s lists %d", len(lines), golden, len(listed))
	}
}

// device is the GPU, or nil where there is none.
func device(t testing.TB) network.Backend {
	t.Helper()
	d, err := gpu.Open(gpu.Options{})
	if err != nil {
		t.Logf("not on the GPU: %v", err)
		return nil
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// reasonOf is an error without the file.
func reasonOf(err error) string {
	return strings.TrimPrefix(err.Error(), "onnx: model.onnx: ")
}

// parameters are the operators of which only the first input is a map: the
// tests give all as inputs, models have the others as constants.
var parameters = []string{
	"BatchNormalization", "Clip", "Conv", "ConvTranspose", "Dropout", "Expand", "Gather", "InstanceNormalization",
	"Pad", "ReduceMean", "ReduceSum", "Reshape", "Resize", "Slice", "Split", "Squeeze", "Tile", "Unsqueeze", "Upsample",
}

var errOtherOperator = errors.New("of an operator that is not in the table")

// nodeCase is a node test: a graph, what goes in and what must come out.
type nodeCase struct {
	graph    *network.Graph
	in, want []*tensor.Tensor
}

func readNodeTest(dir string) (*nodeCase, error) {
	m, err := onnxfile.ReadFile(filepath.Join(dir, "model.onnx"))
	if err != nil {
		return nil, err
	}
	kind := ""
	for _, p := range m.Graph.Node {
		if _, known := operators()[p.GetOpType()]; !known {
			return nil, errOtherOperator
		}
		if kind == "" {
			kind = p.GetOpType()
		}
	}
	c := &nodeCase{}
	for i, p := range m.Graph.Input {
		v, err := readTensor(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("input_%d.pb", i)))
		if err != nil {
			return nil, err
		}
		d, err := onnxfile.Decode(v)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", network.ErrUnsupported, err)
		}
		if int32(d.Type) != p.GetType().GetTensorType().GetElemType() {
			return nil, fmt.Errorf("the test's data is %v: %w", d.Type, network.ErrUnsupported)
		}
		if d.Floats == nil || i > 0 && slices.Contains(parameters, kind) {
			v.Name = proto.String(p.GetName())
			m.Graph.Initializer = append(m.Graph.Initializer, v)
			continue
		}
		c.in = append(c.in, tensor.FromSlice(d.Floats, d.Shape...))
	}
	if c.graph, err = build(m, "model.onnx", Options{}); err != nil {
		return nil, err
	}
	for i, v := range c.graph.Inputs {
		if !v.Shape.Equal(c.in[i].Shape) {
			return nil, fmt.Errorf("the test's data is %v, its input %v: %w", c.in[i].Shape, v.Shape, network.ErrUnsupported)
		}
	}
	for i := range c.graph.Outputs {
		v, err := readTensor(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("output_%d.pb", i)))
		if err != nil {
			return nil, err
		}
		d, err := onnxfile.Decode(v)
		if err != nil {
			return nil, err
		}
		want := tensor.New(d.Shape...)
		copy(want.Data, d.Floats)
		for i, k := range d.Ints {
			want.Data[i] = float32(k)
		}
		c.want = append(c.want, want)
	}
	return c, nil
}

// run holds a backend's answers against the test's.
func (c *nodeCase) run(b network.Backend) error {
	s, err := network.Compile(b, c.graph)
	if err != nil {
		return err
	}
	defer s.Close()
	outs, err := s.Run(c.in...)
	if err != nil {
		return err
	}
	for i, want := range c.want {
		if d := tensor.MaxDiff(outs[i], want); !(d.Rel <= 1e-4) || !outs[i].Shape.Equal(want.Shape) {
			return fmt.Errorf("output %d: %v", i, d)
		}
	}
	return nil
}

func readTensor(path string) (*onnxpb.TensorProto, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return onnxfile.ParseTensor(b)
}
