package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func number(x float64) *bench.Number { n := bench.Number(x); return &n }

func gpu() bench.Record {
	return bench.Record{
		Model: "shufflenet_v1_g3_1.0x", Backend: "gpu", Precision: "fp32", Batch: 1, InputShape: []int{1, 3, 224, 224},
		Input: bench.PictureName, Runs: 3, MinMS: 7.25, MedianMS: 7.5, P90MS: 9, MeanMS: 7.75, MACs: 137_461_536,
		Launches: 55, Device: "Mali-G52", Driver: "OpenGL ES 3.2 v1.r38", MaxRelErr: 3e-7, MaxRelDiffCPU: number(4e-7),
		PrepareMS: 120, SamplesMS: []float64{7.5, 7.25, 9},
	}
}

func cpu(threads int, median float64) bench.Record {
	r := gpu()
	r.Backend, r.Threads, r.Device, r.Driver, r.MaxRelDiffCPU = "cpu", threads, "Cortex-A55", "shufflegl cpu", nil
	r.MinMS, r.MedianMS, r.P90MS, r.MeanMS = median-1, median, median+20, median+2
	r.SamplesMS = []float64{median, median - 1, median + 20}
	return r
}

func TestFormats(t *testing.T) {
	other := cpu(4, 0.5)
	other.MinMS = 0.25
	other.Model = "model.onnx"
	for _, format := range report.Formats() {
		var b bytes.Buffer
		if err := report.Write(&b, format, []bench.Record{gpu(), cpu(1, 150), cpu(4, 41.26), other}); err != nil {
			t.Fatal(err)
		}
		golden(t, format+".golden", b.Bytes())
	}
	if err := report.Write(&bytes.Buffer{}, "csv", nil); err == nil {
		t.Error("csv was printed")
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		os.MkdirAll("testdata", 0o755)
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
	}
}

// A result that is no number must not break the JSON.
func TestJSONOfNaN(t *testing.T) {
	r := gpu()
	r.MaxRelErr = bench.Number(math.Inf(1))
	var b bytes.Buffer
	if err := report.Write(&b, "json", []bench.Record{r}); err != nil {
		t.Fatal(err)
	}
	var back []map[string]any
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back[0]["max_rel_err"] != nil {
		t.Errorf("%v, %v", err, back)
	}
}

func TestNoRecordsIsAnEmptyArray(t *testing.T) {
	var b bytes.Buffer
	if err := report.Write(&b, "json", nil); err != nil || b.String() != "[]\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestVerdict(t *testing.T) {
	software, nan, even, zero := gpu(), gpu(), gpu(), gpu()
	software.Software = true
	nan.MaxRelErr = bench.Number(math.NaN())
	even.MedianMS = 41
	zero.MedianMS = 0
	agree := "largest difference between the GPU's and the CPU's results: 4.0e-07 of the largest magnitude"
	for _, c := range []struct {
		name string
		rs   []bench.Record
		want []string
	}{
		{"the GPU alone", []bench.Record{gpu()}, nil},
		{"GPU faster", []bench.Record{gpu(), cpu(1, 150), cpu(4, 41.26)}, []string{agree,
			"verdict: the GPU is 5.50 times as fast as the CPU (medians 7.50 and 41.3 ms)"}},
		{"CPU faster", []bench.Record{gpu(), cpu(4, 2.5)}, []string{agree,
			"verdict: the CPU is 3.00 times as fast as the GPU (medians 2.50 and 7.50 ms)"}},
		{"software", []bench.Record{software, cpu(4, 2.5)}, []string{agree,
			"verdict: the CPU is 3.00 times as fast as the GPU (medians 2.50 and 7.50 ms)",
			"note: this is a software renderer on the CPU: not a GPU's speed"}},
		{"even", []bench.Record{even, cpu(4, 41.26)}, []string{agree,
			"verdict: the GPU and the CPU are equally fast (medians 41.0 and 41.3 ms)"}},
		{"no time", []bench.Record{zero, cpu(4, 2.5)}, []string{agree, "verdict: none, the runs are too short to time"}},
		{"NaN", []bench.Record{nan, cpu(4, 2.5)}, []string{
			"WRONG: the gpu's results for shufflenet_v1_g3_1.0x are off by NaN of the largest magnitude (at most 1e-04 is right); gpubench verify tells where",
			agree, "verdict: none, a wrong result has no speed"}},
	} {
		got := report.Verdict(c.rs)
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}
