//go:build linux

package gles_test

import (
	"debug/elf"
	"os"
	"slices"
	"strings"
	"testing"

	_ "github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// A program must start without libGL and libEGL; see link.go. This test binary
// stands for any.
func TestNeedsNoGLLibrary(t *testing.T) {
	f, err := elf.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libs, err := f.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(libs)
	if slices.ContainsFunc(libs, func(l string) bool { return strings.HasPrefix(l, "libGL") || strings.HasPrefix(l, "libEGL") }) {
		t.Errorf("the program needs %v", libs)
	}
}
