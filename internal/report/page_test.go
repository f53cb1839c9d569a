package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/internal/results"
)

// document is a page, read as strictly as XML is.
type document struct {
	elements map[string]int
	lines    []string   // headings, paragraphs, list items, terms: what is read
	rows     [][]string // of tables
	tips     []string   // titles in pictures
	attrs    []xml.Attr // of all elements
	words    string     // of pictures
}

func read(t *testing.T, page []byte) document {
	t.Helper()
	doc := document{elements: map[string]int{}}
	d := xml.NewDecoder(bytes.NewReader(page))
	var in []string
	var text string
	marks := map[string]string{"h1": "# ", "h2": "## ", "h3": "### ", "p": "", "li": "- ", "dt": "", "dd": ": ", "summary": "> "}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return doc
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v\n%s", err, page)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			doc.elements[x.Name.Local]++
			doc.attrs = append(doc.attrs, x.Attr...)
			in, text = append(in, x.Name.Local), ""
			if x.Name.Local == "tr" {
				doc.rows = append(doc.rows, nil)
			}
		case xml.CharData:
			text += string(x)
		case xml.EndElement:
			mark, said := marks[x.Name.Local]
			switch {
			case said:
				doc.lines = append(doc.lines, mark+strings.Join(strings.Fields(text), " "))
			case x.Name.Local == "td" || x.Name.Local == "th":
				last := len(doc.rows) - 1
				doc.rows[last] = append(doc.rows[last], text)
			case x.Name.Local == "title" && slices.Contains(in, "svg"):
				doc.tips = append(doc.tips, text)
			case x.Name.Local == "text":
				doc.words += text + "\n"
			}
			in = in[:len(in)-1]
		}
	}
}

func page(t *testing.T, rs []record.Record, figures []peak.Figure) document {
	t.Helper()
	var b bytes.Buffer
	if err := report.Page(&b, rs, figures); err != nil {
		t.Fatal(err)
	}
	doc := read(t, b.Bytes())
	// It needs nothing else, and runs nothing.
	for _, e := range []string{"script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "use", "image"} {
		if doc.elements[e] > 0 {
			t.Errorf("the page has an element %s", e)
		}
	}
	for _, a := range doc.attrs {
		n := strings.ToLower(a.Name.Local)
		if n == "src" || n == "href" || strings.HasPrefix(n, "on") || n != "xmlns" && strings.Contains(a.Value, "url(") {
			t.Errorf("an attribute %s=%q", a.Name.Local, a.Value)
		}
	}
	for _, bad := range []string{"http:", "https:", "@import", "url("} {
		rest := strings.ReplaceAll(b.String(), `xmlns="http://www.w3.org/2000/svg"`, "")
		if strings.Contains(rest, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	return doc
}

func figures() []peak.Figure {
	best, median := func(x float64) *float64 { return &x }, func(x float64) *float64 { return &x }
	f := func(backend, device string, threads int, limit, variant string, bytes int64, unit peak.Unit, x float64) peak.Figure {
		return peak.Figure{SchemaVersion: 1, Kind: peak.Kind, Backend: backend, Device: device, Driver: "none", Threads: threads, Limit: limit, Variant: variant,
			Bytes: bytes, Unit: unit, Best: best(x), Median: median(x * 0.9), Samples: 10, Way: "8 chains"}
	}
	return []peak.Figure{
		f("gpu", "Mali-G52", 0, peak.MultiplyAdd, "fp32", 0, peak.GMACs, 25),
		f("gpu", "Mali-G52", 0, peak.Read, "64 MiB", 64<<20, peak.GBs, 4),
		f("gpu", "Mali-G52", 0, peak.Read, "1 MiB", 1<<20, peak.GBs, 10),
		{Backend: "gpu", Device: "Mali-G52", Driver: "none", Limit: peak.MultiplyAdd, Variant: "fp16", Unit: peak.GMACs, Reason: "computed in 32 bits here"},
		f("cpu", "4 Cortex-A55", 4, peak.MultiplyAdd, "fp32, NEON", 0, peak.GMACs, 30),
	}
}

// What a page says, in the order of reading: of one group and of a sweep.
func TestPage(t *testing.T) {
	one := []record.Record{gpu(), cpu(1, 150), cpu(4, 41.26)}
	results.Limit(one, figures())
	for name, doc := range map[string]document{"page": page(t, one, figures()), "page_sweep": page(t, sweep(), nil)} {
		text := strings.Join(doc.lines, "\n") + "\n\n"
		for _, row := range doc.rows {
			text += strings.Join(row, " | ") + "\n"
		}
		golden(t, name+".golden", []byte(text))
	}
}

// Every sample is in the picture, and every launch in the roofline and the bars; the
// table's figures are the record's.
func TestPageHasTheRecords(t *testing.T) {
	rs := []record.Record{gpu(), cpu(4, 41.26)}
	results.Limit(rs, figures())
	doc := page(t, rs, figures())
	for i := range rs {
		for _, samples := range [][]float64{rs[i].Latency.WallMS, rs[i].Throughput.WallMS} {
			for j, ms := range samples {
				if !near(doc.tips, fmt.Sprintf("%d: ", j+1), ms) {
					t.Errorf("%s: no dot of run %d, %g ms", rs[i].Test.Backend, j+1, ms)
				}
			}
		}
		for _, l := range rs[i].Layers {
			said := 0
			for _, tip := range doc.tips {
				if strings.HasPrefix(tip, fmt.Sprintf("%s, %s: %.4g ms", l.Name, rs[i].Test.Backend, l.Time.MedianMS)) || strings.HasPrefix(tip, l.Name+", "+l.Kernel+": ") {
					said++
				}
			}
			if said == 0 {
				t.Errorf("nothing about %s on the %s in %q", l.Name, rs[i].Test.Backend, doc.tips)
			}
		}
		row := slices.IndexFunc(doc.rows, func(row []string) bool { return row[0] == rs[i].Test.Backend })
		median, _ := strconv.ParseFloat(doc.rows[row][2], 64)
		if want := rs[i].Latency.Wall.MedianMS; median < 0.99*want || median > 1.01*want {
			t.Errorf("median %q, want %g", doc.rows[row], want)
		}
	}
	// 50 M multiply-adds take 2 ms at 25 GMAC/s, and took 4; 3.84 MB take 0.384 ms at 10 GB/s.
	for _, want := range []string{"dw+pw, conv_depthwise_pointwise: 4.00 ms, 12.5 GMAC/s, 1.00 GB/s, 50 % of the peak"} {
		if !slices.Contains(doc.tips, want) {
			t.Errorf("no %q in %q", want, doc.tips)
		}
	}
	for _, want := range []string{"25.0 GMAC/s: multiply-add, fp32", "10.0 GB/s: memory read, 1 MiB", "4.00 GB/s: memory read, 64 MiB", "30.0 GMAC/s: multiply-add, fp32, NEON"} {
		if !strings.Contains(doc.words, want) {
			t.Errorf("no roof says %q in\n%s", want, doc.words)
		}
	}
}

// near finds a tip of a value, up to the digits that tips have.
func near(tips []string, prefix string, want float64) bool {
	return slices.ContainsFunc(tips, func(tip string) bool {
		rest, ok := strings.CutPrefix(tip, prefix)
		word, _, _ := strings.Cut(rest, " ")
		x, err := strconv.ParseFloat(word, 64)
		return ok && err == nil && x > 0.999*want && x < 1.001*want
	})
}

// A parameter with several values has a chart of its own; lines have the values.
func TestPageOfSweep(t *testing.T) {
	var rs []record.Record
	for group, batch := range []int{1, 4, 2} {
		for _, r := range []record.Record{gpu(), cpu(1, 10*float64(batch)), cpu(2, 7*float64(batch))} {
			r.Run.Group, r.Test.Batch = group, batch
			rs = append(rs, r)
		}
	}
	doc := page(t, rs, nil)
	for _, want := range []string{"### Latency against threads", "### Latency against batch", "# shufflenet_v1_g3_1.0x, input 1x3x224x224, photo.jpg, 137.5 M multiply-adds, fp32"} {
		if !slices.Contains(doc.lines, want) {
			t.Errorf("no %q in %q", want, doc.lines)
		}
	}
	if slices.Contains(doc.lines, "### Latency against size of the input") {
		t.Error("a chart of one size")
	}
	if !near(doc.tips, "cpu x2, batch 4: ", 28) && !slices.ContainsFunc(doc.tips, func(s string) bool { return strings.HasPrefix(s, "cpu x2, batch 4: 27.9 ms") }) {
		t.Errorf("%q", doc.tips)
	}
}

// The verdict is one sentence, also of many tests.
func TestHeadline(t *testing.T) {
	in := func(group int, r record.Record) record.Record { r.Run.Group = group; return r }
	wrong := gpu()
	wrong.Accuracy.MaxRelErr = 1
	zero := gpu()
	zero.Latency.Series = record.NewSeries(make([]float64, 12), nil)
	for _, c := range []struct {
		name string
		rs   []record.Record
		want string
	}{
		{"one", []record.Record{gpu(), cpu(4, 41.26)}, "The GPU is 5.50 times as fast as the CPU (medians 7.49 and 41.2 ms)."},
		{"the CPU alone", []record.Record{cpu(1, 150), cpu(4, 41.26)}, "Only the CPU was measured: medians from 41.2 to 150 ms."},
		{"one record", []record.Record{gpu()}, "Only the GPU was measured: shufflenet_v1_g3_1.0x takes 7.49 ms (median)."},
		{"apart", []record.Record{gpu(), in(1, cpu(4, 41.26))}, "The GPU and the CPU were not measured beside each other: medians from 7.49 to 41.2 ms."},
		{"all", []record.Record{gpu(), cpu(4, 75), in(1, gpu()), in(1, cpu(4, 15))}, "The GPU is the faster one in both tests, 2.00 to 10.00 times as fast as the CPU."},
		{"mixed", []record.Record{gpu(), cpu(4, 75), in(1, gpu()), in(1, cpu(4, 5)), in(2, gpu()), in(2, cpu(4, 2.5)), in(3, gpu()), in(3, cpu(4, 7.5))},
			"The CPU is the faster one in 2 of 4 tests, 1.50 to 3.00 times as fast, the GPU in 1, 10.00 times; in 1 they are equally fast."},
		{"even", []record.Record{gpu(), cpu(4, 7.5), in(1, gpu()), in(1, cpu(4, 7.5))}, "The GPU and the CPU are equally fast in both tests."},
		{"wrong", []record.Record{wrong, cpu(4, 5)}, "No verdict, for a wrong result has no speed: the gpu's results for shufflenet_v1_g3_1.0x are off by 1.0e+00 of the largest magnitude (at most 1e-04 is right); gpubench verify tells where."},
		{"zero", []record.Record{zero, cpu(4, 5)}, "No verdict: the runs are too short to time."},
	} {
		doc := page(t, c.rs, nil)
		if !slices.Contains(doc.lines, c.want) {
			t.Errorf("%s: no %q in %q", c.name, c.want, doc.lines[:6])
		}
	}
}

const hostile = `</title></style><script>alert("1")</script><img src=x onerror='alert(2)'> {{.}} ]]> <!-- ` + "\x00\u202e\ue000"

// Names are words, whatever is in them.
func TestHostileNames(t *testing.T) {
	rs := sweep()
	for i := range rs {
		r := &rs[i]
		r.Model.Name, r.Model.Source, r.Model.SHA256, r.Test.Input, r.Test.Backend, r.Device.Name, r.Device.Driver = hostile, hostile, hostile, hostile, []string{hostile, "gpu"}[i%2], hostile, hostile
		r.Run.Command, r.Run.ID, r.Latency.Noise, r.Context.Warnings = []string{hostile}, hostile, []string{hostile}, []string{hostile, ""}
		r.Context.Machine.CPU, r.Context.Machine.Board, r.Context.Library.Version = hostile, hostile, hostile
		r.Context.After.Temperatures = []record.Temperature{{Name: hostile, Celsius: 50}}
		for j := range r.Layers {
			r.Layers[j].Name, r.Layers[j].Kernel, r.Layers[j].Source = hostile, hostile, []string{hostile}
		}
		r.Peak = &record.Peak{GMACs: 3, GMACsOf: hostile, Memory: []record.Bandwidth{{Bytes: 1, GBs: 2, Of: hostile}}}
	}
	doc := page(t, rs, []peak.Figure{{Backend: hostile, Device: hostile, Limit: hostile, Reason: hostile}})
	text := strings.Join(doc.lines, "\n") + doc.words
	if strings.Count(text, `<script>alert("1")</script>`) < 10 || strings.ContainsAny(text, "\x00\u202e\ue000") {
		t.Errorf("%q", text)
	}
}

// Records with things missing, absurd or of the wrong sign make a poor page and no
// panic.
func TestDamagedRecords(t *testing.T) {
	racing.Skip(t)
	random := rand.New(rand.NewPCG(6, 0))
	var text bytes.Buffer
	rs := sweep()
	results.Limit(rs, figures())
	if err := report.Write(&text, "json", rs, report.Options{}); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		var v any
		if err := json.Unmarshal(text.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		for range 1 + random.IntN(60) {
			v = damage(random, v)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var s results.Set
		if err := s.Add("x", bytes.NewReader(b)); err != nil || len(s.Records) == 0 {
			if err != nil && !errors.Is(err, results.ErrFormat) && !errors.Is(err, results.ErrNewer) {
				t.Error(err)
			}
			continue
		}
		page(t, s.Records, nil)
		for _, format := range report.Formats() {
			if err := report.Write(io.Discard, format, s.Records, report.Options{Group: report.ByLayer}); err != nil {
				t.Errorf("%s: %v", format, err)
			}
		}
		report.Compare(s.Records, s.Records)
	}
	for _, r := range []record.Record{{}, {Layers: make([]record.Layer, 3), Stages: &record.Stages{Busy: &record.Timing{}}, Throughput: &record.Throughput{}, LayerSum: &record.LayerSum{}, Peak: &record.Peak{}}} {
		for _, b := range []string{"", "gpu"} {
			r.Test.Backend = b
			page(t, []record.Record{r, r}, nil)
			if err := report.Pictures(io.Discard, []record.Record{r}, report.Charts()...); err != nil {
				t.Error(err)
			}
		}
	}
}

// damage changes one value somewhere.
func damage(random *rand.Rand, v any) any {
	switch x := v.(type) {
	case []any:
		if len(x) > 0 && random.IntN(8) > 0 {
			i := random.IntN(len(x))
			x[i] = damage(random, x[i])
			return x
		}
		return []any{}
	case map[string]any:
		keys := make([]string, 0, len(x))
		for k := range x {
			if k != "schema_version" {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		if len(keys) == 0 {
			return x
		}
		k := keys[random.IntN(len(keys))]
		if random.IntN(8) == 0 {
			delete(x, k)
		} else {
			x[k] = damage(random, x[k])
		}
		return x
	case float64:
		if x == float64(int64(x)) {
			return []any{0.0, -1.0, 1e15, 3.0}[random.IntN(4)]
		}
		return []any{0.0, -1.0, 1e300, 5e-324}[random.IntN(4)]
	case string:
		return []string{"", hostile, "gpu", "cpu"}[random.IntN(4)]
	}
	return v
}

// The pictures' PNG is a picture, higher with more in it: with a GPU, and with more
// charts.
func TestPictures(t *testing.T) {
	racing.Skip(t)
	alone, both := []record.Record{cpu(4, 40)}, []record.Record{gpu(), cpu(4, 40)}
	before := 0
	for _, c := range []struct {
		records []record.Record
		charts  []string
	}{{both, nil}, {both, []string{"latency"}}, {alone, report.Charts()}, {both, report.Charts()}} {
		var b bytes.Buffer
		if err := report.Pictures(&b, c.records, c.charts...); err != nil {
			t.Fatal(err)
		}
		p, err := png.DecodeConfig(&b)
		if err != nil || p.Width < 1200 {
			t.Errorf("%+v, %v", p, err)
		}
		if p.Height < before+100 {
			t.Errorf("%v: %d high, after one of %d", c.charts, p.Height, before)
		}
		before = p.Height
	}
}

// Every chart has a name that is listed.
func TestCharts(t *testing.T) {
	racing.Skip(t)
	for _, name := range report.Charts() {
		var all, one bytes.Buffer
		rs := []record.Record{gpu(), cpu(4, 40)}
		if name == "sweep" {
			rs = sweep()
		}
		if err := report.Pictures(&all, rs); err != nil {
			t.Fatal(err)
		}
		if err := report.Pictures(&one, rs, name); err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(all.Bytes(), one.Bytes()) {
			t.Errorf("%s draws nothing", name)
		}
	}
}
