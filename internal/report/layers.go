package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// Grouping says what a row of a table of layers is.
type Grouping string

const (
	NoLayers Grouping = "none"
	ByOp     Grouping = "op"    // kind of kernel
	ByStage  Grouping = "stage" // part of the network
	ByLayer  Grouping = "layer"
)

// Groupings lists the words.
func Groupings() []string {
	return []string{string(ByOp), string(ByStage), string(ByLayer), string(NoLayers)}
}

// block is a table with a title and notes.
type block struct {
	title string
	rows  [][]string
	notes []string
}

// layerBlocks makes the tables of layers of records that were measured in turns:
// one of the fastest GPU record beside the fastest CPU record, and one of each
// other. The same layers of the model are in the same row, whatever was fused.
func layerBlocks(rs []record.Record, g Grouping) []block {
	if g == NoLayers || g == "" {
		return nil
	}
	var blocks []block
	gpu, cpu := fastest(rs, "gpu"), fastest(rs, "cpu")
	if gpu != nil && cpu != nil {
		blocks = append(blocks, layerBlock([]*record.Record{gpu, cpu}, g))
	}
	for i := range rs {
		if r := &rs[i]; gpu == nil || cpu == nil || r != gpu && r != cpu {
			blocks = append(blocks, layerBlock([]*record.Record{r}, g))
		}
	}
	return slices.DeleteFunc(blocks, func(b block) bool { return b.rows == nil })
}

// part is what a row of a table is of: layers of one side and of the other.
type part struct {
	name   string
	kernel string // of the first of its layers
	sides  [2]cost
}

// cost adds up layers.
type cost struct {
	macs, bytes int64
	launches    int
	ms, leastMS float64
	timed       bool
}

func (c *cost) add(layers []record.Layer, p *record.Peak) {
	for _, l := range layers {
		c.macs, c.bytes, c.launches, c.leastMS = c.macs+l.MACs, c.bytes+l.Bytes, c.launches+l.Launches, c.leastMS+p.LeastMS(l.MACs, l.Bytes)
		if l.Time != nil {
			c.ms, c.timed = c.ms+l.Time.MedianMS, true
		}
	}
}

func layerBlock(sides []*record.Record, g Grouping) block {
	var b block
	timed := false
	for _, r := range sides {
		if s := r.LayerSum; s != nil && s.Missing != "" {
			b.notes = append(b.notes, fmt.Sprintf("%s: no times of layers: %s", name(r), s.Missing))
		} else if s != nil {
			timed = true
			b.notes = append(b.notes, name(r)+": "+difference(s))
		}
	}
	if !timed {
		return block{}
	}
	var names []string
	for _, r := range sides {
		names = append(names, name(r))
	}
	b.title = fmt.Sprintf("%s, by %s: %s", sides[0].Model.Name, g, strings.Join(names, " and "))
	b.rows = [][]string{{string(g), "M mult-adds"}}
	for _, r := range sides {
		b.rows[0] = append(b.rows[0], "launches on "+name(r), "ms", "share", "GMAC/s", "GB/s")
		if r.Peak != nil {
			b.rows[0] = append(b.rows[0], "of peak")
		}
	}
	if len(sides) == 2 {
		b.rows[0] = append(b.rows[0], "ratio")
	}
	var total part
	total.name = "sum"
	parts := parts(sides, g)
	for _, p := range parts {
		for i := range p.sides {
			t, s := &total.sides[i], p.sides[i]
			t.macs, t.bytes, t.launches = t.macs+s.macs, t.bytes+s.bytes, t.launches+s.launches
			t.ms, t.leastMS, t.timed = t.ms+s.ms, t.leastMS+s.leastMS, t.timed || s.timed
		}
	}
	for _, p := range append(parts, total) {
		b.rows = append(b.rows, p.row(sides, total))
	}
	return b
}

// parts joins the layers of both sides, and adds up what has the same name.
func parts(sides []*record.Record, g Grouping) []part {
	var other []record.Layer
	if len(sides) == 2 {
		other = sides[1].Layers
	}
	var all []part
	for _, p := range record.Join(sides[0].Layers, other) {
		n := g.name(p)
		if g == ByLayer && slices.ContainsFunc(append(p.A[:len(p.A):len(p.A)], p.B...), func(l record.Layer) bool { return l.Tuned != "" }) {
			n += " (tuned)"
		}
		i := slices.IndexFunc(all, func(q part) bool { return q.name == n })
		if i < 0 || g == ByLayer {
			i, all = len(all), append(all, part{name: n, kernel: ByOp.name(p)})
		}
		all[i].sides[0].add(p.A, sides[0].Peak)
		if len(sides) == 2 {
			all[i].sides[1].add(p.B, sides[1].Peak)
		}
	}
	return all
}

// name says which row a pair belongs to: the side that fuses more has the word.
func (g Grouping) name(p record.Pair) string {
	side := p.A
	if len(side) == 0 || len(p.B) > 0 && len(p.B) < len(side) {
		side = p.B
	}
	switch g {
	case ByStage:
		return side[0].Stage
	case ByOp:
		return side[0].Kernel
	}
	return side[0].Name
}

func (p part) row(sides []*record.Record, total part) []string {
	row := []string{p.name, figure(float64(max(p.sides[0].macs, p.sides[1].macs)) / 1e6)}
	for i, r := range sides {
		c := p.sides[i]
		n, ms, share, macs, bytes, peak := "-", "-", "-", "-", "-", "-"
		if c.launches > 0 {
			n = fmt.Sprint(c.launches)
		}
		if c.launches > 0 && c.timed {
			ms, macs, bytes, peak = figure(c.ms), or(rate(c.macs, c.ms), "-"), or(rate(c.bytes, c.ms), "-"), or(ofPeak(c.leastMS, c.ms), "-")
			if t := total.sides[i].ms; t > 0 {
				share = fmt.Sprintf("%.0f %%", 100*c.ms/t)
			}
		}
		row = append(row, n, ms, share, macs, bytes)
		if r.Peak != nil {
			row = append(row, peak)
		}
	}
	if len(sides) == 2 {
		ratio := "-"
		if a, b := p.sides[0], p.sides[1]; a.timed && b.timed && b.ms > 0 {
			ratio = figure(a.ms / b.ms)
		}
		row = append(row, ratio)
	}
	return row
}

// difference names what lies between the layers' sum and the whole.
func difference(s *record.LayerSum) string {
	text := fmt.Sprintf("the layers take %s of %s ms", figure(s.SumMS), figure(s.WholeMS))
	var parts []string
	for _, p := range s.Parts {
		if p.MS >= 0.005*s.WholeMS || p.MS <= -0.005*s.WholeMS {
			parts = append(parts, fmt.Sprintf("%s %s", p.Name, figure(p.MS)))
		}
	}
	if len(parts) > 0 {
		text += "; the rest: " + strings.Join(parts, ", ")
	}
	if s.Disjoint > 0 {
		text += fmt.Sprintf("; %d runs thrown away, as the GPU's clock changed its pace", s.Disjoint)
	}
	return text
}

// otherMaps says where feature maps are, if not in a buffer, as they usually are.
func otherMaps(maps string) string {
	if maps == "buffer" {
		return ""
	}
	return maps
}

// name tells a record from those beside it.
func name(r *record.Record) string {
	n := r.Test.Backend
	if r.Test.Precision != "" && r.Test.Precision != "fp32" {
		n += " " + r.Test.Precision
	}
	if m := otherMaps(r.Test.Maps); m != "" {
		n += " " + m
	}
	if r.Test.Fuse != "" {
		n += " fuse=" + r.Test.Fuse
	}
	if r.Test.Threads > 0 {
		n += fmt.Sprintf(" x%d", r.Test.Threads)
	}
	return n
}
