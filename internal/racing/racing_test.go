package racing

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What tests leave out under the race detector, make test runs elsewhere.
func TestNothingIsLeftOut(t *testing.T) {
	root := os.DirFS("../..")
	recipes, err := fs.ReadFile(root, "Makefile")
	if err != nil {
		t.Fatal(err)
	}
	var whole []string // packages tested with a GPU, in whole and without the detector
	bare := false      // every package is, without cgo
	skipped := regexp.MustCompile(`-skip (\w+)`)
	var skip *regexp.Regexp // tests not among those with a GPU
	for _, line := range strings.Split(string(recipes), "\n") {
		switch _, args, ok := strings.Cut(line, "go test "); {
		case !ok || strings.Contains(args, "-race") || strings.Contains(args, "-run"):
		case strings.Contains(line, "CGO_ENABLED=0"):
			bare = bare || strings.HasSuffix(args, " ./...")
		case !strings.Contains(args, "-short") && strings.Contains(line, "SHUFFLEGL_GPU=required"):
			whole = append(whole, strings.Fields(args)...)
			if m := skipped.FindStringSubmatch(args); m != nil {
				skip = regexp.MustCompile(`func Test\w*` + m[1])
			}
		}
	}
	if !bare || len(whole) == 0 {
		t.Fatalf("Makefile: tests without the race detector: all packages %v, with a GPU %q", bare, whole)
	}
	leaves, shortens := map[string]bool{}, map[string]bool{} // by package
	err = fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, "_test.go") || path.Dir(file) == "internal/racing" {
			return err
		}
		source, err := fs.ReadFile(root, file)
		if skip != nil && bytes.Contains(source, []byte("racing.")) && skip.Match(source) {
			t.Errorf("%s has a test of a name that make test skips without the race detector: %s", file, skip.Find(source))
		}
		leaves[path.Dir(file)] = leaves[path.Dir(file)] || bytes.Contains(source, []byte("racing."))
		shortens[path.Dir(file)] = shortens[path.Dir(file)] || bytes.Contains(source, []byte("testing.Short()"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for p, leaves := range leaves {
		if leaves && shortens[p] && !slices.Contains(whole, "./"+p) {
			t.Errorf("%s: what it leaves out both under the race detector and with -short, make test runs nowhere", p)
		}
	}
	if !leaves["gpu"] || !leaves["cpu"] {
		t.Errorf("found only %v", leaves)
	}
}
