package chart

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars holds things side by side: a row a thing, with a bar of each side.
type Bars struct {
	Axis  string
	Unit  string
	Sides []Side
	Rows  []BarRow
}

// Side is what is held against others.
type Side struct {
	Name string
	Hue  Hue
}

// BarRow has a value and its words for each side; NaN is none.
type BarRow struct {
	Name   string
	Values []float64
	Words  []string
}

func (b *Bars) barHeight() vg.Length { return 8 }

func (b *Bars) rowHeight() vg.Length { return b.barHeight()*vg.Length(len(b.Sides)) + 6 }

func (b *Bars) entries() (es []entry) {
	if len(b.Sides) > 1 {
		for _, s := range b.Sides {
			es = append(es, entry{s.Name, s.Hue})
		}
	}
	return es
}

func (b *Bars) Height() vg.Length {
	return 40 + legendHeight*vg.Length(legendRows(b.entries(), Width)) + b.rowHeight()*vg.Length(len(b.Rows))
}

func (b *Bars) draw(c draw.Canvas) {
	c = legend(c, b.entries())
	p := newPlot()
	p.X.Min, p.X.Max = 0, 0
	for _, r := range b.Rows {
		for _, v := range r.Values {
			if finite(v) {
				p.X.Max = max(p.X.Max, v)
			}
		}
	}
	if p.X.Max <= 0 {
		p.X.Max = 1
	}
	p.X.Max *= 1.09 // for the words behind the longest
	p.X.Label.Text, p.X.Tick.Marker = b.Axis, linear{8}
	p.Y.Min, p.Y.Max = 0.5-float64(len(b.Rows)), 0.5
	var ticks []plot.Tick
	for i, r := range b.Rows {
		ticks = append(ticks, plot.Tick{Value: -float64(i), Label: Shorten(r.Name, mostLetters)})
	}
	p.Y.Tick.Label.Color = Ink.paint()
	p.Y.Tick.Marker = plot.ConstantTicks(ticks)
	p.Add(plotterFunc(func(c draw.Canvas, p *plot.Plot) {
		grid(c, p, true, false)
		trX, trY := p.Transforms(&c)
		for i, r := range b.Rows {
			top := trY(-float64(i)) + b.barHeight()*vg.Length(len(b.Sides))/2
			for j, v := range r.Values {
				if !finite(v) || v < 0 {
					continue
				}
				y := top - b.barHeight()*vg.Length(j)
				box(c, b.Sides[j].Hue, c.Min.X, y-b.barHeight()+1, max(trX(v), c.Min.X+0.5), y)
				tip(c, fmt.Sprintf("%s, %s: %.4g %s", Clean(r.Name), Clean(b.Sides[j].Name), v, b.Unit))
				write(c, Muted, tiny, max(trX(v), c.Min.X+0.5)+3, y-b.barHeight()/2+0.5, draw.XLeft, draw.YCenter, r.Words[j])
			}
		}
	}))
	p.Draw(c)
}
