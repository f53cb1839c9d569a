package gpu

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The files of testdata/statistics have drivers' messages, as they came, each with
// what is read from it. Those of source.txt are written by hand after the formats
// in Mesa's source.
func TestStatistics(t *testing.T) {
	files, err := filepath.Glob("testdata/statistics/*.txt")
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for line := range strings.Lines(string(want)) {
				if !strings.HasPrefix(line, "\t") {
					got.WriteString(line + reading(parseStatistics(line)))
				}
			}
			if *update {
				if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got.String() != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
			}
		})
	}
}

// reading writes figures, then units, then the values that are neither.
func reading(s *Statistics) string {
	if s == nil {
		return "\tnothing\n"
	}
	var b strings.Builder
	line := func(name string, values map[string]float64) {
		fmt.Fprintf(&b, "\t%s:", name)
		for _, k := range slices.Sorted(maps.Keys(values)) {
			fmt.Fprintf(&b, " %s=%g", k, values[k])
		}
		b.WriteString("\n")
	}
	figs, rest := map[string]float64{}, maps.Clone(s.Values)
	for f, v := range s.Figures {
		figs[string(f)] = v
	}
	for name := range s.Values {
		if _, ok := figures[name]; ok || units[name] {
			delete(rest, name)
		}
	}
	line("figures", figs)
	if len(s.Units) > 0 {
		line("units", s.Units)
	}
	line("other", rest)
	return b.String()
}
