package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/shufflegl/shufflegl/internal/chart"
	"github.com/shufflegl/shufflegl/internal/record"
)

// Charts are the names of what Page draws, in its order.
func Charts() []string {
	return []string{"latency", "throughput", "sweep", "stages", "kernels", "layers", "roofline", "start"}
}

// named is a chart with its name.
type named struct {
	name string
	chart.Figure
}

// Pictures draws charts that Page shows as one PNG, below the headline: of a sweep,
// what all of it has.
func Pictures(w io.Writer, rs []record.Record, charts ...string) error {
	what, more, _ := strings.Cut(title(rs), ", ")
	heading := chart.Figure{Title: headline(rs), Notes: slices.Concat([]string{what, more}, caveats(rs))}
	all := overview(rs)
	if len(groups(rs)) == 1 {
		all = append(all, details(rs)...)
	}
	figures := []chart.Figure{heading}
	for _, f := range all {
		if slices.Contains(charts, f.name) {
			figures = append(figures, f.Figure)
		}
	}
	return chart.PNG(w, figures)
}

// title names what was measured.
func title(rs []record.Record) string {
	_, common := pick(rs)
	return heading(rs, common)[0]
}

// caveats are what makes all figures doubtful: they stand beside the verdict.
func caveats(rs []record.Record) (lines []string) {
	say := func(line string) {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for i := range rs {
		if rs[i].Device.Software {
			say("This GPU is a software renderer on the CPU: its figures are not a GPU's speed.")
		}
	}
	gs := groups(rs)
	var warned, noisy []string
	for i := range rs {
		r := &rs[i]
		if r.Run.Interrupted {
			say(fmt.Sprintf("%s was interrupted after %d runs.", r.Model.Name, r.Latency.Wall.N))
		}
		for _, w := range r.Context.Warnings {
			if line := sentence(w); !slices.Contains(warned, line) {
				warned = append(warned, line)
			}
		}
		if r.Latency.Noisy() {
			noisy = append(noisy, fmt.Sprintf("Noisy: %s: %s.", row(r, gs), strings.Join(r.Latency.Noise, "; ")))
		}
	}
	const most = 4
	if len(warned) > most {
		warned = append(warned[:most-1], fmt.Sprintf("And %d warnings more, at the end.", len(warned)-most+1))
	}
	if len(noisy) > most {
		noisy = []string{fmt.Sprintf("Noisy: %d of %d figures, each with a *: measure again on a quiet machine before you believe them.", len(noisy), len(rs))}
	}
	return slices.Concat(lines, warned, noisy)
}

// overview is what all records are shown in together.
func overview(rs []record.Record) []named {
	figures := []named{{"latency", latencies(rs)}}
	if f, ok := framesInFlight(rs); ok {
		figures = append(figures, named{"throughput", f})
	}
	for _, f := range sweeps(rs) {
		figures = append(figures, named{"sweep", f})
	}
	return figures
}

// details is what is shown of records that were measured in turns.
func details(rs []record.Record) (figures []named) {
	add := func(name string, f chart.Figure, ok bool) {
		if ok {
			figures = append(figures, named{name, f})
		}
	}
	stages, ok := stagesOf(rs)
	add("stages", stages, ok)
	sides := sidesOf(rs)
	kernels, ok := layersOf(sides, ByOp, "Layers, by kind of kernel")
	add("kernels", kernels, ok)
	layers, ok := layersOf(sides, ByLayer, "Layers")
	add("layers", layers, ok)
	roofs, ok := rooflines(sides)
	add("roofline", roofs, ok)
	first, ok := starts(rs)
	add("start", first, ok)
	return figures
}

// sidesOf are the fastest GPU record and the fastest CPU record, or what there is.
func sidesOf(rs []record.Record) (sides []*record.Record) {
	for _, b := range []string{"gpu", "cpu"} {
		if r := fastest(rs, b); r != nil {
			sides = append(sides, r)
		}
	}
	if sides == nil {
		sides = []*record.Record{&rs[0]}
	}
	return sides
}

func hue(r *record.Record) chart.Hue {
	switch r.Test.Backend {
	case "gpu":
		return chart.Blue
	case "cpu":
		return chart.Orange
	}
	return chart.Slate
}

// labels tell records apart by the parameters that differ. Those which records that
// were measured in turns have in common are told for the group.
func labels(rs []record.Record) (groups, names []string) {
	shown, _ := pick(rs)
	parameters := parameters(rs)
	groups, names = make([]string, len(rs)), make([]string, len(rs))
	for i := range rs {
		r := &rs[i]
		names[i] = name(r)
		var words []string
		for _, c := range shown {
			known := slices.ContainsFunc(parameters, func(p column) bool { return p.name == c.name })
			if !known || slices.Contains([]string{"backend", "precision", "maps", "fused", "threads", "in flight"}, c.name) {
				continue
			}
			if t := c.text(r); t != "" && c.name == "repeat" {
				words = append(words, "repeat "+t)
			} else if t != "" {
				words = append(words, t)
			}
		}
		groups[i] = strings.Join(words, ", ")
	}
	return groups, names
}

func medianWords(median float64, low, high record.Number, noisy bool) string {
	words := figure(median) + mark(noisy) + " ms"
	s := record.Summary{MedianMS: median, LowMS: low, HighMS: high}
	if i := interval(&s); i != "" {
		words += " (" + i + ")"
	}
	return words
}

func strip(group, name string, r *record.Record, s *record.Series) chart.Strip {
	return chart.Strip{Group: group, Name: name, Figure: medianWords(s.Wall.MedianMS, s.Wall.LowMS, s.Wall.HighMS, s.Noisy()), Hue: hue(r),
		Values: s.WallMS, Median: s.Wall.MedianMS, Low: float64(s.Wall.LowMS), High: float64(s.Wall.HighMS)}
}

func latencies(rs []record.Record) chart.Figure {
	c := &chart.Strips{Axis: "milliseconds a run", Unit: "ms"}
	groups, names := labels(rs)
	for i := range rs {
		c.Rows = append(c.Rows, strip(groups[i], names[i], &rs[i], &rs[i].Latency.Series))
	}
	return chart.Figure{Title: "Latency of one frame", Chart: c,
		Notes: []string{"Each dot is a run, the first at the top of its row and the last at the bottom. The line is the median, the bar its 95 % interval; * is noisy."}}
}

func framesInFlight(rs []record.Record) (chart.Figure, bool) {
	c := &chart.Strips{Axis: "milliseconds a frame", Unit: "ms a frame"}
	groups, names := labels(rs)
	inFlight := map[int]bool{}
	for i := range rs {
		if t := rs[i].Throughput; t != nil {
			s := strip(groups[i], names[i], &rs[i], &t.Series)
			s.Figure += fmt.Sprintf(", %s pictures a second", figure(pictures(&rs[i])))
			c.Rows = append(c.Rows, s)
			inFlight[t.InFlight] = true
		}
	}
	heading := "Time of a frame, several in flight"
	for n := range inFlight {
		if len(inFlight) == 1 {
			heading = fmt.Sprintf("Time of a frame, %d in flight", n)
		}
	}
	return chart.Figure{Title: heading, Chart: c, Notes: []string{"Each dot is the mean of a block of frames."}}, len(c.Rows) > 0
}

func milliseconds(ms float64) string { return figure(ms) + " ms" }

// stagesOf shows where GPUs' runs spend their time, and how long the GPU works.
func stagesOf(rs []record.Record) (chart.Figure, bool) {
	c := &chart.Stacks{Axis: "milliseconds, medians", Unit: "ms"}
	for i := range rs {
		r := &rs[i]
		s := r.Stages
		if s == nil || r.Test.Backend != "gpu" {
			continue
		}
		part := func(name string, t *record.Timing, h chart.Hue) chart.StackPart {
			return chart.StackPart{Name: name, Words: milliseconds(t.MedianMS), Value: t.MedianMS, Hue: h}
		}
		c.Rows = append(c.Rows, chart.Stack{Name: name(r), Parts: []chart.StackPart{
			part("upload", &s.Upload, chart.Purple), part("submit", &s.Submit, chart.Blue), part("wait", &s.Wait, chart.Teal),
			part("readback", &s.Readback, chart.Red), part("to the GL thread and back", &s.Rest, chart.Slate),
		}})
		if s.Busy != nil {
			c.Rows = append(c.Rows, chart.Stack{Name: "the GPU works", Parts: []chart.StackPart{
				{Skip: true, Value: s.Upload.MedianMS}, part("the GPU, by its own clock", s.Busy, chart.Green),
			}})
		}
	}
	f := chart.Figure{Title: "Stages of a run on the GPU", Chart: c}
	for i := range rs {
		if line := stages(&rs[i]); line != "" {
			f.Notes = append(f.Notes, line+".")
		}
	}
	return f, len(c.Rows) > 0
}

// layersOf holds the layers of both sides against each other.
func layersOf(sides []*record.Record, g Grouping, heading string) (chart.Figure, bool) {
	c := &chart.Bars{Axis: "milliseconds, medians", Unit: "ms"}
	f := chart.Figure{Title: heading, Chart: c}
	timed := false
	for _, r := range sides {
		c.Sides = append(c.Sides, chart.Side{Name: name(r), Hue: hue(r)})
		if s := r.LayerSum; s != nil && s.Missing != "" {
			f.Notes = append(f.Notes, fmt.Sprintf("%s: no times of layers: %s.", name(r), s.Missing))
		} else if s != nil && g == ByOp {
			f.Notes = append(f.Notes, name(r)+": "+difference(s)+".")
		}
	}
	for _, p := range parts(sides, g) {
		row := chart.BarRow{Name: p.name}
		if !strings.ContainsFunc(p.name, unicode.IsLetter) { // exporters number what has no name
			row.Name += " " + p.kernel
		}
		for i := range sides {
			s := p.sides[i]
			if !s.timed {
				row.Values, row.Words = append(row.Values, math.NaN()), append(row.Words, "")
				continue
			}
			timed = true
			row.Values, row.Words = append(row.Values, s.ms), append(row.Words, figure(s.ms))
		}
		c.Rows = append(c.Rows, row)
	}
	return f, timed
}

// starts shows what it takes until there is a first result.
func starts(rs []record.Record) (chart.Figure, bool) {
	c := &chart.Stacks{Axis: "milliseconds", Unit: "ms"}
	_, names := labels(rs)
	for i := range rs {
		s := rs[i].Start
		if s.TotalMS <= 0 {
			continue
		}
		row := chart.Stack{Name: names[i]}
		for _, p := range []struct {
			name string
			ms   float64
			hue  chart.Hue
		}{{"open the device, test it", s.OpenMS, chart.Blue}, {"load the model", s.LoadMS, chart.Purple},
			{"plan, weights, programs", s.PrepareMS, chart.Teal}, {"first run", s.FirstMS, chart.Orange}} {
			row.Parts = append(row.Parts, chart.StackPart{Name: p.name, Words: milliseconds(p.ms), Value: p.ms, Hue: p.hue})
		}
		c.Rows = append(c.Rows, row)
	}
	f := chart.Figure{Title: "Time to the first result", Chart: c}
	for i := range rs {
		if rs[i].Start.TotalMS > 0 {
			f.Notes = append(f.Notes, start(&rs[i])+".")
		}
	}
	return f, len(c.Rows) > 0
}
