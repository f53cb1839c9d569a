package report

import (
	"fmt"

	"github.com/shufflegl/shufflegl/internal/chart"
	"github.com/shufflegl/shufflegl/internal/record"
)

// HowToPeak says how to learn what the device can do at best.
const HowToPeak = "gpubench peak -o peak.jsonl, on the same machine, and peak.jsonl beside the results"

// rooflines holds each launch against what the device can do at best.
func rooflines(sides []*record.Record) (chart.Figure, bool) {
	c := &chart.Roofline{}
	f := chart.Figure{Title: "Launches against what the device can do", Chart: c,
		Notes: []string{"Each dot is a launch: its area is its share of the time. The lines are the most that the device's arithmetic and memory allow."}}
	shown, hidden, roofs := 0, 0, 0
	for _, r := range sides {
		p := chart.Panel{Title: name(r) + ": " + r.Device.Name, Roof: roof(r.Peak)}
		for _, l := range r.Layers {
			if l.Time == nil {
				continue
			}
			if l.MACs <= 0 || l.Bytes <= 0 || l.Time.MedianMS <= 0 {
				hidden++
				continue
			}
			shown++
			words := fmt.Sprintf("%s, %s: %s ms, %s GMAC/s, %s GB/s", chart.Clean(l.Name), chart.Clean(l.Kernel), figure(l.Time.MedianMS),
				rate(l.MACs, l.Time.MedianMS), rate(l.Bytes, l.Time.MedianMS))
			if s := ofPeak(r.Peak.LeastMS(l.MACs, l.Bytes), l.Time.MedianMS); s != "" {
				words += ", " + s + " of the peak"
			}
			p.Points = append(p.Points, chart.Point{Kind: l.Kernel, MACs: float64(l.MACs), Bytes: float64(l.Bytes), MS: l.Time.MedianMS, Tip: words})
		}
		if len(p.Points) == 0 {
			continue
		}
		if r.Peak != nil {
			roofs++
		} else {
			f.Notes = append(f.Notes, fmt.Sprintf("%s: its roof is not known: %s, tell.", name(r), HowToPeak))
		}
		c.Panels = append(c.Panels, p)
	}
	if hidden > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d launches without multiply-adds, or too short to time, have no place here.", hidden))
	}
	return f, shown > 0
}

// roof is a device's peak in words; the best memory comes first.
func roof(p *record.Peak) (roof chart.Roof) {
	if p == nil {
		return roof
	}
	roof.GMACs = p.GMACs
	if p.GMACs > 0 {
		roof.Words = fmt.Sprintf("%s GMAC/s: %s", figure(p.GMACs), p.GMACsOf)
	}
	for _, m := range p.Memory {
		roof.Slopes = append(roof.Slopes, chart.Slope{GBs: m.GBs, Words: fmt.Sprintf("%s GB/s: %s", figure(m.GBs), m.Of)})
	}
	return roof
}

// ofPeak is how much of what was possible was reached; empty if that is not known.
func ofPeak(leastMS, ms float64) string {
	if leastMS <= 0 || ms <= 0 {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100*leastMS/ms)
}
