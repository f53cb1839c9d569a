package chart

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Stacks shows what things are made of: a row a thing, its parts one after the other.
type Stacks struct {
	Axis string
	Unit string
	Rows []Stack
}

// Stack is a row.
type Stack struct {
	Name  string
	Parts []StackPart
}

// StackPart is a part, or where Skip is set a gap before the next.
type StackPart struct {
	Name  string
	Words string // value and unit
	Value float64
	Hue   Hue
	Skip  bool
}

const stackHeight vg.Length = 26

func (s *Stacks) entries() (es []entry) {
	seen := map[string]bool{}
	for _, r := range s.Rows {
		for _, p := range r.Parts {
			if !p.Skip && !seen[p.Name] {
				seen[p.Name] = true
				es = append(es, entry{p.Name, p.Hue})
			}
		}
	}
	return es
}

func (s *Stacks) Height() vg.Length {
	return 42 + legendHeight*vg.Length(legendRows(s.entries(), Width)) + stackHeight*vg.Length(len(s.Rows))
}

func (s *Stacks) draw(c draw.Canvas) {
	c = legend(c, s.entries())
	p := newPlot()
	p.X.Min, p.X.Max = 0, 0
	var ticks []plot.Tick
	for i, r := range s.Rows {
		sum := 0.0
		for _, x := range r.Parts {
			sum += positive(x.Value)
		}
		p.X.Max = max(p.X.Max, sum)
		ticks = append(ticks, plot.Tick{Value: -float64(i), Label: Shorten(r.Name, mostLetters)})
	}
	if p.X.Max <= 0 || !finite(p.X.Max) {
		p.X.Max = 1
	}
	p.X.Max *= 1.02
	p.X.Label.Text, p.X.Tick.Marker = s.Axis, linear{8}
	p.Y.Min, p.Y.Max = 0.5-float64(len(s.Rows)), 0.5
	p.Y.Tick.Label.Color, p.Y.Tick.Marker = Ink.paint(), plot.ConstantTicks(ticks)
	p.Add(plotterFunc(func(c draw.Canvas, p *plot.Plot) {
		grid(c, p, true, false)
		trX, trY := p.Transforms(&c)
		for i, r := range s.Rows {
			middle, at := trY(-float64(i)), 0.0
			for _, x := range r.Parts {
				begin := trX(at)
				at += positive(x.Value)
				if x.Skip || positive(x.Value) == 0 {
					continue
				}
				end := max(trX(at), begin+0.4)
				box(c, x.Hue, begin, middle-8, end, middle+8)
				tip(c, fmt.Sprintf("%s, %s: %s", Clean(r.Name), Clean(x.Name), x.Words))
				if words := textStyle(Paper, small); words.Width(x.Words) < end-begin-4 {
					write(c, Paper, small, (begin+end)/2, middle, draw.XCenter, draw.YCenter, x.Words)
				}
			}
		}
	}))
	p.Draw(c)
}

func positive(v float64) float64 {
	if !finite(v) || v < 0 {
		return 0
	}
	return v
}
