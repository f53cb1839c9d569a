package gpu

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
)

// openCached opens a device, whose self-test builds a program of every kind, and
// tells how many shaders the driver had to compile.
func openCached(t *testing.T, dir string) (compiled int) {
	t.Helper()
	var r *glestest.Recorder
	d, err := Open(Options{CacheDir: dir, wrap: func(gl gles.API) gles.API { r = glestest.New(gl); return r }})
	if err != nil {
		t.Skip(err)
	}
	defer d.Close()
	if d.info.ProgramBinaryFormats == 0 {
		t.Skip("the driver saves no programs")
	}
	return r.Calls("CompileShader")
}

func cached(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestProgramCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	first := openCached(t, dir)
	files := cached(t, dir)
	if first == 0 || len(files) != first {
		t.Fatalf("%d programs compiled, %d files", first, len(files))
	}
	// The self-test has passed with programs from the cache.
	if n := openCached(t, dir); n != 0 {
		t.Errorf("%d programs compiled again", n)
	}

	damage := map[string]func([]byte) []byte{
		"empty":        func(b []byte) []byte { return nil },
		"truncated":    func(b []byte) []byte { return b[:len(b)/2] },
		"header alone": func(b []byte) []byte { return b[:cacheHeader] },
		"other magic":  func(b []byte) []byte { b[0]++; return b },
		"flipped bit":  func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"other format": func(b []byte) []byte { b[len(cacheMagic)] ^= 0xff; return b },
		"text":         func(b []byte) []byte { return bytes.Repeat([]byte("no program\n"), 1000) },
	}
	for name, f := range damage {
		t.Run(name, func(t *testing.T) {
			for _, file := range files {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, f(b), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if n := openCached(t, dir); n != first {
				t.Errorf("%d programs of %d built anew", n, first)
			}
			if n := openCached(t, dir); n != 0 {
				t.Errorf("%d programs compiled again after the repair", n)
			}
		})
	}
}

// Where nothing can be written, programs are built each time.
func TestProgramCacheWithoutFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if n := openCached(t, filepath.Join(file, "below")); n == 0 {
		t.Error("no program compiled")
	}
}
