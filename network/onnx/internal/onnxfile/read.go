// Package onnxfile reads ONNX files without trusting them: the file itself, the
// constant tensors in it, and the list of initialisers. What the operators mean
// is the importer's business (package onnx).
//
// Whatever the bytes, a function of this package returns a value or an error:
// it does not panic, and it checks what a file claims against what the file
// holds before it allocates.
package onnxfile

import (
	"errors"
	"fmt"
	"io"
	"os"

	"google.golang.org/protobuf/proto"

	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

// MaxSize is the largest ONNX file there can be, in bytes: a protobuf message
// stops at 2 GiB. (Larger models keep their weights in files beside.)
const MaxSize = 1<<31 - 1

// maxDepth bounds nested messages. A graph inside an attribute of a node is
// three levels down; the nets of interest nest one or two subgraphs at most.
const maxDepth = 100

var (
	// ErrNotONNX: the bytes are no ONNX model at all, or a damaged one.
	ErrNotONNX = errors.New("not an ONNX model")
	// ErrTensor: a tensor in the model contradicts itself or the format.
	ErrTensor = errors.New("damaged ONNX tensor")
	// ErrUnsupported: valid ONNX that this package does not read.
	ErrUnsupported = errors.New("unsupported in ONNX files")
)

// ReadFile reads the ONNX model in the file at path. Errors name the path; one
// about the contents is ErrNotONNX (by errors.Is).
func ReadFile(path string) (*onnxpb.ModelProto, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s: is a folder: %w", path, ErrNotONNX)
	case info.Size() > MaxSize:
		return nil, fmt.Errorf("%s: %w", path, tooLarge())
	}
	m, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Read reads r to its end, at most MaxSize bytes, as one ONNX model.
func Read(r io.Reader) (*onnxpb.ModelProto, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading the ONNX model: %w", err)
	}
	return Parse(b)
}

// Parse decodes one ONNX model. The result shares no memory with b, and has a
// graph: bytes without one are ErrNotONNX. Fields of newer ONNX versions are
// dropped.
func Parse(b []byte) (*onnxpb.ModelProto, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("%w: no bytes", ErrNotONNX)
	}
	m := new(onnxpb.ModelProto)
	if err := unmarshal(b, m); err != nil {
		if kind := sniff(b); kind != "" {
			return nil, fmt.Errorf("%w: this looks like %s", ErrNotONNX, kind)
		}
		return nil, fmt.Errorf("%w, or a damaged one (%d bytes): %v", ErrNotONNX, len(b), err)
	}
	if m.Graph == nil {
		if kind := sniff(b); kind != "" {
			return nil, fmt.Errorf("%w: this looks like %s", ErrNotONNX, kind)
		}
		return nil, fmt.Errorf("%w: there is no graph in it", ErrNotONNX)
	}
	return m, nil
}

// ParseTensor decodes one serialised TensorProto, the contents of the
// input_0.pb and output_0.pb files that accompany ONNX's own test models.
func ParseTensor(b []byte) (*onnxpb.TensorProto, error) {
	t := new(onnxpb.TensorProto)
	if err := unmarshal(b, t); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrTensor, err)
	}
	return t, nil
}

func unmarshal(b []byte, m proto.Message) error {
	if len(b) > MaxSize {
		return tooLarge()
	}
	if err := count(b, m); err != nil {
		return err
	}
	return proto.UnmarshalOptions{DiscardUnknown: true, RecursionLimit: maxDepth}.Unmarshal(b, m)
}

func tooLarge() error {
	return fmt.Errorf("%w: larger than 2 GiB, the limit of the format", ErrNotONNX)
}
