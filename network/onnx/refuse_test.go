package onnx

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// What is refused, and how. Each error is one line that begins with the file.
func TestRefusals(t *testing.T) {
	x := input("x", 1, 2, 5, 6)
	y := output("y")
	w := floats("w", list(2, 2, 3, 3))
	relu := op("Relu", "x", "y")
	other := op("Relu", "x", "y")
	other.Domain = proto.String("com.microsoft")
	wrongType := attr("group", 1)
	wrongType.Type = onnxpb.AttributeProto_FLOAT.Enum()
	half := input("x", 1)
	half.Type.GetTensorType().ElemType = proto.Int32(10)
	huge := floats("h", list(1), 1)
	huge.Dims = list(1<<20, 1<<20)
	chain := []any{x, y, ints("n", 4, 1<<20), op("ConstantOfShape", "n", "c0")}
	for i := range 20 { // each doubles the last
		from, to := string(rune('a'+i))+"_", string(rune('b'+i))+"_"
		if i == 0 {
			from = "c0"
		}
		chain = append(chain, op("Concat", from+" "+from, to, attr("axis", 0)))
	}
	chain = append(chain, op("Relu", "u_", "y"))

	for _, c := range []struct {
		name string
		m    *onnxpb.ModelProto
		o    Options
		is   error
		want string
	}{
		{"unknown operators", model(11, x, op("Foo", "x", "a"), op("Bar", "a", "y"), y), Options{}, network.ErrUnsupported, `Foo "A": operator (the model also has "Bar"): not supported`},
		{"another domain", model(11, x, other, y), Options{}, network.ErrUnsupported, `Relu "Y": operator of domain "com.microsoft": not supported`},
		{"a subgraph", model(11, x, op("If", "x", "y", attr("then_branch", &onnxpb.GraphProto{})), y), Options{}, network.ErrUnsupported, `If "Y": operator: not supported`},
		{"a subgraph elsewhere", model(11, x, op("Relu", "x", "y", attr("g", &onnxpb.GraphProto{})), y), Options{}, network.ErrUnsupported, `Relu "Y": attribute "g": not supported`},
		{"a cycle", model(11, x, op("Add", "x b", "a"), op("Relu", "a", "b"), op("Relu", "b", "y"), y), Options{}, ErrInvalid, `its nodes form a cycle`},
		{"its own input", model(11, x, op("Add", "x y", "y"), y), Options{}, ErrInvalid, `Add "Y": invalid ONNX model: its nodes form a cycle`},
		{"an input that is missing", model(11, x, op("Add", "x z", "y"), y), Options{}, ErrInvalid, `nothing makes its input "z"`},
		{"an output that is missing", model(11, x, relu, output("z")), Options{}, ErrInvalid, `output "z": invalid ONNX model: nothing computes "z"`},
		{"no outputs", model(11, x, relu), Options{}, ErrInvalid, `the graph has no outputs`},
		{"no operator set", &onnxpb.ModelProto{Graph: model(11, x, relu, y).Graph}, Options{}, ErrInvalid, `which operator set`},
		{"a new operator set", model(99, x, relu, y), Options{}, network.ErrUnsupported, `operator set 99`},
		{"an old operator", model(5, x, relu, y), Options{}, network.ErrUnsupported, `Relu "Y": of operator set 5, known from 6 on`},
		{"a name twice", model(11, x, relu, op("Relu", "x", "y"), y), Options{}, ErrInvalid, `something else makes "y" too`},
		{"an input twice", model(11, x, x, relu, y), Options{}, ErrInvalid, `two inputs named "x"`},
		{"an output twice", model(11, x, relu, output("y y")), Options{}, ErrInvalid, `two outputs named "y"`},
		{"a constant twice", model(11, x, w, w, relu, y), Options{}, ErrInvalid, `tensor "w"`},
		{"an attribute's type", model(11, x, w, op("Conv", "x w", "y", wrongType), y), Options{}, ErrInvalid, `Conv "Y": invalid ONNX model: attribute "group" is of type FLOAT, not INT`},
		{"an attribute twice", model(11, x, w, op("Conv", "x w", "y", attr("group", 1), attr("group", 2)), y), Options{}, ErrInvalid, `given twice`},
		{"an attribute nobody knows", model(11, x, op("Relu", "x", "y", attr("slope", 1.0)), y), Options{}, network.ErrUnsupported, `attribute "slope": not supported`},
		{"inputs", model(11, x, op("Relu", "x x", "y"), y), Options{}, ErrInvalid, `2 inputs, Relu takes 1`},
		{"type of an input", model(11, half, op("Relu", "x", "y"), y), Options{}, network.ErrUnsupported, `input "x": elements of type FLOAT16, only FLOAT`},
		{"type of a constant", model(11, x, ints("i", 1), op("Add", "x i", "y"), y), Options{}, network.ErrUnsupported, `"i" is of type INT64`},
		{"an input's open size", model(11, input("x", 1, 3, "H", "W"), relu, y), Options{}, ErrOpenShape, `input "x": the input's shape is open: the file says 1x3xHxW; fix it as in x=1x3x224x224`},
		{"an input without shape", model(11, input("x"), relu, y), Options{}, ErrOpenShape, `fix it as in x=`},
		{"an input's size below zero", model(11, input("x", 1, -7), relu, y), Options{}, ErrInvalid, `its shape is 1x-7`},
		{"an input's size of zero", model(11, input("x", 1, 0), relu, y), Options{}, network.ErrUnsupported, `no elements`},
		{"an input larger than any", model(11, input("x", 1<<20, 1<<20), relu, y), Options{}, network.ErrShape, `more than`},
		{"a shape for another name", model(11, x, relu, y), Options{Shapes: map[string]tensor.Shape{"z": {1}}}, network.ErrShape, `for input "z", but the inputs are "x"`},
		{"another shape", model(11, x, relu, y), Options{Shapes: map[string]tensor.Shape{"x": {1, 2, 5, 7}}}, network.ErrShape, `the shape 1x2x5x7 is given, the file says 1x2x5x6`},
		{"another rank", model(11, x, relu, y), Options{Shapes: map[string]tensor.Shape{"x": {1}}}, network.ErrShape, `the shape 1 is given`},
		{"kernel 0", model(11, x, op("MaxPool", "x", "y", attr("kernel_shape", list(0, 1))), y), Options{}, ErrInvalid, `kernel_shape [0 1]`},
		{"a kernel larger than any", model(11, x, op("MaxPool", "x", "y", attr("kernel_shape", list(1<<40, 1))), y), Options{}, ErrInvalid, `kernel_shape`},
		{"a kernel that does not fit", model(11, x, op("MaxPool", "x", "y", attr("kernel_shape", list(7, 7))), y), Options{}, network.ErrShape, `larger than the padded input`},
		{"a stride larger than any", model(11, x, w, op("Conv", "x w", "y", attr("strides", list(math.MaxInt64, 1))), y), Options{}, ErrInvalid, `strides`},
		{"a negative pad", model(11, x, w, op("Conv", "x w", "y", attr("pads", list(-1, 0, 0, 0))), y), Options{}, ErrInvalid, `pads [-1 0 0 0]`},
		{"group 0", model(11, x, w, op("Conv", "x w", "y", attr("group", 0)), y), Options{}, ErrInvalid, `attribute "group" is 0`},
		{"groups that do not divide", model(11, x, w, op("Conv", "x w", "y", attr("group", 3)), y), Options{}, network.ErrShape, `Conv "Y": on [1x2x5x6 2x2x3x3]`},
		{"a kernel unlike the weights", model(11, x, w, op("Conv", "x w", "y", attr("kernel_shape", list(5, 5))), y), Options{}, ErrInvalid, `the weights are 3x3`},
		{"weights of one dimension", model(11, x, floats("w", list(2, 2, 3)), op("Conv", "x w", "y"), y), Options{}, ErrInvalid, `weights 2x2x3 for 1x2x5x6`},
		{"weights that are computed", model(11, x, op("Relu", "x", "w"), op("Conv", "x w", "y"), y), Options{}, network.ErrUnsupported, `weights "w" are computed, not constant`},
		{"auto_pad", model(11, x, w, op("Conv", "x w", "y", attr("auto_pad", "MAYBE")), y), Options{}, ErrInvalid, `auto_pad "MAYBE"`},
		{"auto_pad and pads", model(11, x, w, op("Conv", "x w", "y", attr("auto_pad", "VALID"), attr("pads", list(1, 1, 1, 1))), y), Options{}, ErrInvalid, `beside auto_pad`},
		{"storage_order", model(11, x, op("MaxPool", "x", "y m", attr("kernel_shape", list(2, 2)), attr("storage_order", 1)), y), Options{}, network.ErrUnsupported, `storage_order`},
		{"the maxima's places", model(11, x, op("MaxPool", "x", "m y", attr("kernel_shape", list(2, 2))), y), Options{}, network.ErrUnsupported, `output 1 of MaxPool "M"`},
		{"broadcasting", model(11, x, input("b", 3, 1, 1), op("Add", "x b", "y"), y), Options{}, ErrInvalid, `Add "Y": invalid ONNX model: 1x2x5x6 and 3x1x1`},
		{"a power", model(11, x, op("Pow", "x x", "y"), y), Options{}, network.ErrUnsupported, `Pow "Y": of the computed value "x"`},
		{"a reshape that loses elements", model(11, x, ints("s", 7, -1), op("Reshape", "x s", "y"), y), Options{}, ErrInvalid, `1x2x5x6 to [7 -1]`},
		{"a reshape that overflows", model(11, x, ints("s", 1<<32, 1<<32, 60), op("Reshape", "x s", "y"), y), Options{}, ErrInvalid, `1x2x5x6 to`},
		{"a shape that is computed", model(11, x, op("Reshape", "x x", "y"), y), Options{}, network.ErrUnsupported, `shape "x" are computed`},
		{"a permutation", model(11, x, op("Transpose", "x", "y", attr("perm", list(0, 1, 1, 2))), y), Options{}, ErrInvalid, `axis 1 is named twice`},
		{"an axis", model(13, x, op("Softmax", "x", "y", attr("axis", 4)), y), Options{}, ErrInvalid, `axis 4 of 4 dimensions`},
		{"an index", model(11, x, ints("i", 2), op("Gather", "x i", "y", attr("axis", 1)), y), Options{}, ErrInvalid, `index 2 of axis 1`},
		{"parts", model(11, x, op("Split", "x", "a y", attr("axis", 2)), y), Options{}, ErrInvalid, `2 equal parts of axis 2`},
		{"a step of 0", model(11, x, ints("z", 0), op("Slice", "x z z z z", "y"), y), Options{}, ErrInvalid, `a step of 0`},
		{"a slice of nothing", model(11, x, ints("z", 1), op("Slice", "x z z", "y"), y), Options{}, network.ErrUnsupported, `no elements`},
		{"concatenation", model(11, x, input("b", 1, 2, 5, 7), op("Concat", "x b", "y", attr("axis", 1)), y), Options{}, ErrInvalid, `1x2x5x6 and 1x2x5x7 along axis 1`},
		{"concatenation without axis", model(11, x, op("Concat", "x x", "y"), y), Options{}, ErrInvalid, `attribute "axis" is missing`},
		{"concatenation of types", model(11, x, ints("i", 1), floats("f", list(1)), op("Concat", "i f", "y", attr("axis", 0)), y), Options{}, ErrInvalid, `elements of type INT64 and FLOAT`},
		{"division by 0", model(11, x, ints("a", 1), ints("b", 0), op("Div", "a b", "y"), y), Options{}, ErrInvalid, `division by 0`},
		{"a constant output of integers", model(11, x, ints("a", 1<<24+1), op("Neg", "a", "y"), y), Options{}, network.ErrUnsupported, `output "y": of type INT64, only floating-point numbers, and -16777217 is none`},
		{"a constant larger than any", model(11, x, ints("s", 1<<20, 1<<20), op("ConstantOfShape", "s", "y"), y), Options{}, network.ErrUnsupported, `constants of more than`},
		{"a constant of nothing", model(11, x, ints("s", 0, 1<<30, 1<<30), op("ConstantOfShape", "s", "z"), op("Concat", "z z", "y", attr("axis", 0)), y), Options{}, network.ErrUnsupported, `no elements`},
		{"constants that double", model(11, chain...), Options{}, network.ErrUnsupported, `constants of more than`},
		{"a tensor that claims more than it has", model(11, x, huge, op("Add", "x h", "y"), y), Options{}, ErrInvalid, `claim`},
		{"a range", model(11, x, number("a", 0), number("b", 1<<60), number("s", 1), op("Range", "a b s", "y"), y), Options{}, network.ErrUnsupported, `numbers`},
		{"a range of fractions", model(11, x, floats("a", nil, 0), floats("b", nil, 1), floats("s", nil, .25), op("Range", "a b s", "y"), y), Options{}, network.ErrUnsupported, `Range "Y": bounds of type FLOAT`},
		{"an integer to a fraction", model(12, x, ints("a", 4), floats("b", list(1), .5), op("Pow", "a b", "y"), y), Options{}, network.ErrUnsupported, `a base of type INT64, an exponent of type FLOAT`},
		{"a sum of two types", model(11, x, ints("a", 4), floats("b", list(1), .5), op("Add", "a b", "y"), y), Options{}, ErrInvalid, `operands of type INT64 and FLOAT`},
		{"a mean of nothing", model(13, x, floats("e", list(1, 2, 0)), op("GlobalAveragePool", "e", "y"), y), Options{}, network.ErrUnsupported, `"e" has no elements (1x2x0)`},
		{"a sum of nothing", model(13, x, floats("e", list(1, 0)), op("ReduceSum", "e", "y", attr("noop_with_empty_axes", 1)), y), Options{}, network.ErrUnsupported, `"e" has no elements (1x0)`},
		{"an input that stays absent", model(11, x, w, op("Conv", "- w", "y"), y), Options{}, ErrInvalid, `input 0 is missing`},
		{"a name of lines", model(11, x, op("Foo\nBar", "x", "y"), y), Options{}, network.ErrUnsupported, `operator`},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			g, err := read(t, c.m, c.o)
			if err == nil {
				t.Fatalf("it imports: %s", text(g))
			}
			if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "onnx: test.onnx: ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v\ninstead of\n%s", err, c.want)
			}
			if !errors.Is(err, c.is) {
				t.Errorf("%v is not %v", err, c.is)
			}
			if d := time.Since(start); d > time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
}

// Files that are none.
func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		path string
		is   error
	}{
		{filepath.Join(dir, "absent.onnx"), os.ErrNotExist},
		{dir, ErrNotONNX},
		{file("empty.onnx", ""), ErrNotONNX},
		{file("text.onnx", "hello, this is a text"), ErrNotONNX},
	} {
		_, err := Load(c.path, Options{})
		if err == nil || !errors.Is(err, c.is) || !strings.HasPrefix(err.Error(), "onnx: "+c.path+": ") || strings.Count(err.Error(), c.path) != 1 {
			t.Errorf("%v", err)
		}
	}
}

// A long chain, in the wrong order, takes memory by its length.
func TestLongChain(t *testing.T) {
	const n = 20_000
	m := model(11, input("x", 1), output("v0"))
	for i := range n {
		from := "v" + strconv.Itoa(i+1)
		if i == n-1 {
			from = "x"
		}
		m.Graph.Node = append(m.Graph.Node, op("Relu", from, "v"+strconv.Itoa(i)))
	}
	b := encode(t, m)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	g, err := Read(bytes.NewReader(b), "chain.onnx", Options{})
	runtime.ReadMemStats(&after)
	if err != nil || len(g.Nodes) != n {
		t.Fatal(err)
	}
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 100 {
		t.Errorf("%d MiB for %d nodes", mib, n)
	}
}
