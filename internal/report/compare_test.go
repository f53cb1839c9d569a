package report_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/internal/report"
)

// What a test is of may differ though its name does not: the comparison says so, of the
// tests of both files alone.
func TestCompareNotes(t *testing.T) {
	one := func(how func(*record.Record)) []record.Record {
		r := gpu()
		how(&r)
		return []record.Record{r}
	}
	file := func(sum string) []record.Record {
		return one(func(r *record.Record) {
			r.Model.Name, r.Model.Source, r.Model.SHA256, r.Test.Seed = "a.onnx", "a.onnx", sum, uint64(len(sum))
		})
	}
	photo := func(name string) []record.Record { return one(func(r *record.Record) { r.Test.Input = name }) }
	seed := func(n uint64) []record.Record { return one(func(r *record.Record) { r.Test.Seed = n }) }
	elsewhere := one(func(r *record.Record) { r.Model.Name, r.Test.Input, r.Test.Seed = "other", "other.jpg", 9 })
	for _, c := range []struct {
		name     string
		old, new []record.Record
		want     string
	}{
		{"the same", file("12ab"), file("12ab"), ""},
		{"another model", file("12ab"), file("34cde"), "note: other contents of a.onnx (SHA-256): 12ab; and now 34cde"},
		{"a model of old times", file(""), file("34cd"), ""},
		{"another picture", photo("a.jpg"), photo("b.jpg"), "note: other input pictures: a.jpg; and now b.jpg"},
		{"no picture known", photo(""), photo("b.jpg"), ""},
		{"another seed", seed(0), seed(7), "note: other seeds of the weights: 0; and now 7"},
		{"more tests", gpuOnly(), slices.Concat(gpuOnly(), elsewhere), ""},
		{"fewer tests", slices.Concat(gpuOnly(), elsewhere), gpuOnly(), ""},
	} {
		if got := strings.Join(report.Compare(c.old, c.new).Notes, "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func gpuOnly() []record.Record { return []record.Record{gpu()} }
