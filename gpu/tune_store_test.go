package gpu

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func testStore(t *testing.T) (tuningStore, map[string]storedChoice) {
	t.Helper()
	s := newTuningStore(t.TempDir(), &Info{Vendor: "Maker", Renderer: "Mali-G52 (Panfrost) <1>", Version: "OpenGL ES 3.1 Mesa 22.3.6"})
	return s, map[string]storedChoice{
		"conv_pointwise in=1x4x2x2 out=1x4x2x2": {Shape: "conv_pointwise in=1x4x2x2 out=1x4x2x2", Variant: "channels=4 vectors=1 unroll=1 lanes=64", DefaultNS: 20, ChosenNS: 10, Complete: true},
		"pool in=1x4x2x2 out=1x4x1x1":           {Shape: "pool in=1x4x2x2 out=1x4x1x1", Variant: "default", DefaultNS: 5, ChosenNS: 5},
	}
}

// What is kept comes back, people can read it, and what another process has found is
// not lost.
func TestTuningStore(t *testing.T) {
	s, want := testStore(t)
	if by, err := s.load(); err != nil || len(by) != 0 {
		t.Errorf("nothing is kept yet: %v, %v", by, err)
	}
	path, err := s.save(want)
	if err != nil || path != s.path || !strings.HasPrefix(filepath.Base(path), "mali-g52-panfrost-1-") {
		t.Errorf("%q, %v", path, err)
	}
	theirs := storedChoice{Shape: "pool in=1x1x2x2 out=1x1x1x1", Variant: "lanes=16", Complete: true}
	if _, err := s.save(map[string]storedChoice{theirs.Shape: theirs}); err != nil {
		t.Error(err)
	}
	want[theirs.Shape] = theirs
	got, err := s.load()
	if err != nil || len(got) != len(want) {
		t.Errorf("%v, %v", got, err)
	}
	for shape, c := range want {
		if got[shape] != c {
			t.Errorf("%v, want %v", got[shape], c)
		}
	}
	data, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`"renderer": "Mali-G52 (Panfrost) <1>",`, `"driver": "OpenGL ES 3.1 Mesa 22.3.6",`, `"variant": "channels=4 vectors=1 unroll=1 lanes=64",`} {
		if !strings.Contains(string(data), line) {
			t.Errorf("no line %s in\n%s", line, data)
		}
	}
}

// Another renderer, driver or vendor has another file.
func TestTuningStoreKeys(t *testing.T) {
	dir, seen := t.TempDir(), map[string]bool{}
	for _, i := range []Info{{Renderer: "a"}, {Renderer: "b"}, {Renderer: "a", Version: "1"}, {Renderer: "a", Version: "2"}, {Renderer: "a", Vendor: "1"}, {Renderer: "A"}, {Renderer: strings.Repeat("../", 200)}, {}} {
		s := newTuningStore(dir, &i)
		if seen[s.path] || filepath.Dir(s.path) != filepath.Join(dir, "tuning") || len(filepath.Base(s.path)) > 90 {
			t.Errorf("%+v: %s", i, s.path)
		}
		seen[s.path] = true
	}
}

// A file that is not just so counts as none, and is replaced.
func TestTuningStoreDamage(t *testing.T) {
	change := func(f func(map[string]any)) func(string) string {
		return func(text string) string {
			var m map[string]any
			if err := json.Unmarshal([]byte(text), &m); err != nil {
				t.Fatal(err)
			}
			f(m)
			b, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
	}
	first := func(m map[string]any) map[string]any { return m["launches"].([]any)[0].(map[string]any) }
	for name, damage := range map[string]func(string) string{
		"empty":             func(string) string { return "" },
		"text":              func(string) string { return "no choices\n" },
		"cut off":           func(s string) string { return s[:len(s)-9] },
		"something follows": func(s string) string { return s + "{}" },
		"null":              func(string) string { return "null" },
		"a list":            func(string) string { return "[]" },
		"too large":         func(s string) string { return s + strings.Repeat(" ", tuningLargest) },
		"other format":      change(func(m map[string]any) { m["format"] = "shufflegl tuning 2" }),
		"other library":     change(func(m map[string]any) { m["library"] = "1-0000000000000000" }),
		"other vendor":      change(func(m map[string]any) { m["vendor"] = "Other" }),
		"other renderer":    change(func(m map[string]any) { m["renderer"] = "Mali-G57" }),
		"other driver":      change(func(m map[string]any) { m["driver"] = "OpenGL ES 3.1 Mesa 22.3.7" }),
		"unknown field":     change(func(m map[string]any) { m["more"] = 1 }),
		"unknown inside":    change(func(m map[string]any) { first(m)["more"] = 1 }),
		"launch twice":      change(func(m map[string]any) { m["launches"] = append(m["launches"].([]any), first(m)) }),
		"no shape":          change(func(m map[string]any) { first(m)["shape"] = "" }),
		"long shape":        change(func(m map[string]any) { first(m)["shape"] = strings.Repeat("x", 5000) }),
		"no variant":        change(func(m map[string]any) { first(m)["variant"] = "" }),
		"nonsense variant":  change(func(m map[string]any) { first(m)["variant"] = "channels=-8" }),
		"negative time":     change(func(m map[string]any) { first(m)["default_ns"] = -1 }),
		"no whole number":   change(func(m map[string]any) { first(m)["chosen_ns"] = 1.5 }),
	} {
		t.Run(name, func(t *testing.T) {
			s, want := testStore(t)
			if _, err := s.save(want); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(s.path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(s.path, []byte(damage(string(data))), 0o644); err != nil {
				t.Fatal(err)
			}
			if by, err := s.load(); err == nil {
				t.Errorf("read as %v", by)
			}
			if _, err := s.save(want); err != nil {
				t.Error(err)
			}
			if by, err := s.load(); err != nil || len(by) != len(want) {
				t.Errorf("after it was replaced: %v, %v", by, err)
			}
		})
	}
}

// Where nothing can be written the choices are still used, and it is said.
func TestTuningStoreWithoutFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, by := testStore(t)
	s := newTuningStore(file, &Info{})
	if path, err := s.save(by); err == nil || path != "" {
		t.Errorf("%q, %v", path, err)
	}
	if path, err := (&tuningStore{}).save(by); err != nil || path != "" {
		t.Errorf("without a place: %q, %v", path, err)
	}
}
