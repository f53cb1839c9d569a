// Package onnx turns ONNX files into graphs of package network, and graphs into files.
//
// It reads the operators of light CNNs as exporters write them, operator sets 7
// to 22 and what has not changed since older ones. What depends on shapes alone is computed at load. A file is not trusted:
// whatever its bytes, Load returns a graph or an error of one line that names the
// file and the node.
//
// To add an operator, write a function that takes a *node, in the file of its
// family, and give it a row in operators.
//
// The meaning of the operators is that of ONNX's own description,
// https://github.com/onnx/onnx/blob/main/docs/Operators.md and, for older operator
// sets, Changelog.md beside it.
package onnx

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// What is wrong with a file, for errors.Is. A valid model that asks for more than
// this library can do is network.ErrUnsupported.
var (
	// ErrNotONNX: the bytes are no ONNX model, or a damaged one.
	ErrNotONNX = onnxfile.ErrNotONNX
	// ErrInvalid: the model contradicts itself or ONNX's description.
	ErrInvalid = errors.New("invalid ONNX model")
	// ErrOpenShape: an input has a dimension that the file leaves open, and
	// Options does not fix.
	ErrOpenShape = errors.New("the input's shape is open")
)

// Options changes how a model is read. The zero value takes it as it is.
type Options struct {
	// Shapes fixes the shapes of inputs, by name, where the file leaves
	// dimensions open. An open first dimension, the batch, is otherwise 1.
	Shapes map[string]tensor.Shape
}

// Load reads the model in the file at path. The graph is named after the file.
func Load(path string, o Options) (*network.Graph, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fail(path, fmt.Errorf("%w: not a regular file", ErrNotONNX))
	}
	m, err := onnxfile.ReadFile(path)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err // fail names the path
		}
		return nil, fail(path, err)
	}
	return build(m, path, o)
}

// Read reads a model to the end of r. The name stands for the file in errors.
func Read(r io.Reader, name string, o Options) (*network.Graph, error) {
	m, err := onnxfile.Read(r)
	if err != nil {
		return nil, fail(name, err)
	}
	return build(m, name, o)
}

func build(m *onnxpb.ModelProto, name string, o Options) (*network.Graph, error) {
	im := newImporter(m.Graph, filepath.Base(name), o)
	if err := im.run(m); err != nil {
		return nil, fail(name, err)
	}
	return im.graph, nil
}

// fileError is an error about a file, in one line whatever the file's names hold.
type fileError struct {
	file string
	err  error
}

// maxMessage is the longest error, in bytes: a node may have any number of inputs
// to tell about.
const maxMessage = 2000

func fail(file string, err error) error { return &fileError{file, err} }

func (e *fileError) Error() string {
	text := "onnx: " + e.file + ": " + strings.TrimPrefix(e.err.Error(), e.file+": ")
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "..."
	}
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// Is makes what onnxfile does not read network.ErrUnsupported, and what
// contradicts itself there ErrInvalid.
func (e *fileError) Is(target error) bool {
	switch target {
	case network.ErrUnsupported:
		return errors.Is(e.err, onnxfile.ErrUnsupported)
	case ErrInvalid:
		return errors.Is(e.err, onnxfile.ErrTensor)
	}
	return false
}

func (e *fileError) Unwrap() error { return e.err }

// quote is a name from a file, made fit for a line.
func quote(name string) string {
	const most = 80
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "..."
	}
	return fmt.Sprintf("%q", name)
}
