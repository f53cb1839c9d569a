package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// notes are what to know about records: devices, where layers ran, start,
// stages, verdicts, and what makes figures doubtful. Nothing is said twice.
func notes(rs []record.Record) []string {
	var lines []string
	say := func(format string, args ...any) {
		if line := fmt.Sprintf(format, args...); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for i := range rs {
		say("%s", device(&rs[i]))
	}
	for i := range rs {
		if line := atBest(&rs[i]); line != "" {
			say("%s", line)
		}
	}
	if line := circumstances(&rs[len(rs)-1].Context); line != "" {
		say("%s", line)
	}
	gs := groups(rs)
	if len(gs) == 1 {
		for i := range rs {
			if line := stages(&rs[i]); line != "" {
				say("%s", line)
			}
			say("%s", start(&rs[i]))
		}
	}
	for _, g := range gs {
		for _, line := range Verdict(g) {
			switch {
			case len(gs) == 1 || strings.HasPrefix(line, notePrefix):
				say("%s", line)
			case !strings.HasPrefix(line, agreePrefix): // the table has the errors
				say("%s %s: %s", g[0].Model.Name, inputShape(&g[0]), line)
			}
		}
	}
	for _, g := range gs {
		if how := g[0].Context.Pace.Since(gs[0][0].Context.Pace); len(how) > 0 {
			say("warning: the machine had another pace for %s %s than for %s %s: %s", g[0].Model.Name, inputShape(&g[0]),
				gs[0][0].Model.Name, inputShape(&gs[0][0]), strings.Join(how, ", "))
		}
	}
	for i := range rs {
		r := &rs[i]
		if r.Latency.Noisy() {
			say("* %s: %s", row(r, gs), strings.Join(r.Latency.Noise, "; "))
		}
		if t := r.Throughput; t != nil && t.Noisy() {
			say("* %s, pictures/s: %s", row(r, gs), strings.Join(t.Noise, "; "))
		}
		for _, w := range r.Context.Warnings {
			say("warning: %s", w)
		}
		if r.Run.Interrupted {
			say("warning: %s was interrupted after %d runs", r.Model.Name, r.Latency.Wall.N)
		}
	}
	return lines
}

// row names a record among others.
func row(r *record.Record, gs [][]record.Record) string {
	if len(gs) == 1 {
		return name(r)
	}
	return fmt.Sprintf("%s %s on %s", r.Model.Name, inputShape(r), name(r))
}

// device says what a record ran on, and that all of it did.
func device(r *record.Record) string {
	where, tuned := map[string]int{}, 0
	var order []string
	for _, l := range r.Layers {
		if where[l.Backend] == 0 {
			order = append(order, l.Backend)
		}
		where[l.Backend] += l.Launches
		if l.Tuned != "" {
			tuned += l.Launches
		}
	}
	text := fmt.Sprintf("%s: %s; %s", r.Test.Backend, r.Device.Name, r.Device.Driver)
	for _, b := range order {
		text += fmt.Sprintf("; %d of %d launches on the %s", where[b], r.Model.Launches, b)
	}
	if tuned > 0 {
		text += fmt.Sprintf(", %d of them tuned", tuned)
	}
	if r.Test.Maps != "" {
		text += "; maps in a " + strings.Replace(r.Test.Maps, "tbo", "texture buffer", 1)
	}
	if r.Device.MemoryBytes > 0 {
		text += "; " + size(r.Device.MemoryBytes) + " of its memory"
	}
	return text
}

// atBest says what "of peak" is a share of.
func atBest(r *record.Record) string {
	p := r.Peak
	if p == nil {
		return ""
	}
	var words []string
	if p.GMACs > 0 {
		words = append(words, fmt.Sprintf("%s GMAC/s (%s)", figure(p.GMACs), p.GMACsOf))
	}
	for _, m := range p.Memory {
		if m.GBs > 0 && m.GBs == p.GBs() {
			words = append(words, fmt.Sprintf("%s GB/s (%s)", figure(m.GBs), m.Of))
			break
		}
	}
	text := fmt.Sprintf("%s at its best: %s; the layers would then take %s ms", name(r), strings.Join(words, " and "), figure(r.LeastMS()))
	for _, l := range r.Layers {
		if l.Time != nil && l.Time.MedianMS > 0 && r.Peak.LeastMS(l.MACs, l.Bytes) > l.Time.MedianMS*beyondPeak {
			return text + "; but " + l.Name + " was quicker than that: measure the peak again, on a quiet machine"
		}
	}
	return text
}

// beyondPeak is how much quicker than possible a layer may seem to be.
const beyondPeak = 1.05

// stages says where a GPU's run spends its time.
func stages(r *record.Record) string {
	s := r.Stages
	if s == nil || r.Test.Backend != "gpu" {
		return ""
	}
	text := fmt.Sprintf("%s, ms: upload %s, submit %s, wait %s, readback %s, rest %s", name(r), figure(s.Upload.MedianMS),
		figure(s.Submit.MedianMS), figure(s.Wait.MedianMS), figure(s.Readback.MedianMS), figure(s.Rest.MedianMS))
	if s.Busy != nil {
		text += fmt.Sprintf("; meanwhile the GPU is busy for %s", figure(s.Busy.MedianMS))
	}
	if s.Disjoint > 0 {
		text += fmt.Sprintf("; %d runs thrown away, as the GPU's clock changed its pace", s.Disjoint)
	}
	return text
}

// start says what it costs until there is a first result.
func start(r *record.Record) string {
	s := r.Start
	text := fmt.Sprintf("%s, ms to the first result: %s (open %s, load %s, prepare %s, run %s)", name(r), figure(s.TotalMS),
		figure(s.OpenMS), figure(s.LoadMS), figure(s.PrepareMS), figure(s.FirstMS))
	if s.ProgramsColdMS != nil {
		text += fmt.Sprintf("; %d programs take %s ms to build", s.Programs, figure(*s.ProgramsColdMS))
		if s.ProgramsCacheMS != nil {
			text += fmt.Sprintf(", %s from the cache", figure(*s.ProgramsCacheMS))
		}
	}
	return text
}
