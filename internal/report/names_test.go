package report_test

import (
	"bytes"
	"html"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/internal/report"
)

func pageText(t *testing.T, rs []record.Record) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Page(&b, rs, nil); err != nil {
		t.Fatal(err)
	}
	return html.UnescapeString(b.String())
}

// Tests that differ in where maps are or in what is fused have names of their own; the
// usual has none.
func TestNamesTellTestsApart(t *testing.T) {
	for _, c := range []struct{ maps, fuse, inGo, inTables string }{
		{"", "", "", ""},
		{"buffer", "", "", ""},
		{"texture", "", "/maps=texture", " texture"},
		{"tbo", "", "/maps=tbo", " tbo"},
		{"buffer", "none", "/fuse=none", " fuse=none"},
		{"tbo", "depthwise+unit", "/maps=tbo/fuse=depthwise+unit", " tbo fuse=depthwise+unit"},
	} {
		r := gpu()
		r.Test.Maps, r.Test.Fuse = c.maps, c.fuse
		rs := []record.Record{r, cpu(1, 20)}
		if got, want := string(write(t, "go", rs, report.Options{})), "/precision=fp32"+c.inGo+" "; !strings.Contains(got, want) {
			t.Errorf("%v: no %q in\n%s", c, want, got)
		}
		if got, want := string(write(t, "table", rs, report.Options{Group: report.ByOp})), "by op: gpu"+c.inTables+" and cpu x1\n"; !strings.Contains(got, want) {
			t.Errorf("%v: no %q in\n%s", c, want, got)
		}
		if got, want := report.Compare(rs, nil).OnlyOld[0], "shufflenet_v1_g3_1.0x 1x3x224x224 on gpu fp32"+c.inTables; got != want {
			t.Errorf("%v: %q, want %q", c, got, want)
		}
		if got := pageText(t, rs); !strings.Contains(got, "Every launch on gpu"+c.inTables+":") {
			t.Errorf("%v: the page does not tell it", c)
		}
	}
}

// A frame of several pictures counts as so many for people; what scripts read counts frames.
func TestPicturesASecond(t *testing.T) {
	r := gpu()
	r.Test.Batch = 4
	rs := []record.Record{r}
	if got := pageText(t, rs); !strings.Contains(got, ", 640 pictures a second") {
		t.Error("no chart tells the pictures a second")
	}
	for format, want := range map[string]string{"table": " 640 ", "md": "| 640 |", "csv": ",160,", "jsonl": `"fps":160`} {
		if got := string(write(t, format, rs, report.Options{})); !strings.Contains(got, want) {
			t.Errorf("%s: no %q in\n%s", format, want, got)
		}
	}
}

// Lines of a sweep that differ in what is fused can be told apart.
func TestSweepNamesWhatIsFused(t *testing.T) {
	var rs []record.Record
	for i, fuse := range []string{"", "none", "", "none"} {
		r := gpu()
		r.Test.Fuse, r.Test.Batch, r.Run.Group = fuse, 1+i/2, i
		rs = append(rs, r)
	}
	if got := pageText(t, rs); !strings.Contains(got, "gpu, fuse=none, batch 1: ") {
		t.Error("the page does not tell which line has nothing fused")
	}
}

// Models in files of the same name are told apart by their folders; others need none.
func TestModelsOfTheSameFileName(t *testing.T) {
	named := func(names ...string) (rs []record.Record) {
		for i, n := range names {
			r := gpu()
			r.Model.Name, r.Run.Group = n, i
			rs = append(rs, r)
		}
		return rs
	}
	for _, c := range []struct {
		names []string
		want  []string // words that begin the rows
	}{
		{[]string{"a/m.onnx", "b/m.onnx"}, []string{"a/m.onnx", "b/m.onnx"}},
		{[]string{"a/m.onnx", "b/n.onnx"}, []string{"m.onnx", "n.onnx"}},
		{[]string{"a/m.onnx", "b/n.onnx", "m.onnx"}, []string{"a/m.onnx", "n.onnx", "m.onnx"}},
		{[]string{"a/m.onnx", "a/m.onnx", "n"}, []string{"m.onnx", "m.onnx", "n"}},
	} {
		rs := named(c.names...)
		rows := strings.Split(string(write(t, "table", rs, report.Options{})), "\n")[4:]
		groups := pageText(t, rs)
		for i, want := range c.want {
			if got := strings.Fields(rows[i])[0]; got != want {
				t.Errorf("%v: row %d is of %s, want %s", c.names, i, got, want)
			}
			if strings.Count(groups, ">"+want+"<") < 3 {
				t.Errorf("%v: the table and both charts do not name %s", c.names, want)
			}
		}
	}
}
