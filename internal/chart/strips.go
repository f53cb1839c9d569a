package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Strips shows how values are distributed: a row a series, with each value a dot, the
// median a line, and the median's interval a bar. Within a row, values go from the top
// down in the order of time, so that a drift shows.
type Strips struct {
	Axis string // what the values are, with the unit
	Unit string // alone, for tips
	Rows []Strip
}

// Strip is a row.
type Strip struct {
	Group  string // a heading stands where it changes; may be empty
	Name   string
	Figure string // the median and its interval, in words
	Hue    Hue
	Values []float64
	Median float64
	// Interval of the median; NaN or infinite where there is none.
	Low, High float64
}

// Rows are lower where there are many.
func (s *Strips) rowHeight() vg.Length {
	return max(26, min(56, 900/vg.Length(len(s.Rows)+1)))
}

const headHeight vg.Length = 15

// heads reports whether a heading is above a row.
func (s *Strips) heads(i int) bool {
	return s.Rows[i].Group != "" && (i == 0 || s.Rows[i].Group != s.Rows[i-1].Group)
}

// middles gives the middle of each row, in points below the top, and what all take.
func (s *Strips) middles() (ys []float64, all float64) {
	height := float64(s.rowHeight())
	for i := range s.Rows {
		if s.heads(i) {
			all += float64(headHeight)
		}
		ys = append(ys, all+height/2)
		all += height
	}
	return ys, all
}

func (s *Strips) Height() vg.Length {
	_, all := s.middles()
	return 40 + vg.Length(all)
}

// Times further apart than this are shown by their logarithms.
const logFrom = 5

// extent is the range of all values, and whether its logarithm is shown.
func (s *Strips) extent() (low, high float64, log bool) {
	low, high = math.Inf(1), math.Inf(-1)
	lowMedian, highMedian := low, high
	for _, r := range s.Rows {
		for _, v := range append([]float64{r.Median}, r.Values...) {
			if finite(v) {
				low, high = min(low, v), max(high, v)
			}
		}
		if finite(r.Median) {
			lowMedian, highMedian = min(lowMedian, r.Median), max(highMedian, r.Median)
		}
	}
	if !finite(low, high) {
		return 0, 1, false
	}
	log = low > 0 && (highMedian/lowMedian > logFrom || high/low > 10*logFrom)
	low, high = around(low, high, 0.03, log)
	return low, high, log
}

func (s *Strips) draw(c draw.Canvas) {
	p, left := newPlot(), c.Min.X
	low, high, log := s.extent()
	p.X.Min, p.X.Max, p.X.Tick.Marker = low, high, linear{8}
	p.X.Label.Text = s.Axis
	if log {
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, logarithmic{12}
		p.X.Label.Text += ", logarithmic"
	}
	ys, all := s.middles()
	p.Y.Min, p.Y.Max = -all, 0
	p.Y.Tick.Marker = plot.ConstantTicks(nil)
	words, figures := textStyle(Ink, small), textStyle(Muted, tiny)
	var labels vg.Length
	for _, r := range s.Rows {
		labels = max(labels, words.Width(Shorten(r.Name, mostLetters)), figures.Width(r.Figure))
	}
	p.Add(plotterFunc(func(c draw.Canvas, p *plot.Plot) {
		grid(c, p, true, false)
		trX, trY := p.Transforms(&c)
		height := s.rowHeight()
		for i, r := range s.Rows {
			s.row(c, &r, func(v float64) (vg.Length, bool) {
				if !finite(v) || v < p.X.Min || v > p.X.Max {
					return 0, false
				}
				return trX(v), true
			}, trY(-ys[i]), height)
			write(c, Ink, small, c.Min.X-6, trY(-ys[i])+1, draw.XRight, draw.YBottom, Shorten(r.Name, mostLetters))
			write(c, Muted, tiny, c.Min.X-6, trY(-ys[i])-1, draw.XRight, draw.YTop, r.Figure)
			top := trY(-ys[i]) + height/2
			if s.heads(i) {
				write(c, Ink, small, left, top+headHeight/2-1, draw.XLeft, draw.YCenter, Shorten(r.Group, 90))
				top += headHeight
			}
			if i > 0 {
				c.StrokeLine2(draw.LineStyle{Color: Grid.paint(), Width: 0.75}, left, top, c.Max.X, top)
			}
		}
	}))
	p.Draw(draw.Crop(c, labels+6, 0, 0, 0))
}

// mostLetters is how long names beside a chart are.
const mostLetters = 34

// mostTips is up to how many values of a row say which they are, and mostDots from
// how many on dots that nobody can tell apart are drawn once.
const (
	mostTips = 400
	mostDots = 2000
)

func (s *Strips) row(c draw.Canvas, r *Strip, place func(float64) (vg.Length, bool), middle, height vg.Length) {
	top, bottom := middle+0.40*height, middle-0.26*height
	dot := draw.GlyphStyle{Color: r.Hue.faint(150), Radius: 1.9, Shape: draw.CircleGlyph{}}
	if len(r.Values) > 150 {
		dot.Color, dot.Radius = r.Hue.faint(110), 1.3
	}
	drawn := map[[2]int]bool{}
	for i, v := range r.Values {
		x, ok := place(v)
		if !ok {
			continue
		}
		at := vg.Point{X: x, Y: top - (top-bottom)*vg.Length(float64(i)+0.5)/vg.Length(len(r.Values))}
		if len(r.Values) > mostDots {
			place := [2]int{int(at.X * 2), int(at.Y * 2)}
			if drawn[place] {
				continue
			}
			drawn[place] = true
		}
		c.DrawGlyphNoClip(dot, at)
		if len(r.Values) <= mostTips {
			tip(c, fmt.Sprintf("%d: %.4g %s", i+1, v, s.Unit))
		}
	}
	x, ok := place(r.Median)
	if !ok {
		return
	}
	bar := middle - 0.36*height
	low, ok1 := place(r.Low)
	if high, ok2 := place(r.High); ok1 && ok2 && low <= high {
		box(c, r.Hue, low, bar-2.2, high, bar+2.2)
		tip(c, Clean(r.Name)+": "+r.Figure)
	}
	c.StrokeLine2(draw.LineStyle{Color: Ink.paint(), Width: 1.2}, x, bar-3.5, x, top+1)
	tip(c, Clean(r.Name)+": "+r.Figure)
}
