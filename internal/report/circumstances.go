package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// machines describes each machine and version that records are of, once.
func machines(rs []record.Record) (all []facts) {
	seen := map[string]bool{}
	for i := range rs {
		r := &rs[i]
		m, l := r.Context.Machine, r.Context.Library
		key := fmt.Sprintf("%+v %+v", m, l)
		if seen[key] {
			continue
		}
		seen[key] = true
		var f facts
		say := func(name, value string) {
			if value != "" {
				f = append(f, [2]string{name, value})
			}
		}
		say("board", m.Board)
		cores := ""
		if m.Cores > 0 {
			cores = fmt.Sprintf(", %d cores", m.Cores)
		}
		if m.Virtual {
			cores += " of a virtual machine"
		}
		say("CPU", m.CPU+cores)
		if m.MemoryBytes > 0 {
			say("memory", size(m.MemoryBytes))
		}
		say("system", strings.TrimSpace(strings.Join([]string{m.OS, m.Arch, m.Kernel}, " ")))
		for j := range rs {
			if o := &rs[j]; o.Context.Machine == m {
				gl := ""
				if o.Device.GL != "" {
					gl = "; by " + o.Device.GL
				}
				if value := o.Device.Name + "; " + o.Device.Driver + gl; !slices.Contains(f, [2]string{o.Test.Backend, value}) {
					say(o.Test.Backend, value)
				}
			}
		}
		built := ""
		if l.Go != "" {
			built = "; " + l.Go
			if !l.CGO {
				built += ", without cgo"
			}
		}
		say("shufflegl", version(l)+built)
		all = append(all, f)
	}
	return all
}

// states says what the machine was like before and after each group, and what it did
// meanwhile. Only columns with something in them are shown.
func states(rs []record.Record) grid {
	type column struct {
		name string
		text func(*record.Record) string
	}
	change := func(text func(*record.State) string) func(*record.Record) string {
		return func(r *record.Record) string {
			before, after := text(&r.Context.Before), text(&r.Context.After)
			if before == after || after == "" {
				return before
			}
			return or(before, "?") + " → " + after
		}
	}
	cores := func(x func(*record.Context) *float64) func(*record.Record) string {
		return func(r *record.Record) string {
			if v := x(&r.Context); v != nil {
				return fmt.Sprintf("%.2f cores", *v)
			}
			return ""
		}
	}
	gs := groups(rs)
	columns := []column{
		{"test", func(r *record.Record) string { return fmt.Sprintf("%s, %s", r.Model.Name, inputShape(r)) }},
		{"CPU clocks", change(func(s *record.State) string { return clocks(s.CPUs) })},
		{"GPU clocks", change(func(s *record.State) string { return clocks(s.GPUs) })},
		{"temperatures", change(temperatures)},
		{"throttled", change(func(s *record.State) string { return strings.Join(s.Throttled, ", ") })},
		{"load", change(func(s *record.State) string {
			if len(s.Load) == 0 {
				return ""
			}
			return fmt.Sprintf("%.1f", s.Load[0])
		})},
		{"free memory", change(func(s *record.State) string {
			if s.FreeBytes <= 0 {
				return ""
			}
			return size(s.FreeBytes)
		})},
		{"other programs", cores(func(c *record.Context) *float64 { return c.OthersCPU })},
		{"kept back by the host", cores(func(c *record.Context) *float64 { return c.StealCPU })},
		{"pace", func(r *record.Record) string {
			if r.Context.Pace == nil {
				return ""
			}
			return r.Context.Pace.String()
		}},
		{"peak memory", func(r *record.Record) string {
			if r.Context.PeakRSSBytes <= 0 {
				return ""
			}
			return size(r.Context.PeakRSSBytes)
		}},
		{"warnings", func(r *record.Record) string { return strings.Join(r.Context.Warnings, "; ") }},
	}
	var g grid
	g.Rows = make([][]string, len(gs))
	for _, c := range columns {
		texts, any := make([]string, len(gs)), false
		for i := range gs {
			texts[i] = c.text(&gs[i][0])
			any = any || texts[i] != ""
		}
		if !any || c.name == "test" && len(gs) == 1 {
			continue
		}
		g.Head = append(g.Head, c.name)
		for i := range gs {
			g.Rows[i] = append(g.Rows[i], or(texts[i], "-"))
		}
	}
	if len(g.Head) == 0 {
		g.Rows = nil
	}
	return g
}

func clocks(cs []record.Clock) string {
	var words []string
	for _, c := range cs {
		text := fmt.Sprintf("%s %.0f", c.Name, c.MHz)
		if c.MaxMHz > 0 {
			text += fmt.Sprintf(" of %.0f", c.MaxMHz)
		}
		words = append(words, strings.TrimSpace(text+" MHz "+c.Governor))
	}
	return strings.Join(words, ", ")
}

func temperatures(s *record.State) string {
	var words []string
	for _, t := range s.Temperatures {
		words = append(words, fmt.Sprintf("%s %.0f °C", t.Name, t.Celsius))
	}
	return strings.Join(words, ", ")
}
