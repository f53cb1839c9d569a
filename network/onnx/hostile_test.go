package onnx

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/internal/trained"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

// limits are what a file may cost until its graph is planned or refused.
const (
	mostTime   = 15 * time.Second // 0.7 s alone, 4 on a crowded machine
	mostMemory = 200 << 20        // allocated in all, whether freed since or not
)

// cost reads a file and plans its graph, and holds what that takes against the
// limits.
func cost(t *testing.T, b []byte) error {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	g, err := Read(bytes.NewReader(b), "hostile.onnx", Options{})
	if err == nil {
		_, err = network.NewPlan(g, network.PlanOptions{})
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if mib := int64(after.TotalAlloc-before.TotalAlloc) >> 20; mib > mostMemory>>20 && !racing.Detector {
		t.Errorf("%d MiB allocated", mib)
	}
	if took > mostTime && !racing.Detector {
		t.Errorf("it took %v", took)
	}
	if err != nil && (strings.ContainsAny(err.Error(), "\n\r") || len(err.Error()) > 3000) {
		t.Errorf("%q", err)
	}
	return err
}

// Files that ask for more than there is, in every way that an operator can make
// something large of something small. The node is named.
func TestBombs(t *testing.T) {
	x := input("x", 1, 2, 4, 4)
	y := output("y")
	unary := func(kind, constants string, parts ...any) []any {
		return append(parts, x, y, op(kind, "x "+constants, "y"))
	}
	many := func(n int, f func(i int) *onnxpb.NodeProto, parts ...any) []any {
		for i := range n {
			parts = append(parts, f(i))
		}
		return append(parts, x, y)
	}
	v := func(i int) string { return fmt.Sprintf("v%d", i) }
	for _, c := range []struct {
		name  string
		parts []any
		want  string
	}{
		{"ConstantOfShape of 2^40", []any{x, y, ints("s", 1<<20, 1<<20), op("ConstantOfShape", "s", "y")}, `ConstantOfShape "Y"`},
		{"ConstantOfShape of 2^28", []any{x, y, ints("s", 1<<14, 1<<14), op("ConstantOfShape", "s", "y")}, `ConstantOfShape "Y"`},
		{"many a ConstantOfShape", many(100, func(i int) *onnxpb.NodeProto {
			return op("ConstantOfShape", "s", v(i), attr("value", floats("", list(1), float32(i))))
		}, ints("s", 1<<21), op("Sum", "v0 v1 v2 v3 v4 v5 v6 v7 v8 v9 v10 v11", "y")), `ConstantOfShape "V`},
		{"Expand", unary("Expand", "s", ints("s", 1<<20, 1, 2, 4, 4)), `Expand "Y"`},
		{"Expand of a constant", []any{x, y, floats("c", list(1)), ints("s", 1<<15, 1<<15), op("Expand", "c s", "y")}, `Expand "Y"`},
		{"Tile", unary("Tile", "r", ints("r", 1, 1<<30, 1, 1)), `Tile "Y"`},
		{"Tile that overflows", unary("Tile", "r", ints("r", 1<<31-1, 1<<31-1, 1<<31-1, 1<<31-1)), `Tile "Y"`},
		{"Tile of a constant", []any{x, y, floats("c", list(16)), ints("s", 1<<26), op("Tile", "c s", "y")}, `Tile "Y"`},
		{"Resize", unary("Resize", "r s", floats("r", list(0)), floats("s", list(4), 1, 1, 1e5, 1e5)), `Resize "Y"`},
		{"Resize to a size", unary("Resize", "r f n", floats("r", list(0)), floats("f", list(0)), ints("n", 1, 2, 1<<28, 1)), `Resize "Y"`},
		{"Resize by infinity", unary("Resize", "r s", floats("r", list(0)), floats("s", list(4), 1, 1, 1, float32(math.Inf(1)))), `Resize "Y"`},
		{"Pad", unary("Pad", "p", ints("p", 0, 0, 0, 0, 0, 0, 1<<28, 0)), `Pad "Y"`},
		{"Pad of channels", unary("Pad", "p", ints("p", 0, 1<<28, 0, 0, 0, 0, 0, 0)), `Pad "Y"`},
		{"Pad by more than an integer", unary("Pad", "p", ints("p", 0, 1<<62, 0, 0, 0, 1<<62, 0, 0)), `Pad "Y"`},
		{"Sum", []any{x, y, floats("a", list(1<<15, 1)), floats("b", list(1<<15)), op("Relu", "a", "c"), op("Relu", "b", "d"), op("Sum", "c d", "y")}, `Sum "Y"`},
		{"MatMul", []any{x, y, floats("a", list(1<<15, 1)), floats("b", list(1, 1<<15)), op("Relu", "a", "c"), op("Relu", "b", "d"), op("MatMul", "c d", "y")}, `MatMul "Y"`},
		{"Range", []any{x, y, number("a", 0), number("b", 1<<40), number("s", 1), op("Range", "a b s", "y")}, `Range "Y"`},
		{"ConvTranspose", []any{x, y, floats("w", list(2, 1, 1, 1)), op("ConvTranspose", "x w", "y", attr("output_padding", list(1<<14, 1<<14)), attr("strides", list(1<<14, 1<<14)))}, `ConvTranspose "Y"`},
		{"Concat that doubles", many(40, func(i int) *onnxpb.NodeProto {
			return op("Concat", v(i)+" "+v(i), v(i+1), attr("axis", 1))
		}, op("Relu", "x", "v0"), op("Relu", "v40", "y")), `Concat "V`},
		{"Tile that doubles", many(40, func(i int) *onnxpb.NodeProto { return op("Tile", v(i)+" r", v(i+1)) },
			ints("r", 1, 1, 2, 1), op("Relu", "x", "v0"), op("Relu", "v40", "y")), `Tile "V`},
		{"many large views", many(200, func(i int) *onnxpb.NodeProto {
			return op("Transpose", v(i), v(i+1), attr("perm", list(0, 3, 2, 1)))
		}, ints("r", 1, 2, 256, 128), op("Tile", "x r", "v0"), op("Relu", "v200", "y")), `Transpose "V`},
		{"a slice of a step below zero", many(500, func(i int) *onnxpb.NodeProto {
			return op("Slice", v(i)+" s e a t", v(i+1))
		}, ints("s", -1), ints("e", -1<<62), ints("a", 1), ints("t", -1), ints("r", 1, 1<<16, 1, 1), op("Tile", "x r", "v0"), op("Relu", "v500", "y")), `Slice "V`},
		{"a chain of 100,001 nodes", many(100_000, func(i int) *onnxpb.NodeProto { return op("Relu", v(i), v(i+1)) }, op("Relu", "x", "v0")), `100001 nodes`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := cost(t, encode(t, model(13, c.parts...)))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "onnx: hostile.onnx: ") {
				t.Errorf("%v\ninstead of\n%s", err, c.want)
			}
		})
	}
}

// Graphs that are large but right are planned, in time and memory by their
// length.
func TestLargeGraphs(t *testing.T) {
	racing.Skip(t)
	v := func(i int) string { return fmt.Sprintf("v%d", i) }
	chain := func(n int, f func(i int) *onnxpb.NodeProto, parts ...any) *onnxpb.ModelProto {
		for i := range n {
			parts = append(parts, f(i))
		}
		return model(13, append(parts, op("Identity", v(n), "y"), output("y"))...)
	}
	small := input("v0", 1, 2, 1, 1)
	for _, c := range []struct {
		name string
		m    *onnxpb.ModelProto
	}{
		{"a chain of activations", chain(20_000, func(i int) *onnxpb.NodeProto { return op("Relu", v(i), v(i+1)) }, small)},
		{"a chain of different activations", chain(20_000, func(i int) *onnxpb.NodeProto {
			return op([]string{"Tanh", "Exp"}[i%2], v(i), v(i+1))
		}, small)},
		{"a chain of products by constants", chain(5_000, func(i int) *onnxpb.NodeProto { return op("Mul", v(i)+" c", v(i+1)) }, small, floats("c", nil, 1))},
		{"a chain of sums", chain(20_000, func(i int) *onnxpb.NodeProto { return op("Add", v(i)+" "+v(i), v(i+1)) }, small)},
		{"a chain of reshapes", chain(20_000, func(i int) *onnxpb.NodeProto { return op("Flatten", v(i), v(i+1)) }, small)},
		{"weights shared by thousands", chain(3_000, func(i int) *onnxpb.NodeProto {
			if i%2 == 1 {
				return op("BatchNormalization", v(i)+" s s s s", v(i+1))
			}
			return op("Conv", v(i)+" w", v(i+1))
		}, input("v0", 1, 256, 1, 1), floats("w", list(256, 256, 1, 1)), floats("s", list(256)))},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := cost(t, encode(t, c.m)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A file that ends too early, or of which a piece is missing or changed.
func TestDamagedFiles(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(trained.Dir(t), "shufflenet_v1_0.5x_g3", "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 16 {
		if err := cost(t, b[:len(b)*i/16]); err == nil {
			t.Errorf("it reads %d of %d bytes", len(b)*i/16, len(b))
		}
		at := len(b) * i / 16
		cost(t, append(bytes.Clone(b[:at]), b[min(at+1000, len(b)):]...))
		c := bytes.Clone(b)
		for k := range 8 {
			c[(at+k*997)%len(b)] ^= 0xff
		}
		cost(t, c)
	}
}
