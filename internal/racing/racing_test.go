package racing

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// What tests leave out under the race detector, make test runs elsewhere: all of a package
// that does not shorten its tests without cgo; of others those that a line of make test
// names, with a GPU and without the detector.
func TestNothingIsLeftOut(t *testing.T) {
	root := os.DirFS("../..")
	recipes, err := fs.ReadFile(root, "Makefile")
	if err != nil {
		t.Fatal(err)
	}
	var named *regexp.Regexp
	var in []string // packages with named tests
	bare := false   // every package is tested, without cgo
	for _, line := range strings.Split(string(recipes), "\n") {
		_, args, ok := strings.Cut(line, "go test ")
		switch {
		case !ok || strings.Contains(args, "-race") || strings.Contains(line, "GALLIUM_DRIVER"):
		case strings.Contains(line, "CGO_ENABLED=0"):
			bare = bare || strings.Contains(args, "-short") && strings.HasSuffix(args, " ./...")
		case strings.Contains(line, "SHUFFLEGL_GPU=required"):
			m := regexp.MustCompile(`-run '([^']*)'`).FindStringSubmatch(args)
			if m == nil || named != nil {
				t.Fatalf("Makefile: not one line with names: %s", line)
			}
			named, in = regexp.MustCompile(strings.ReplaceAll(m[1], "$$", "$")), strings.Fields(args)
		}
	}
	if !bare || named == nil {
		t.Fatalf("Makefile: tests without the race detector: all packages %t, by name %v", bare, named)
	}
	left := map[string][]string{} // tests that leave something out, by package
	shortens := map[string]bool{}
	err = fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, "_test.go") || path.Dir(file) == "internal/racing" {
			return err
		}
		source, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		shortens[path.Dir(file)] = shortens[path.Dir(file)] || bytes.Contains(source, []byte("testing.Short()"))
		for _, name := range thoseLeft(t, file, source) {
			left[path.Dir(file)] = append(left[path.Dir(file)], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for pkg, tests := range left {
		listed := false
		for _, p := range in {
			listed = listed || p == "./"+pkg
		}
		for _, name := range tests {
			if count++; shortens[pkg] && !(listed && named.MatchString(name)) {
				t.Errorf("%s of %s leaves out something under the race detector, and make test runs it nowhere else", name, pkg)
			}
		}
	}
	if count < 15 {
		t.Errorf("only %d tests are found that leave out something", count)
	}
}

// thoseLeft are the tests in a file that ask whether the detector watches, by themselves
// or by functions of the file.
func thoseLeft(t *testing.T, file string, source []byte) (names []string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	asks, calls := map[string]bool{}, map[string][]string{}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := f.Name.Name
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if p, ok := n.X.(*ast.Ident); ok && p.Name == "racing" {
					asks[name] = true
				}
			case *ast.CallExpr:
				if c, ok := n.Fun.(*ast.Ident); ok {
					calls[name] = append(calls[name], c.Name)
				}
			}
			return true
		})
	}
	for again := true; again; {
		again = false
		for name, called := range calls {
			for _, c := range called {
				if asks[c] && !asks[name] {
					asks[name], again = true, true
				}
			}
		}
	}
	for name := range asks {
		if strings.HasPrefix(name, "Test") {
			names = append(names, name)
		}
	}
	return names
}
