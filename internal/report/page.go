package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/internal/chart"
	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/internal/record"
)

//go:embed page.html page.css
var pageFiles embed.FS

// page is what the template shows.
type page struct {
	Title, How, Headline string
	Caveats              []string
	Style                template.CSS
	Results              grid
	Overview             []picture
	Groups               []section
	Machines             []facts
	States               grid
	Peaks                []grid
	HowToPeak            string // empty where all roofs are known
	Runs                 []facts
	Version              string
}

// grid is a table with a header.
type grid struct {
	Title string
	Head  []string
	Rows  [][]string
	Notes []string
}

// Numbers reports whether a column is of numbers, which stand to the right.
func (g grid) Numbers(column int) bool {
	any := false
	for _, row := range g.Rows {
		text := row[column]
		any = any || text != "-"
		if text != "-" && !(text != "" && text[0] >= '0' && text[0] <= '9') {
			return false
		}
	}
	return any && column > 0
}

// facts are names and values.
type facts [][2]string

// picture is a chart and its words.
type picture struct {
	Title string
	Notes []string
	SVG   template.HTML
}

// section is of records that were measured in turns.
type section struct {
	Title    string
	Open     bool
	Lines    []string
	Pictures []picture
	Tables   []grid
}

// Page writes a page of HTML that needs nothing else: no network, no script, no other
// file. The figures of peak may be none.
func Page(w io.Writer, rs []record.Record, peaks []peak.Figure) error {
	css, err := pageFiles.ReadFile("page.css")
	if err != nil {
		return err
	}
	t, err := template.New("page.html").Funcs(template.FuncMap{"clean": chart.Clean}).ParseFS(pageFiles, "page.html")
	if err != nil {
		return err
	}
	_, common := pick(rs)
	shown, _ := pick(rs)
	lines := heading(rs, common)
	p := page{
		Title: lines[0], How: sentence(lines[1]), Headline: headline(rs), Caveats: caveats(rs),
		Style:    template.CSS(chart.StyleSheet() + string(css)),
		Results:  gridOf("", cells(shown, rs)),
		Overview: drawn(overview(rs)),
		Machines: machines(rs), States: states(rs), Peaks: peakGrids(peaks), Runs: calls(rs),
		Version: version(rs[len(rs)-1].Context.Library),
	}
	gs := groups(rs)
	for _, g := range gs {
		p.Groups = append(p.Groups, sectionOf(g, len(gs) == 1))
	}
	for i := range rs {
		if rs[i].Peak == nil {
			p.HowToPeak = HowToPeak
		}
	}
	return t.Execute(w, p)
}

func gridOf(title string, rows [][]string) grid {
	g := grid{Title: title}
	if len(rows) > 0 {
		g.Head, g.Rows = rows[0], rows[1:]
	}
	return g
}

func drawn(figures []named) (ps []picture) {
	for _, f := range figures {
		label := f.Title
		if len(f.Notes) > 0 {
			label += ". " + f.Notes[0]
		}
		// The chart escapes what it writes.
		ps = append(ps, picture{f.Title, f.Notes, template.HTML(chart.SVG(f.Chart, label))})
	}
	return ps
}

func sectionOf(rs []record.Record, only bool) section {
	s := section{Title: "Where the time goes", Open: only, Pictures: drawn(details(rs))}
	if !only {
		s.Title = fmt.Sprintf("%s, %s", rs[0].Model.Name, inputShape(&rs[0]))
		if n := rs[0].Run.Repeat; n > 0 {
			s.Title += fmt.Sprintf(", repeat %d", n+1)
		}
		s.Title += ": " + headline(rs)
	}
	for i := range rs {
		if line := device(&rs[i]); !slices.Contains(s.Lines, line) {
			s.Lines = append(s.Lines, line)
		}
	}
	for _, line := range Verdict(rs) {
		if strings.HasPrefix(line, agreePrefix) {
			s.Lines = append(s.Lines, line)
		}
	}
	for i := range rs {
		if g := layerGrid(&rs[i]); len(g.Rows) > 0 {
			s.Tables = append(s.Tables, g)
		}
	}
	return s
}

// layerGrid is every launch of a record, with the model's layers that it stands for.
func layerGrid(r *record.Record) grid {
	g := grid{Title: fmt.Sprintf("Every launch on %s: %d", name(r), r.Model.Launches),
		Head: []string{"launch", "kernel", "ran on", "output", "M mult-adds", "kB", "median ms", "95 % interval", "GMAC/s", "GB/s"}}
	if r.Peak != nil {
		g.Head = append(g.Head, "of peak")
	}
	g.Head = append(g.Head, "layers of the model")
	for _, l := range r.Layers {
		row := []string{l.Name, l.Kernel, l.Backend, shapeText(l.Shape), figure(float64(l.MACs) / 1e6), figure(float64(l.Bytes) / 1e3)}
		if t := l.Time; t != nil {
			s := record.Summary{MedianMS: t.MedianMS, LowMS: t.LowMS, HighMS: t.HighMS}
			row = append(row, figure(t.MedianMS), or(interval(&s), "-"), or(rate(l.MACs, t.MedianMS), "-"), or(rate(l.Bytes, t.MedianMS), "-"))
			if r.Peak != nil {
				row = append(row, or(ofPeak(r.Peak.LeastMS(l.MACs, l.Bytes), t.MedianMS), "-"))
			}
		} else {
			row = append(row, "-", "-", "-", "-")
			if r.Peak != nil {
				row = append(row, "-")
			}
		}
		g.Rows = append(g.Rows, append(row, strings.Join(l.Source, ", ")))
	}
	return g
}

func shapeText(shape []int) string {
	words := make([]string, len(shape))
	for i, n := range shape {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, "x")
}

// peakGrids are the figures of peak, a table a device.
func peakGrids(figures []peak.Figure) (gs []grid) {
	for _, f := range figures {
		heading := fmt.Sprintf("%s: %s; %s", f.Backend, f.Device, f.Driver)
		i := slices.IndexFunc(gs, func(g grid) bool { return g.Title == heading })
		if i < 0 {
			i, gs = len(gs), append(gs, grid{Title: heading, Head: []string{"limit", "of", "threads", "best", "median", "unit", "samples", "best way"}})
			if f.Software {
				gs[i].Notes = []string{"This is a software renderer on the CPU: not a GPU's limits."}
			}
		}
		best, median, way := "-", "-", f.Way
		if f.Best != nil && f.Median != nil {
			best, median = figure(*f.Best), figure(*f.Median)
		} else {
			way = "not measured: " + f.Reason
		}
		gs[i].Rows = append(gs[i].Rows, []string{f.Limit, f.Variant, or(positive(f.Threads), "-"), best, median, string(f.Unit), fmt.Sprint(f.Samples), way})
	}
	return gs
}

// calls says how each call of the tool measured.
func calls(rs []record.Record) (all []facts) {
	for i := range rs {
		r := &rs[i]
		if i > 0 && r.Run.ID == rs[i-1].Run.ID {
			continue
		}
		f := facts{{"begun", r.Run.Time.UTC().Format(time.RFC3339)}}
		if len(r.Run.Command) > 0 {
			f = append(f, [2]string{"command", strings.Join(r.Run.Command, " ")})
		}
		f = append(f, [2]string{"run", r.Run.ID},
			[2]string{"pixels", fmt.Sprintf("%s; %d different inputs, in turns", r.Test.Input, r.Test.InputRing)},
			[2]string{"runs", fmt.Sprintf("at least %d and %g s, after at most %d to warm up", r.Test.Runs, r.Test.TimeS, r.Test.WarmupMost)},
			[2]string{"order", fmt.Sprintf("%s; runs of %d ways in turns, in random order (seed %d)", or(r.Test.Order, "given"), r.Test.Interleave, r.Test.OrderSeed)})
		if r.Model.SHA256 != "" {
			f = append(f, [2]string{"SHA-256 of " + r.Model.Source, r.Model.SHA256})
		}
		all = append(all, f)
	}
	return all
}
