package onnxfile

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/shufflegl/shufflegl/internal/trained"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

// smallModel is a valid model with a tensor in each way of storing one.
func smallModel(t testing.TB) []byte {
	t.Helper()
	tensor := func(name string, kind onnxpb.TensorProto_DataType) *onnxpb.TensorProto {
		return &onnxpb.TensorProto{Name: proto.String(name), DataType: proto.Int32(int32(kind)), Dims: []int64{2}}
	}
	raw := tensor("raw", onnxpb.TensorProto_FLOAT)
	raw.RawData = []byte{0, 0, 128, 63, 0, 0, 0, 64}
	half := tensor("half", onnxpb.TensorProto_FLOAT16)
	half.Int32Data = []int32{0x3c00, 0x4000}
	axes := tensor("axes", onnxpb.TensorProto_INT64)
	axes.Int64Data = []int64{-1, 1}
	value := tensor("", onnxpb.TensorProto_DOUBLE)
	value.DoubleData = []float64{1, 2}
	b, err := proto.Marshal(&onnxpb.ModelProto{
		IrVersion:   proto.Int64(8),
		OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: proto.Int64(13)}},
		Graph: &onnxpb.GraphProto{
			Name:        proto.String("g"),
			Initializer: []*onnxpb.TensorProto{raw, half, axes},
			Node: []*onnxpb.NodeProto{{
				OpType: proto.String("Constant"), Output: []string{"c"},
				Attribute: []*onnxpb.AttributeProto{{
					Name: proto.String("value"), Type: onnxpb.AttributeProto_TENSOR.Enum(), T: value,
				}},
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readAll does with b what an importer would.
func readAll(b []byte) error {
	m, err := Parse(b)
	if err != nil {
		return err
	}
	inits, err := Initializers(m.Graph)
	for _, p := range inits {
		_, e := Decode(p)
		err = errors.Join(err, e)
	}
	for _, n := range m.Graph.Node {
		for _, a := range n.Attribute {
			if a.T != nil {
				_, e := Decode(a.T)
				err = errors.Join(err, e)
			}
		}
	}
	return err
}

func TestParse(t *testing.T) {
	if err := readAll(smallModel(t)); err != nil {
		t.Fatal(err)
	}
}

func TestNotONNX(t *testing.T) {
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	deep := []byte{}
	for range 200 { // graph in attribute in node in graph in ...
		for _, field := range []protowire.Number{6, 5, 1} {
			deep = append(protowire.AppendTag(nil, field, protowire.BytesType), protowire.AppendBytes(nil, deep)...)
		}
	}
	deep = append(protowire.AppendTag(nil, 7, protowire.BytesType), protowire.AppendBytes(nil, deep)...)
	crowd := bytes.Repeat([]byte{1<<3 | 2, 0}, maxMessages+1) // empty nodes
	crowd = append(protowire.AppendTag(nil, 7, protowire.BytesType), protowire.AppendBytes(nil, crowd)...)

	for _, c := range []struct {
		name string
		b    string
		want string // in the message
	}{
		{"empty", "", "no bytes"},
		{"text", "hello, this is no model at all\n", "text"},
		{"html", "<!DOCTYPE html><html><body>404</body></html>", "text/html"},
		{"photo", photo.String(), "image/png"},
		{"PyTorch", "PK\x03\x04\x00\x00\x08\x08", "PyTorch"},
		{"TensorFlow Lite", "\x1c\x00\x00\x00TFL3\x14\x00", "TensorFlow Lite"},
		{"LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:00", "git lfs pull"},
		{"zeros", strings.Repeat("\x00", 100), "damaged"},
		{"no graph", "\x08\x08", "no graph"},
		{"too deep", string(deep), "nested"},
		{"too many nodes", string(crowd), "more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.onnx")
			if err := os.WriteFile(path, []byte(c.b), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := ReadFile(path)
			if !errors.Is(err, ErrNotONNX) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want ErrNotONNX with %q and the path", err, c.want)
			}
		})
	}
	if _, err := ReadFile(t.TempDir()); !errors.Is(err, ErrNotONNX) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "none.onnx")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Read(io.MultiReader(bytes.NewReader(smallModel(t)), badReader{})); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a failing reader: %v", err)
	}
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// A file over the cap is refused by its size, before it is read.
func TestTooLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.onnx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(MaxSize + 1); err != nil { // sparse: takes no room
		t.Skip(err)
	}
	if _, err := ReadFile(path); !errors.Is(err, ErrNotONNX) || !strings.Contains(err.Error(), "2 GiB") {
		t.Errorf("got %v", err)
	}
}

// Damaged files give an error or, where the damage is harmless, a model; never
// a panic.
func TestDamaged(t *testing.T) {
	files := map[string][]byte{"small": smallModel(t)}
	t.Run("trained", func(t *testing.T) {
		for _, name := range []string{"light_shufflenet", "ultraface_slim_320"} {
			b, err := os.ReadFile(filepath.Join(trained.Dir(t), name, "model.onnx"))
			if err != nil {
				t.Fatal(err)
			}
			files[name] = b
		}
	})
	for name, b := range files {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, 2))
			for range 60 {
				// A cut at the very end may fall between two complete fields.
				if err := readAll(b[:rnd.IntN(len(b)-8)]); err == nil {
					t.Error("half a model read without an error")
				}
			}
			for range 60 {
				hurt := bytes.Clone(b)
				for range 1 + rnd.IntN(4) {
					// Half the flips fall in the first KiB, where the structure is.
					at := rnd.IntN(len(hurt))
					if rnd.IntN(2) == 0 {
						at %= 1024
					}
					hurt[at] ^= 1 << rnd.IntN(8)
				}
				_ = readAll(hurt)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(smallModel(f))
	f.Add([]byte("hello"))
	f.Add([]byte{7<<3 | 2, 0})
	f.Fuzz(func(t *testing.T, b []byte) { _ = readAll(b) })
}
