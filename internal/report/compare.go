package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// Change is how a figure of one record changed from one file to another.
type Change struct {
	Model     string  `json:"model"`
	Input     string  `json:"input"`
	Backend   string  `json:"backend"`
	Precision string  `json:"precision"`
	Maps      string  `json:"maps,omitempty"`
	Fuse      string  `json:"fuse,omitempty"`
	Threads   int     `json:"threads"`
	Figure    string  `json:"figure"` // "latency", or "throughput" with so many frames in flight
	OldMS     float64 `json:"old_ms"` // medians; of throughput, the time of a frame
	NewMS     float64 `json:"new_ms"`
	Ratio     float64 `json:"ratio"` // new over old: more is slower
	P         float64 `json:"p"`     // of the Mann-Whitney U test
	// Significant says that the runs tell the difference from chance.
	Significant bool `json:"significant"`
	Noisy       bool `json:"noisy"` // one of both

	old, new record.Summary
}

// TooFew says so if there are so few runs that the test cannot tell any change from
// chance, however large; otherwise it is empty.
func (c *Change) TooFew() string {
	n, m := c.old.N, c.new.N
	if record.LeastP(n, m) < chance {
		return ""
	}
	enough := 1
	for record.LeastP(enough, enough) >= chance {
		enough++
	}
	return fmt.Sprintf("%d and %d runs are too few to tell; measure more, as with -runs %d for both files", n, m, enough)
}

// Test names the test as WriteComparison does.
func (c *Change) Test() string {
	return key{c.Model, c.Input, c.Backend, c.Precision, c.Maps, c.Fuse, c.Threads}.String()
}

// Slower reports whether the figure got worse by more than a share, and not by
// chance.
func (c *Change) Slower(share float64) bool { return c.Significant && c.Ratio > 1+share }

// Comparison is of two files.
type Comparison struct {
	Changes []Change `json:"changes"`
	// Tests of one file that the other has no like of, or figures of them.
	OnlyOld []string `json:"only_old,omitempty"`
	OnlyNew []string `json:"only_new,omitempty"`
	// What makes the files hard to compare.
	Notes []string `json:"notes,omitempty"`
}

// key tells which records are of the same test.
type key struct {
	model, input, backend, precision, maps, fuse string
	threads                                      int
}

func keyOf(r *record.Record) key {
	return key{r.Model.Name, inputShape(r), r.Test.Backend, r.Test.Precision, r.Test.Maps, r.Test.Fuse, r.Test.Threads}
}

func (k key) String() string {
	text := fmt.Sprintf("%s %s on %s %s", k.model, k.input, k.backend, k.precision)
	if m := otherMaps(k.maps); m != "" {
		text += " " + m
	}
	if k.fuse != "" {
		text += " fuse=" + k.fuse
	}
	if k.threads > 0 {
		text += fmt.Sprintf(" x%d", k.threads)
	}
	return text
}

// test is all runs of a test in one file, from as many records as there are.
type test struct {
	latency, throughput []float64
	inFlight            int
	noisy, noisyFrames  bool
}

func collect(rs []record.Record) (order []key, tests map[key]*test) {
	tests = map[key]*test{}
	for i := range rs {
		r, k := &rs[i], keyOf(&rs[i])
		t := tests[k]
		if t == nil {
			t = &test{}
			order, tests[k] = append(order, k), t
		}
		t.latency = append(t.latency, r.Latency.WallMS...)
		t.noisy = t.noisy || r.Latency.Noisy()
		if p := r.Throughput; p != nil && (t.inFlight == 0 || t.inFlight == p.InFlight) {
			t.inFlight, t.throughput = p.InFlight, append(t.throughput, p.WallMS...)
			t.noisyFrames = t.noisyFrames || p.Noisy()
		}
	}
	return order, tests
}

// Compare holds the records of one file against those of another.
func Compare(old, new []record.Record) Comparison {
	c := Comparison{Changes: []Change{}, Notes: differences(old, new)}
	oldOrder, before := collect(old)
	newOrder, after := collect(new)
	for _, k := range oldOrder {
		a, b := before[k], after[k]
		if b == nil {
			c.OnlyOld = append(c.OnlyOld, k.String())
			continue
		}
		c.add(k, "latency", a.latency, b.latency, a.noisy || b.noisy)
		if a.inFlight > 0 && a.inFlight == b.inFlight {
			c.add(k, throughputOf(a.inFlight), a.throughput, b.throughput, a.noisyFrames || b.noisyFrames)
			continue
		}
		if a.inFlight > 0 {
			c.OnlyOld = append(c.OnlyOld, k.String()+", "+throughputOf(a.inFlight))
		}
		if b.inFlight > 0 {
			c.OnlyNew = append(c.OnlyNew, k.String()+", "+throughputOf(b.inFlight))
		}
	}
	for _, k := range newOrder {
		if before[k] == nil {
			c.OnlyNew = append(c.OnlyNew, k.String())
		}
	}
	return c
}

func throughputOf(inFlight int) string { return fmt.Sprintf("throughput, %d in flight", inFlight) }

func (c *Comparison) add(k key, what string, old, new []float64, noisy bool) {
	x := Change{
		Model: k.model, Input: k.input, Backend: k.backend, Precision: k.precision, Maps: k.maps, Fuse: k.fuse, Threads: k.threads, Figure: what,
		P: record.Compare(old, new), Noisy: noisy, old: record.Summarise(old), new: record.Summarise(new), Ratio: 1,
	}
	x.OldMS, x.NewMS = x.old.MedianMS, x.new.MedianMS
	if x.OldMS > 0 {
		x.Ratio = x.NewMS / x.OldMS
	}
	x.Significant = x.P < chance
	c.Changes = append(c.Changes, x)
}

// CompareFormats names what WriteComparison knows.
func CompareFormats() []string { return []string{"table", "md", "json"} }

// WriteComparison prints a comparison.
func WriteComparison(w io.Writer, format string, c Comparison) error {
	if format == "json" {
		return JSON(w, c)
	}
	var b strings.Builder
	rows := c.rows()
	notes := c.notes()
	switch {
	case len(c.Changes) == 0:
		notes = append([]string{"the files have no test in common"}, notes...)
	case format == "md":
		writePipes(&b, rows)
	default:
		writeGrid(&b, rows)
	}
	if len(notes) > 0 && len(c.Changes) > 0 {
		b.WriteByte('\n')
	}
	for _, n := range notes {
		if format == "md" {
			n = "- " + escape(n)
		}
		b.WriteString(n + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *Comparison) rows() [][]string {
	rows := [][]string{{"test", "figure", "old ms", "95 % interval", "new ms", "95 % interval", "change", "p"}}
	for _, x := range c.Changes {
		change := "~"
		if x.Significant {
			change = fmt.Sprintf("%+.1f %%", 100*(x.Ratio-1))
		}
		rows = append(rows, []string{x.Test(), x.Figure, figure(x.OldMS), or(interval(&x.old), "-"),
			figure(x.NewMS) + mark(x.Noisy), or(interval(&x.new), "-"), change, fmt.Sprintf("%.3f", x.P)})
	}
	return rows
}

func (c *Comparison) notes() []string {
	var lines []string
	for _, k := range c.OnlyOld {
		lines = append(lines, "only in the old file: "+k)
	}
	for _, k := range c.OnlyNew {
		lines = append(lines, "only in the new file: "+k)
	}
	lines = append(lines, c.Notes...)
	for _, x := range c.Changes {
		if x.Noisy {
			lines = append(lines, "* the runs were noisy: measure again on a quiet machine before you believe it")
			break
		}
	}
	return lines
}
