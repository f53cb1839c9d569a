// Package chart draws the pictures of reports with gonum's plot: as SVG to stand in
// a page of HTML, and as one PNG. It knows what a picture looks like and nothing of
// what is measured.
//
// Values must be finite, and on logarithmic axes positive; what is not is left out.
package chart

import (
	"math"
	"strings"
	"unicode"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Chart is something to draw.
type Chart interface {
	// Height is how high it is, in points, at Width.
	Height() vg.Length
	// draw fills the canvas.
	draw(c draw.Canvas)
}

// Width is that of all charts, in points. A browser shows a point as 4/3 pixels.
const Width vg.Length = 660

// plotterFunc is a plot.Plotter.
type plotterFunc func(c draw.Canvas, p *plot.Plot)

func (f plotterFunc) Plot(c draw.Canvas, p *plot.Plot) { f(c, p) }

// newPlot is a plot in the style of all charts.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.LineStyle.Width = 0
		a.Padding = 0
		a.Tick.LineStyle.Width = 0
		a.Tick.Length = 3
		a.Tick.Label.Font, a.Tick.Label.Color = sans(small), Muted.paint()
		a.Label.TextStyle.Font, a.Label.TextStyle.Color = sans(small), Muted.paint()
	}
	return p
}

// grid draws lines at an axis' ticks that have a label.
func grid(c draw.Canvas, p *plot.Plot, vertical, horizontal bool) {
	trX, trY := p.Transforms(&c)
	line := draw.LineStyle{Color: Grid.paint(), Width: 0.75}
	if vertical {
		for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
			if x := trX(t.Value); !t.IsMinor() && c.ContainsX(x) {
				c.StrokeLine2(line, x, c.Min.Y, x, c.Max.Y)
			}
		}
	}
	if horizontal {
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			if y := trY(t.Value); !t.IsMinor() && c.ContainsY(y) {
				c.StrokeLine2(line, c.Min.X, y, c.Max.X, y)
			}
		}
	}
}

// tip has a browser show text over what was drawn last, where that is possible.
func tip(c draw.Canvas, text string) {
	switch inner := c.Canvas.(type) {
	case svgCanvas:
		inner.tip(text)
	case draw.Canvas: // a part of one
		tip(inner, text)
	case *draw.Canvas:
		tip(*inner, text)
	}
}

// write writes words at a point.
func write(c draw.Canvas, h Hue, size vg.Length, x, y vg.Length, alignX draw.XAlignment, alignY draw.YAlignment, words string) {
	style := textStyle(h, size)
	style.XAlign, style.YAlign = alignX, alignY
	c.FillText(style, vg.Point{X: x, Y: y}, words)
}

// box fills a rectangle.
func box(c draw.Canvas, h Hue, x0, y0, x1, y1 vg.Length) {
	c.FillPolygon(h.paint(), []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
}

// Clean takes out what cannot be shown, whatever a name is made of.
func Clean(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, name)
}

// Shorten cuts the middle out of a name that has more letters than there is room for.
func Shorten(name string, most int) string {
	letters := []rune(Clean(name))
	if len(letters) <= most {
		return string(letters)
	}
	end := (most - 1) / 2
	return string(letters[:most-1-end]) + "…" + string(letters[len(letters)-end:])
}

// finite reports whether values can be drawn.
func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e15 {
			return false
		}
	}
	return true
}
