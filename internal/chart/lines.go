package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lines shows how a figure changes with a parameter.
type Lines struct {
	XAxis, YAxis string
	Places       []Place // on the x axis, in order
	Lines        []Line
}

// Place is a value of the parameter. Places stand at even distances if any value is
// not positive, else by their logarithms.
type Place struct {
	Value float64
	Words string
}

// Line is a series.
type Line struct {
	Name   string
	Hue    Hue
	Points []LinePoint
}

// LinePoint is a value at a place, with its interval; NaN is none.
type LinePoint struct {
	Place        int
	Y, Low, High float64
	Tip          string
}

const linesHeight vg.Length = 230

func (l *Lines) entries() (es []entry) {
	for _, x := range l.Lines {
		es = append(es, entry{Shorten(x.Name, 60), x.Hue})
	}
	return es
}

func (l *Lines) Height() vg.Length {
	return linesHeight + legendHeight*vg.Length(legendRows(l.entries(), Width)) + 4
}

func (l *Lines) draw(c draw.Canvas) {
	c = legend(c, l.entries())
	p := newPlot()
	x := make([]float64, len(l.Places))
	even := false
	for _, q := range l.Places {
		even = even || !finite(q.Value) || q.Value <= 0
	}
	var ticks []plot.Tick
	for i, q := range l.Places {
		x[i] = float64(i)
		if !even {
			x[i] = math.Log2(q.Value)
		}
		ticks = append(ticks, plot.Tick{Value: x[i], Label: Shorten(q.Words, 16)})
	}
	p.X.Min, p.X.Max = around(x[0], x[len(x)-1], 0.06, false)
	p.X.Tick.Marker, p.X.Label.Text = plot.ConstantTicks(ticks), l.XAxis
	low, high := math.Inf(1), math.Inf(-1)
	for _, line := range l.Lines {
		for _, q := range line.Points {
			if finite(q.Y) {
				low, high = min(low, q.Y), max(high, q.Y)
			}
			if finite(q.Low, q.High) {
				low, high = min(low, q.Low), max(high, q.High)
			}
		}
	}
	p.Y.Label.Text = l.YAxis
	switch {
	case !finite(low, high):
		p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, 1, linear{6}
	case low > 0 && high/low > logFrom:
		p.Y.Min, p.Y.Max = around(low, high, 0.06, true)
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logarithmic{9}
		p.Y.Label.Text += ", logarithmic"
	default:
		p.Y.Min, p.Y.Max, p.Y.Tick.Marker = min(low, 0), high+0.06*math.Abs(high), linear{6}
		if p.Y.Max <= p.Y.Min {
			p.Y.Max = p.Y.Min + 1
		}
	}
	p.Add(plotterFunc(func(c draw.Canvas, p *plot.Plot) {
		grid(c, p, false, true)
		trX, trY := p.Transforms(&c)
		for i, line := range l.Lines {
			// Beside each other, so that intervals can be told apart.
			shift := 3 * (vg.Length(i) - vg.Length(len(l.Lines)-1)/2)
			var way []vg.Point
			for _, q := range line.Points {
				if finite(q.Y) {
					way = append(way, vg.Point{X: trX(x[q.Place]) + shift, Y: trY(q.Y)})
				}
			}
			c.StrokeLines(draw.LineStyle{Color: line.Hue.faint(150), Width: 1.4}, way)
			for _, q := range line.Points {
				if !finite(q.Y) {
					continue
				}
				at := vg.Point{X: trX(x[q.Place]) + shift, Y: trY(q.Y)}
				if finite(q.Low, q.High) {
					c.StrokeLine2(draw.LineStyle{Color: line.Hue.paint(), Width: 1.4}, at.X, trY(q.Low), at.X, trY(q.High))
				}
				c.DrawGlyphNoClip(draw.GlyphStyle{Color: line.Hue.paint(), Radius: 3, Shape: draw.CircleGlyph{}}, at)
				tip(c, q.Tip)
			}
		}
	}))
	p.Draw(c)
}
