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
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/perf/benchfmt"

	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/internal/results"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// around makes samples near a time, all different.
func around(ms float64) []float64 {
	var all []float64
	for i := range 12 {
		all = append(all, ms*(1+float64(i*5%12-6)/400))
	}
	return all
}

func layer(name, kernel, stage, backend string, macs, bytes int64, ms float64, source ...string) record.Layer {
	t := record.NewTiming([]float64{ms, ms, ms})
	return record.Layer{Name: name, Kernel: kernel, Stage: stage, Source: source, Backend: backend, Shape: []int{1, 8, 4, 4},
		MACs: macs, Bytes: bytes, Launches: 1, Time: &t}
}

func parts(args ...any) (ps []record.Part) {
	for i := 0; i < len(args); i += 2 {
		ps = append(ps, record.Part{Name: args[i].(string), MS: args[i+1].(float64)})
	}
	return ps
}

func number(x float64) *record.Number { n := record.Number(x); return &n }

// gpu and cpu are records as of a board.
func gpu() record.Record {
	cold, cache := 420.0, 31.0
	busy := record.NewTiming(around(6))
	r := record.Record{
		SchemaVersion: record.Version,
		Run:           record.Run{ID: "r1", Time: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)},
		Model: record.Model{Name: "shufflenet_v1_g3_1.0x", Source: "zoo", MACs: 137_461_536, Bytes: 36_800_000, FloorBytes: 24_600_000, Launches: 3,
			Inputs: []record.Tensor{{Name: "input", Shape: []int{1, 3, 224, 224}}}, Outputs: []record.Tensor{{Name: "fc", Shape: []int{1, 1000}}}},
		Test:    record.Test{Backend: "gpu", Precision: "fp32", Batch: 1, Height: 224, Width: 224, Input: "photo.jpg", InputRing: 8, Runs: 12, WarmupMost: 50, Interleave: 2, Order: "given"},
		Device:  record.Device{Name: "Mali-G52", Driver: "OpenGL ES 3.2 v1.r38", GL: "EGL surfaceless", MemoryBytes: 9_400_000},
		Latency: record.Latency{Series: record.NewSeries(around(7.5), around(2)), WarmupRuns: 10, Settled: true},
		Throughput: &record.Throughput{Series: record.NewSeries(around(6.25), around(2)), InFlight: 2,
			BlockFrames: 8, FPS: 160},
		Stages: &record.Stages{Whole: record.NewTiming(around(7.5)), Upload: record.NewTiming(around(0.4)), Submit: record.NewTiming(around(1)),
			Wait: record.NewTiming(around(5.8)), Readback: record.NewTiming(around(0.1)), Rest: record.NewTiming(around(0.2)), Busy: &busy},
		Layers: []record.Layer{
			layer("stem", "conv_general", "conv1", "gpu", 10_000_000, 2_000_000, 1.5, "conv1"),
			layer("dw+pw", "conv_depthwise_pointwise", "stage2", "gpu", 50_000_000, 4_000_000, 4, "dw", "pw"),
			layer("fc", "fully_connected", "fc", "gpu", 960_000, 3_840_000, 0.25, "fc"),
		},
		LayerSum: &record.LayerSum{WholeMS: 7.5, SumMS: 5.75, Parts: parts("upload", 0.4, "readback", 0.1, "between launches", 0.25, "other", 0.01, "rest", 0.99)},
		Accuracy: &record.Accuracy{MaxRelErr: 3e-7, MaxRelDiffCPU: number(4e-7), Tolerance: 1e-4},
		Start:    record.Start{OpenMS: 150, LoadMS: 30, PrepareMS: 460, FirstMS: 12, TotalMS: 652, Programs: 12, ProgramsColdMS: &cold, ProgramsCacheMS: &cache},
		Context: record.Context{Machine: record.Machine{OS: "linux", Arch: "arm64", CPU: "4 Cortex-A55", Cores: 4, Board: "Some Board", MemoryBytes: 4 << 30},
			Before: record.State{Load: []float64{0.25, 0.5, 1}},
			After: record.State{CPUs: []record.Clock{{Name: "cpu0-3", Governor: "ondemand", MHz: 1200, MaxMHz: 1800}}, GPUs: []record.Clock{{Name: "fb000000.gpu", MHz: 300}},
				Temperatures: []record.Temperature{{Name: "soc", Celsius: 55}, {Name: "gpu", Celsius: 61.4}}},
			Library: record.Library{Version: "v0.3.0", Go: "go1.26"}, PeakRSSBytes: 80 << 20,
			Pace: record.NewPace(around(0.12), around(0.0002))},
	}
	return r
}

func cpu(threads int, median float64) record.Record {
	r := gpu()
	r.Test.Backend, r.Test.Threads = "cpu", threads
	r.Device = record.Device{Name: "4 Cortex-A55", Driver: "shufflegl cpu"}
	r.Latency.Series = record.NewSeries(around(median), around(median*0.9*float64(threads)))
	r.Throughput.Series, r.Throughput.FPS = record.NewSeries(around(median), nil), 1000/median
	r.Model.Launches = 4
	r.Layers = []record.Layer{
		layer("stem", "conv_general", "conv1", "cpu", 10_000_000, 2_000_000, median/4, "conv1"),
		layer("dw", "conv_depthwise", "stage2", "cpu", 5_000_000, 3_000_000, median/4, "dw"),
		layer("pw", "conv_pointwise", "stage2", "cpu", 45_000_000, 3_000_000, median/4, "pw"),
		layer("fc", "fully_connected", "fc", "cpu", 960_000, 3_840_000, median/8, "fc"),
	}
	r.LayerSum = &record.LayerSum{WholeMS: median, SumMS: median * 7 / 8, Parts: parts("upload", median/8)}
	r.Stages = nil
	r.Start = record.Start{LoadMS: 30, PrepareMS: 5, FirstMS: median, TotalMS: 35 + median}
	r.Accuracy = &record.Accuracy{MaxRelErr: 1.2e-6, Tolerance: 1e-4}
	return r
}

// sweep is several groups, one with all kinds of trouble.
func sweep() []record.Record {
	rs := []record.Record{gpu(), cpu(4, 41.26)}
	for i, r := range []record.Record{gpu(), cpu(1, 25), cpu(4, 9)} {
		r.Run.Group = 1
		r.Model.Name = "dir/model|1.onnx"
		r.Model.Inputs = []record.Tensor{{Name: "x", Shape: []int{4, 3, 96, 96}}}
		r.Test.Batch, r.Test.Height, r.Test.Width = 4, 96, 96
		r.Model.MACs = 50_000_000
		if i == 0 {
			r.LayerSum = &record.LayerSum{WholeMS: 7.5, Missing: "the driver has no timer queries"}
			r.Stages.Busy, r.Stages.Disjoint = nil, 2
			for j := range r.Layers {
				r.Layers[j].Time = nil
			}
			r.Latency.Noise = []string{"the median is only known to ±9 %"}
			r.Throughput.Noise = []string{"too fast"}
			r.Run.Interrupted = true
		}
		r.Context.Warnings = []string{"other programs kept 1.3 of 4 cores busy"}
		r.Context.Pace = record.NewPace(around(0.15), around(0.0002))
		rs = append(rs, r)
	}
	return rs
}

func write(t *testing.T, format string, rs []record.Record, o report.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, format, rs, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Each format, of one group and of a sweep, to the letter.
func TestFormats(t *testing.T) {
	for _, format := range report.Formats() {
		golden(t, format+".golden", write(t, format, []record.Record{gpu(), cpu(1, 150), cpu(4, 41.26)}, report.Options{Group: report.ByOp}))
		golden(t, format+"_sweep.golden", write(t, format, sweep(), report.Options{Group: report.NoLayers}))
	}
	for _, g := range []report.Grouping{report.ByStage, report.ByLayer} {
		golden(t, "table_"+string(g)+".golden", write(t, "table", sweep(), report.Options{Group: g}))
	}
	if err := report.Write(&bytes.Buffer{}, "xml", nil, report.Options{}); err == nil || !strings.Contains(err.Error(), "jsonl") {
		t.Error(err)
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

// What is written as JSON is read back, and passes the schema.
func TestJSONRoundTrip(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(record.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := c.MustCompile("schema.json")
	bad := gpu()
	bad.Accuracy.MaxRelErr = record.Number(math.Inf(1))
	rs := append(sweep(), bad)
	for _, format := range []string{"json", "jsonl"} {
		text := write(t, format, rs, report.Options{})
		var back results.Set
		if err := back.Add(format, bytes.NewReader(text)); err != nil || len(back.Records) != len(rs) {
			t.Fatalf("%s: %d records, %v", format, len(back.Records), err)
		}
		if again := write(t, format, back.Records, report.Options{}); !bytes.Equal(again, text) {
			t.Errorf("%s: after reading, it writes\n%s\nwant\n%s", format, again, text)
		}
	}
	for line := range bytes.Lines(write(t, "jsonl", rs, report.Options{})) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err == nil {
			err = schema.Validate(v)
		}
		if err != nil {
			t.Errorf("%v", err)
		}
	}
}

// Where the device's peak is known, tables say how much of it was reached.
func TestShareOfPeak(t *testing.T) {
	rs := []record.Record{gpu(), cpu(4, 41.26)}
	rs[0].Peak = &record.Peak{GMACs: 25, GMACsOf: "multiply-add, fp32", Memory: []record.Bandwidth{{Bytes: 1, GBs: 10, Of: "memory read, 1 MiB"}, {Bytes: 2, GBs: 4, Of: "memory read, 64 MiB"}}}
	golden(t, "table_peak.golden", write(t, "table", rs, report.Options{Group: report.ByLayer}))
	rs[1].Peak = &record.Peak{GMACs: 30, GMACsOf: "multiply-add, fp32, NEON"}
	golden(t, "md_peak.golden", write(t, "md", rs, report.Options{Group: report.ByStage}))
}

// Nothing measured is no error in any format.
func TestNoRecords(t *testing.T) {
	for format, want := range map[string]string{"json": "[]\n", "jsonl": "", "table": "nothing was measured\n", "md": "Nothing was measured.\n", "go": ""} {
		if got := string(write(t, format, nil, report.Options{})); got != want {
			t.Errorf("%s: %q", format, got)
		}
	}
	if got := string(write(t, "csv", nil, report.Options{})); strings.Count(got, "\n") != 1 {
		t.Errorf("csv: %q", got)
	}
}

// benchstat's own reader finds every run, in seconds.
func TestGoFormatIsRead(t *testing.T) {
	r := benchfmt.NewReader(bytes.NewReader(write(t, "go", sweep(), report.Options{})), "records")
	results := 0
	for r.Scan() {
		switch x := r.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(x)
		case *benchfmt.Result:
			results++
			if sec, ok := x.Value("sec/op"); !ok || sec < 1e-3 || sec > 1 {
				t.Errorf("%s takes %v s", x.Name, sec)
			}
		}
	}
	if err := r.Err(); err != nil || results != 5*2*12 {
		t.Errorf("%d results, %v", results, err)
	}
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]string{"a.json": "json", "a.jsonl": "jsonl", "A.CSV": "csv", "x.txt": "table", "x.go.txt": "go", "x.bench": "go", "x.md": "md", "x": "", "x.html": ""} {
		if got, ok := report.FormatOf(path); got != want || ok != (want != "") {
			t.Errorf("%s: %q", path, got)
		}
	}
}

func TestVerdict(t *testing.T) {
	software, nan, even, zero, mid := gpu(), gpu(), gpu(), gpu(), gpu()
	software.Device.Software = true
	nan.Accuracy.MaxRelErr = record.Number(math.NaN())
	even.Latency.Series = record.NewSeries(around(41), nil)
	zero.Latency.Series = record.NewSeries(make([]float64, 12), nil)
	mid.Latency.Series = record.NewSeries(around(60), around(2))
	agree := "largest difference between the GPU's and the CPU's results: 4.0e-07 of the largest magnitude"
	for _, c := range []struct {
		name string
		rs   []record.Record
		want []string
	}{
		{"the GPU alone", []record.Record{gpu()}, nil},
		{"GPU faster", []record.Record{gpu(), cpu(1, 150), cpu(4, 41.26)}, []string{agree,
			"verdict: the GPU is 5.50 times as fast as the CPU (medians 7.49 and 41.2 ms)"}},
		{"CPU faster", []record.Record{gpu(), cpu(1, 2.5)}, []string{agree,
			"verdict: the CPU is 3.00 times as fast as the GPU (medians 2.50 and 7.49 ms)"}},
		{"CPU faster, but the GPU frees it", []record.Record{mid, cpu(4, 41)}, []string{agree,
			"verdict: the CPU is 1.46 times as fast as the GPU (medians 40.9 and 59.9 ms), but the GPU frees it: a run takes 2.00 instead of 147 ms of the processor's time"}},
		{"software", []record.Record{software, cpu(1, 2.5)}, []string{agree,
			"verdict: the CPU is 3.00 times as fast as the GPU (medians 2.50 and 7.49 ms)",
			"note: this is a software renderer on the CPU: not a GPU's speed"}},
		{"even", []record.Record{even, cpu(4, 41.26)}, []string{agree,
			"verdict: the GPU and the CPU are equally fast (medians 40.9 and 41.2 ms)"}},
		{"no time", []record.Record{zero, cpu(4, 2.5)}, []string{agree, "verdict: none, the runs are too short to time"}},
		{"NaN", []record.Record{nan, cpu(4, 2.5)}, []string{
			"WRONG: the gpu's results for shufflenet_v1_g3_1.0x are off by NaN of the largest magnitude (at most 1e-04 is right); gpubench verify tells where",
			agree, "verdict: none, a wrong result has no speed"}},
	} {
		got := report.Verdict(c.rs)
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func scaled(r record.Record, by float64) record.Record {
	r.Latency.Series = record.NewSeries(times(r.Latency.WallMS, by), nil)
	r.Throughput = &record.Throughput{Series: record.NewSeries(times(r.Throughput.WallMS, by), nil), InFlight: 2, BlockFrames: 8}
	return r
}

func times(xs []float64, by float64) []float64 {
	var ys []float64
	for _, x := range xs {
		ys = append(ys, x*by)
	}
	return ys
}

// Two files are compared test by test, whatever the order, repeats together.
func TestCompare(t *testing.T) {
	other := gpu()
	other.Model.Name = "other"
	gone := cpu(2, 80)
	old := []record.Record{gpu(), cpu(4, 41), gone}
	slower, same := scaled(gpu(), 1.2), scaled(cpu(4, 41), 1.0001)
	slower.Device.Driver = "OpenGL ES 3.2 v1.r44"
	same.Latency.Noise = []string{"noisy"}
	same.Context.Pace = record.NewPace(around(0.121), around(0.0009))
	c := report.Compare(old, []record.Record{same, slower, slower, other})
	if len(c.Changes) != 4 {
		t.Fatalf("%+v", c.Changes)
	}
	for i, want := range []struct {
		slower      float64 // the largest share that it is slower by
		significant bool
	}{{0.19, true}, {0.19, true}, {-0.1, false}, {-0.1, false}} {
		x := c.Changes[i]
		if x.Significant != want.significant || want.significant && (!x.Slower(want.slower) || x.Slower(want.slower+0.02)) || !want.significant && x.Slower(want.slower) {
			t.Errorf("%+v, want %+v", x, want)
		}
	}
	for _, format := range report.CompareFormats() {
		var b bytes.Buffer
		if err := report.WriteComparison(&b, format, c); err != nil {
			t.Fatal(err)
		}
		if format == "json" && !json.Valid(b.Bytes()) {
			t.Error("no JSON")
		}
		golden(t, "compare_"+format+".golden", b.Bytes())
	}
	var b bytes.Buffer
	if err := report.WriteComparison(&b, "table", report.Compare([]record.Record{gone}, []record.Record{other})); err != nil || !strings.HasPrefix(b.String(), "the files have no test in common\n") {
		t.Errorf("%s, %v", b.String(), err)
	}
}
