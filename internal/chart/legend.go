package chart

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// entry is a thing in a legend.
type entry struct {
	name string
	hue  Hue
}

const (
	swatch       vg.Length = 8
	legendHeight vg.Length = 14
)

// legendRows says how many rows entries need.
func legendRows(entries []entry, width vg.Length) int {
	if len(entries) == 0 {
		return 0
	}
	n := 0
	layLegend(entries, width, func(_ entry, _ vg.Length, row int) { n = row + 1 })
	return n
}

func layLegend(entries []entry, width vg.Length, each func(e entry, x vg.Length, row int)) {
	style := textStyle(Ink, small)
	x, row := vg.Length(0), 0
	for _, e := range entries {
		w := swatch + 4 + style.Width(e.name)
		if x > 0 && x+w > width {
			x, row = 0, row+1
		}
		each(e, x, row)
		x += w + 14
	}
}

// legend draws entries at the top of a canvas and returns what is left of it.
func legend(c draw.Canvas, entries []entry) draw.Canvas {
	width := c.Max.X - c.Min.X
	layLegend(entries, width, func(e entry, x vg.Length, row int) {
		middle := c.Max.Y - legendHeight*vg.Length(row) - legendHeight/2
		box(c, e.hue, c.Min.X+x, middle-swatch/2, c.Min.X+x+swatch, middle+swatch/2)
		write(c, Ink, small, c.Min.X+x+swatch+4, middle, draw.XLeft, draw.YCenter, e.name)
	})
	if n := legendRows(entries, width); n > 0 {
		c = draw.Crop(c, 0, 0, 0, -legendHeight*vg.Length(n)-4)
	}
	return c
}
