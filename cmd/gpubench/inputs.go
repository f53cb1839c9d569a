package main

import (
	"bufio"
	"fmt"
	"image"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// inputFile is what a flag -input names: an array or a photo.
type inputFile struct {
	name  string // of the input; "" if the flag does not say
	path  string
	array *tensor.Tensor // nil if it is a photo
	photo image.Image
}

// read reads the files of -input.
func (r *runFlags) read(sys *system) ([]inputFile, error) {
	var files []inputFile
	for _, word := range r.inputs {
		var f inputFile
		var err error
		switch f.name, f.path = nameAndFile(word); f.path {
		case "":
			return nil, usagef("-input %q: a file is missing", word)
		case "-":
			f.path = "standard input"
			err = f.decode(sys.stdin)
		default:
			err = f.load()
		}
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// nameAndFile takes NAME=FILE apart. Where there are several equals signs, or one
// may belong to the file's name, the files that exist decide.
func nameAndFile(word string) (name, file string) {
	if _, err := os.Stat(word); err == nil {
		return "", word
	}
	for i, c := range word {
		if c != '=' || i == 0 {
			continue
		}
		if _, err := os.Stat(word[i+1:]); err == nil || word[i+1:] == "-" {
			return word[:i], word[i+1:]
		}
	}
	if i := strings.LastIndex(word, "="); i > 0 {
		return word[:i], word[i+1:]
	}
	return "", word
}

func (f *inputFile) load() error {
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	return f.decode(file)
}

// decode tells arrays from photos by how they begin.
func (f *inputFile) decode(r io.Reader) (err error) {
	b := bufio.NewReader(r)
	if start, _ := b.Peek(6); string(start) == "\x93NUMPY" || strings.HasSuffix(f.path, ".npy") {
		f.array, err = tensor.ReadNPY(b)
	} else {
		f.photo, err = tensor.DecodeImage(b)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	return nil
}

// assign gives each input of a graph its file: the named ones theirs, the others
// in order.
func assign(g *network.Graph, files []inputFile) ([]inputFile, error) {
	given := make([]inputFile, len(g.Inputs))
	for _, f := range files {
		if f.name == "" {
			continue
		}
		i := slices.IndexFunc(g.Inputs, func(v *network.Value) bool { return v.Name == f.name })
		if i < 0 {
			return nil, usagef("-input %s=%s: the model's inputs are %s", f.name, f.path, listInputs(g))
		}
		if given[i].path != "" {
			return nil, usagef("-input %s=%s: it has %s already", f.name, f.path, given[i].path)
		}
		given[i] = f
	}
	for _, f := range files {
		if f.name != "" {
			continue
		}
		i := slices.IndexFunc(given, func(f inputFile) bool { return f.path == "" })
		if i < 0 {
			return nil, usagef("-input %s is one too many: the model's inputs are %s", f.path, listInputs(g))
		}
		given[i] = f
	}
	for i, v := range g.Inputs {
		if given[i].path == "" {
			return nil, usagef("nothing is given for input %q of %v: -input %s=FILE", v.Name, v.Shape, v.Name)
		}
	}
	return given, nil
}

func listInputs(g *network.Graph) string {
	var names []string
	for _, v := range g.Inputs {
		names = append(names, fmt.Sprintf("%q (%v)", v.Name, v.Shape))
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
