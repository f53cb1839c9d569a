package results_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/shufflegl/shufflegl/internal/results"
)

const (
	one    = `{"schema_version":1,"model":{"name":"a"}}`
	figure = `{"schema_version":1,"kind":"peak","limit":"multiply-add","best":3}`
)

// Records and figures of peak are told apart, whatever stands around them.
func TestRead(t *testing.T) {
	for text, want := range map[string][2]int{
		"":                                   {0, 0},
		"[]":                                 {0, 0},
		" \n[" + one + "," + one + "]\n":     {2, 0},
		one + "\n" + one + "\n" + one:        {3, 0},
		figure + "\n" + one + figure + "\n":  {1, 2},
		"[" + figure + "]\n[" + one + "]":    {1, 1},
		`{"schema_version":1,"later":"yes"}`: {1, 0},
	} {
		var s results.Set
		err := s.Add("x", strings.NewReader(text))
		if err != nil || len(s.Records) != want[0] || len(s.Peaks) != want[1] {
			t.Errorf("%q: %d records, %d figures, %v", text, len(s.Records), len(s.Peaks), err)
		}
	}
}

// Errors name the file and the line.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		text, want string
		is         error
	}{
		{one + "\n" + one + "\n" + one[:20], "x:3: no results of gpubench: it is cut off in the middle of a record", results.ErrFormat},
		{one + "\n" + one[:20] + "\n", "x:2: no results of gpubench: it is cut off in the middle of a record", results.ErrFormat},
		{"[\n" + one + ",\n", "x:2: no results of gpubench: it is cut off in the middle of a record", results.ErrFormat},
		{one + "\n" + one[:20] + "\n" + one + "\n", "x:3: no results of gpubench: invalid character", results.ErrFormat},
		{one + "\n\n\nmodel,backend\n", "x:4: no results of gpubench: invalid character 'm'", results.ErrFormat},
		{"[1]", "x:1: no results of gpubench: a number instead of a record", results.ErrFormat},
		{"null\n", "x:1: no results of gpubench: schema_version is missing", results.ErrFormat},
		{one + "\n{}", "x:2: no results of gpubench: schema_version is missing", results.ErrFormat},
		{one + "\n" + `{"changes":[]}`, "x:2: no results of gpubench: schema_version is missing", results.ErrFormat},
		{"[\n" + one + ",\n{\"schema_version\":1,\n\"model\":{\"macs\":\"many\"}}]", "x:4: no results of gpubench: model.macs is a string", results.ErrFormat},
		{one + "\n" + `{"schema_version":1,"latency":{"wall_ms":[1e999]}}`, "x:2: no results of gpubench: latency.wall_ms is a number 1e999", results.ErrFormat},
		{one + "\n" + `{"schema_version":99}`, "x:2: written by a newer gpubench: a record of version 99, and this one knows up to 1", results.ErrNewer},
		{figure + "\n" + `{"schema_version":7,"kind":"peak"}`, "x:2: written by a newer gpubench: a figure of peak of version 7, and this one knows up to 1", results.ErrNewer},
		{`{"schema_version":1,"kind":"dream"}`, `x:1: written by a newer gpubench: of a kind "dream"`, results.ErrNewer},
	} {
		var s results.Set
		err := s.Add("x", iotest.OneByteReader(strings.NewReader(c.text)))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || !errors.Is(err, c.is) {
			t.Errorf("%q:\n%v\nwant\n%s", c.text, err, c.want)
		}
	}
	var s results.Set
	if err := s.Add("x", iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) || errors.Is(err, results.ErrFormat) {
		t.Error(err)
	}
}

func TestLoad(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "a.jsonl"), filepath.Join(t.TempDir(), "b.jsonl")
	os.WriteFile(a, []byte(one+"\n"), 0o644)
	os.WriteFile(b, []byte(figure+"\n"+one), 0o644)
	s, err := results.Load(a, b)
	if err != nil || len(s.Records) != 2 || len(s.Peaks) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := results.Load(a, "nosuch"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := results.Load(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
}
