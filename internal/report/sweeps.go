package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/internal/chart"
	"github.com/shufflegl/shufflegl/internal/record"
)

// axis is a parameter with an order.
type axis struct {
	name  string
	value func(*record.Record) float64 // NaN where it has none
	words func(*record.Record) string
}

func axes() []axis {
	number := func(f func(*record.Record) int) axis {
		return axis{
			value: func(r *record.Record) float64 {
				if n := f(r); n > 0 {
					return float64(n)
				}
				return math.NaN()
			},
			words: func(r *record.Record) string { return fmt.Sprint(f(r)) },
		}
	}
	threads, batch, size := number(func(r *record.Record) int { return r.Test.Threads }),
		number(func(r *record.Record) int { return r.Test.Batch }), number(func(r *record.Record) int { return r.Test.Height * r.Test.Width })
	threads.name, batch.name, size.name = "threads", "batch", "size of the input"
	size.words = func(r *record.Record) string { return fmt.Sprintf("%dx%d", r.Test.Height, r.Test.Width) }
	return []axis{threads, batch, size}
}

// mostLines is how many lines a chart has room for.
const mostLines = 12

// sweeps shows the latency against each parameter with an order that has several
// values, for records that are otherwise of the same test: a chart a model, if there
// are several. Repeats are taken together.
func sweeps(rs []record.Record) (figures []chart.Figure) {
	var models []string
	of := map[string][]record.Record{}
	for _, r := range rs {
		m := r.Model.Name
		if of[m] == nil {
			models = append(models, m)
		}
		of[m] = append(of[m], r)
	}
	all := axes()
	for i, a := range all {
		rest := slices.Concat(all[:i], all[i+1:])
		for _, m := range models {
			f, ok := sweepOf(of[m], a, rest)
			if len(models) > 1 {
				f.Title += ": " + m
			}
			if ok {
				figures = append(figures, f)
			}
		}
	}
	return figures
}

// series is records that differ in one parameter alone, or are repeats.
type series struct {
	records []*record.Record
	name    string
}

// seriesOf finds those with at least two values of the parameter.
func seriesOf(rs []record.Record, a axis, rest []axis) (all []*series) {
	known := map[string]*series{}
	differing := differ(rs, rest)
	for i := range rs {
		r := &rs[i]
		if math.IsNaN(a.value(r)) {
			continue
		}
		words := []string{r.Test.Backend, r.Test.Precision, r.Test.Maps, r.Test.Fuse, r.Device.Driver, version(r.Context.Library)}
		for _, b := range rest {
			words = append(words, b.words(r))
		}
		key := strings.Join(words, "\x00")
		if known[key] == nil {
			known[key] = &series{name: seriesName(r, a, differing)}
			all = append(all, known[key])
		}
		known[key].records = append(known[key].records, r)
	}
	return slices.DeleteFunc(all, func(s *series) bool {
		return !slices.ContainsFunc(s.records, func(r *record.Record) bool { return a.value(r) != a.value(s.records[0]) })
	})
}

func sweepOf(rs []record.Record, a axis, rest []axis) (chart.Figure, bool) {
	c := &chart.Lines{XAxis: a.name, YAxis: "milliseconds a run"}
	all := seriesOf(rs, a, rest)
	for _, s := range all {
		for _, r := range s.records {
			if p := (chart.Place{Value: a.value(r), Words: a.words(r)}); !slices.Contains(c.Places, p) {
				c.Places = append(c.Places, p)
			}
		}
	}
	slices.SortFunc(c.Places, func(p, q chart.Place) int {
		return cmp.Or(cmp.Compare(p.Value, q.Value), strings.Compare(p.Words, q.Words))
	})
	left := max(len(all)-mostLines, 0)
	for i, s := range all[:len(all)-left] {
		x := chart.Line{Name: s.name, Hue: chart.Nth(i)}
		for j, p := range c.Places {
			var samples []float64
			for _, r := range s.records {
				if a.words(r) == p.Words {
					samples = append(samples, r.Latency.WallMS...)
				}
			}
			if len(samples) > 0 {
				m := record.Summarise(samples)
				x.Points = append(x.Points, chart.LinePoint{Place: j, Y: m.MedianMS, Low: float64(m.LowMS), High: float64(m.HighMS),
					Tip: fmt.Sprintf("%s, %s %s: %s", chart.Clean(s.name), a.name, p.Words, medianWords(m.MedianMS, m.LowMS, m.HighMS, false))})
			}
		}
		c.Lines = append(c.Lines, x)
	}
	f := chart.Figure{Title: "Latency against " + a.name, Chart: c, Notes: []string{"Medians, with their 95 % intervals."}}
	if left > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d more lines have no room here; the table has them.", left))
	}
	return f, len(c.Places) > 1
}

// differ gives the axes and other parameters that records differ in.
func differ(rs []record.Record, rest []axis) (columns []column) {
	for _, c := range parameters(rs) {
		if !slices.Contains([]string{"precision", "maps", "fused", "version"}, c.name) {
			continue
		}
		if distinct(rs, c.text) > 1 {
			columns = append(columns, c)
		}
	}
	for _, b := range rest {
		if b.name != "threads" && distinct(rs, b.words) > 1 {
			columns = append(columns, column{b.name, b.words})
		}
	}
	return columns
}

func seriesName(r *record.Record, a axis, differing []column) string {
	words := []string{r.Test.Backend}
	if r.Test.Threads > 0 && a.name != "threads" {
		words[0] += fmt.Sprintf(" x%d", r.Test.Threads)
	}
	for _, c := range differing {
		switch t := c.text(r); {
		case c.name == "batch":
			words = append(words, "batch "+t)
		case c.name == "fused" && t != "":
			words = append(words, "fuse="+t)
		case t != "" && !(c.name == "maps" && t == "buffer"):
			words = append(words, t)
		}
	}
	return strings.Join(words, ", ")
}
