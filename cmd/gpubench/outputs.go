package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shufflegl/shufflegl/tensor"
)

// namedTensor is an output of a network.
type namedTensor struct {
	name string
	*tensor.Tensor
}

// isFolder reports whether a target takes files, whether or not it exists.
func isFolder(target string) bool {
	info, err := os.Stat(target)
	return err == nil && info.IsDir() || err != nil && os.IsPathSeparator(target[len(target)-1])
}

// saveOutputs writes one output to a .npy file, and several into a folder, one
// file each. It returns the files. After an error nothing has changed, but for
// folders made on the way.
func saveOutputs(target string, outs []namedTensor) ([]string, error) {
	if len(outs) == 1 && !isFolder(target) {
		return []string{target}, tensor.SaveNPY(target, outs[0].Tensor)
	}
	if err := os.MkdirAll(target, 0o777); err != nil {
		return nil, fmt.Errorf("saving %s: %w", target, plain(err))
	}
	names := make([]string, len(outs))
	for i, o := range outs {
		names[i] = o.name
	}
	names = fileNames(names)
	// All are written before one is shown.
	temp, err := os.MkdirTemp(target, ".gpubench-")
	if err != nil {
		return nil, fmt.Errorf("saving %s: %w", target, plain(err))
	}
	defer os.RemoveAll(temp)
	for i, o := range outs {
		if err := tensor.SaveNPY(filepath.Join(temp, names[i]), o.Tensor); err != nil {
			return nil, fmt.Errorf("output %q: %w", o.name, err)
		}
	}
	var files []string
	for _, name := range names {
		file := filepath.Join(target, name)
		if err := os.Rename(filepath.Join(temp, name), file); err != nil {
			return nil, fmt.Errorf("saving %s: %w", file, plain(err))
		}
		files = append(files, file)
	}
	return files, nil
}

// plain is what went wrong with a file, without the file's name.
func plain(err error) error {
	var p *os.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}

// fileNames makes names of outputs names of .npy files, each its own, also where
// file systems take upper and lower case for the same.
func fileNames(outputs []string) []string {
	files := make([]string, len(outputs))
	taken := map[string]bool{}
	// Names that a file can have keep theirs; the others make way.
	for i, name := range outputs {
		if key := strings.ToLower(name); fileName(name) == name && !taken[key] {
			files[i], taken[key] = name+".npy", true
		}
	}
	for i, name := range outputs {
		if files[i] != "" {
			continue
		}
		base := fileName(name)
		unique := base
		for n := 2; taken[strings.ToLower(unique)]; n++ {
			unique = fmt.Sprintf("%s_%d", base, n)
		}
		files[i], taken[strings.ToLower(unique)] = unique+".npy", true
	}
	return files
}

// fileName puts _ for the characters that a file name can't hold on one system
// or another.
func fileName(output string) string {
	const most = 200 // bytes; file systems allow 255
	name := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, output)
	if strings.Trim(name, ".") == "" || name[0] == '.' { // nothing, a folder, or hidden
		name = "_" + strings.TrimPrefix(name, ".")
	}
	for len(name) > most {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}
