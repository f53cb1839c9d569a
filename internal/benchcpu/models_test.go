package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/network/onnx"
	"github.com/shufflegl/shufflegl/network/zoo"
)

func TestFilesOf(t *testing.T) {
	folder := t.TempDir()
	files, err := filesOf([]string{"some/where.onnx", "shufflenet_v1_g3_0.25x"}, folder)
	want := []string{"some/where.onnx", filepath.Join(folder, "shufflenet_v1_g3_0.25x.onnx")}
	if err != nil || !slices.Equal(files, want) {
		t.Fatalf("%v, %v, want %v", files, err, want)
	}
	if _, err := onnx.Load(files[1], onnx.Options{}); err != nil {
		t.Error(err)
	}
	if _, err := filesOf([]string{"shufflenet"}, folder); !errors.Is(err, zoo.ErrUnknown) {
		t.Errorf("of an unknown network: %v", err)
	}
	if _, err := filesOf([]string{"shufflenet_v1_g3_0.25x"}, filepath.Join(folder, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into no folder: %v", err)
	}
}

func TestComparedAreInTheZoo(t *testing.T) {
	for _, name := range compared {
		if !slices.Contains(zoo.Names(), name) {
			t.Errorf("%s is not", name)
		}
	}
}
