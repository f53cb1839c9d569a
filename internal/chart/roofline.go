package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Roofline shows how fast things are done against how much is computed for each byte
// that is moved, and what the device can do at best: one panel a device, all with the
// same axes.
type Roofline struct{ Panels []Panel }

// Panel is of one device.
type Panel struct {
	Title  string
	Roof   Roof
	Points []Point
}

// Roof is what the device can do at best; zero is not known.
type Roof struct {
	GMACs  float64
	Words  string
	Slopes []Slope
}

// Slope is a memory's.
type Slope struct {
	GBs   float64
	Words string
}

// Point is a thing that was done. Its area is its share of the whole time.
type Point struct {
	Kind  string // tells which colour
	MACs  float64
	Bytes float64
	MS    float64
	Tip   string
}

func (p *Point) intensity() float64 { return p.MACs / p.Bytes }
func (p *Point) rate() float64      { return p.MACs / p.MS / 1e6 }

// shown reports whether a point has a place on logarithmic axes.
func (p *Point) shown() bool {
	return p.MACs > 0 && p.Bytes > 0 && p.MS > 0 && finite(p.MACs, p.Bytes, p.intensity(), p.rate()) && p.intensity() > 1e-9 && p.rate() > 1e-9
}

const rooflineHeight vg.Length = 300

func (r *Roofline) entries() (es []entry) {
	seen := map[string]bool{}
	for _, p := range r.Panels {
		for _, x := range p.Points {
			if x.shown() && !seen[x.Kind] {
				seen[x.Kind] = true
				es = append(es, entry{x.Kind, Nth(len(es))})
			}
		}
	}
	return es
}

func (r *Roofline) Height() vg.Length {
	return rooflineHeight + legendHeight*vg.Length(legendRows(r.entries(), Width)) + 4
}

// extent is what all panels show.
func (r *Roofline) extent() (x0, x1, y0, y1 float64) {
	x0, x1, y0, y1 = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, p := range r.Panels {
		for _, q := range p.Points {
			if q.shown() {
				x0, x1 = min(x0, q.intensity()), max(x1, q.intensity())
				y0, y1 = min(y0, q.rate()), max(y1, q.rate())
			}
		}
		if finite(p.Roof.GMACs) && p.Roof.GMACs > 0 {
			y1 = max(y1, p.Roof.GMACs)
		}
	}
	if !finite(x0, x1, y0, y1) {
		return 0.1, 10, 0.1, 10
	}
	x0, x1 = around(x0, x1, 0.06, true)
	y0, y1 = around(y0, y1, 0.08, true)
	return x0, x1, y0, y1
}

func (r *Roofline) draw(c draw.Canvas) {
	c = legend(c, r.entries())
	hues := map[string]Hue{}
	for _, e := range r.entries() {
		hues[e.name] = e.hue
	}
	n := vg.Length(len(r.Panels))
	const between vg.Length = 14
	width := (c.Max.X - c.Min.X - between*(n-1)) / n
	for i, p := range r.Panels {
		left := (width + between) * vg.Length(i)
		r.panel(draw.Crop(c, left, left+width-(c.Max.X-c.Min.X), 0, 0), &p, hues)
	}
}

func (r *Roofline) panel(c draw.Canvas, panel *Panel, hues map[string]Hue) {
	write(c, Ink, small+0.5, c.Min.X, c.Max.Y-2, draw.XLeft, draw.YTop, Shorten(panel.Title, int(float64(c.Max.X-c.Min.X)/4.6)))
	c = draw.Crop(c, 0, 0, 0, -18)
	p := newPlot()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = r.extent()
	most := int(float64(c.Max.X-c.Min.X) / 45)
	p.X.Scale, p.X.Tick.Marker, p.X.Label.Text = plot.LogScale{}, logarithmic{most}, "multiply-adds a byte"
	p.Y.Scale, p.Y.Tick.Marker, p.Y.Label.Text = plot.LogScale{}, logarithmic{8}, "GMAC/s"
	total := 0.0
	for _, q := range panel.Points {
		total += positive(q.MS)
	}
	p.Add(plotterFunc(func(c draw.Canvas, p *plot.Plot) {
		grid(c, p, true, true)
		panel.Roof.draw(c, p)
		trX, trY := p.Transforms(&c)
		for _, q := range panel.Points {
			if !q.shown() {
				continue
			}
			radius := 2 + 11*vg.Length(math.Sqrt(q.MS/total))
			at := vg.Point{X: trX(q.intensity()), Y: trY(q.rate())}
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: hues[q.Kind].faint(165), Radius: radius, Shape: draw.CircleGlyph{}}, at)
			tip(c, q.Tip)
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: Paper.paint(), Radius: radius, Shape: draw.RingGlyph{}}, at)
			tip(c, q.Tip)
		}
	}))
	p.Draw(c)
}

// draw draws the roof: each memory's slope up to where arithmetic is the limit.
func (r *Roof) draw(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	line := draw.LineStyle{Color: Ink.paint(), Width: 1.3}
	left := p.X.Max
	for i, s := range r.Slopes {
		if !finite(s.GBs) || s.GBs <= 0 {
			continue
		}
		// From where the slope enters to where it meets the roof or leaves.
		x0, x1 := p.X.Min, p.X.Max
		if y0 := x0 * s.GBs; y0 < p.Y.Min {
			x0 = p.Y.Min / s.GBs
		}
		top := p.Y.Max
		if finite(r.GMACs) && r.GMACs > 0 {
			top = min(top, r.GMACs)
		}
		x1 = min(x1, top/s.GBs)
		if top/s.GBs < left {
			left = max(top/s.GBs, p.X.Min)
		}
		if x1 <= x0 {
			continue
		}
		style := line
		if i > 0 {
			style.Dashes = []vg.Length{4, 3}
		}
		a, b := vg.Point{X: trX(x0), Y: trY(x0 * s.GBs)}, vg.Point{X: trX(x1), Y: trY(x1 * s.GBs)}
		c.StrokeLine2(style, a.X, a.Y, b.X, b.Y)
		words := textStyle(Muted, tiny)
		words.Rotation = math.Atan2(float64(b.Y-a.Y), float64(b.X-a.X))
		if length := vg.Length(math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y))); words.Width(s.Words) < length-6 {
			// Above the line, in its middle.
			words.XAlign, words.YAlign = draw.XCenter, draw.YBottom
			c.FillText(words, vg.Point{X: (a.X+b.X)/2 - 2*vg.Length(math.Sin(words.Rotation)), Y: (a.Y+b.Y)/2 + 2*vg.Length(math.Cos(words.Rotation))}, s.Words)
		}
	}
	if finite(r.GMACs) && r.GMACs > p.Y.Min && r.GMACs < p.Y.Max {
		y := trY(r.GMACs)
		c.StrokeLine2(line, trX(min(left, p.X.Max)), y, c.Max.X, y)
		write(c, Muted, tiny, c.Max.X, y+2, draw.XRight, draw.YBottom, r.Words)
	}
}
