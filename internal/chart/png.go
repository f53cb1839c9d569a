package chart

import (
	"errors"
	"image/png"
	"io"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Figure is a chart and the words around it.
type Figure struct {
	Title string
	Notes []string // below the title, a line each
	Chart Chart    // nil for words alone
}

const (
	margin     vg.Length = 18
	dotsPerInc           = 160
	mostHeight vg.Length = 14000 // of a picture, in points: some 31000 dots
)

// ErrTooHigh is for more charts than one picture can hold.
var ErrTooHigh = errors.New("the picture would be too high to open")

// PNG draws figures below each other, on white.
func PNG(w io.Writer, figures []Figure) error {
	height := margin
	for _, f := range figures {
		height += f.height()
	}
	if height > mostHeight {
		return ErrTooHigh
	}
	img := vgimg.NewWith(vgimg.UseWH(Width+2*margin, height), vgimg.UseDPI(dotsPerInc))
	c := draw.New(img)
	top := c.Max.Y - margin
	for _, f := range figures {
		f.draw(draw.Crop(c, margin, -margin, 0, top-c.Max.Y))
		top -= f.height()
	}
	return png.Encode(w, img.Image())
}

const (
	titleHeight vg.Length = 16
	noteHeight  vg.Length = 12
	gap         vg.Length = 16
)

func (f *Figure) height() vg.Length {
	h := titleHeight + noteHeight*vg.Length(len(f.lines())) + gap
	if f.Chart != nil {
		h += f.Chart.Height() + 4
	}
	return h
}

// lines are the notes, broken where a line is full.
func (f *Figure) lines() (lines []string) {
	style := textStyle(Muted, small)
	for _, note := range f.Notes {
		line := ""
		for _, word := range strings.Fields(Clean(note)) {
			switch longer := line + " " + word; {
			case line == "":
				line = word
			case style.Width(longer) <= Width:
				line = longer
			default:
				lines, line = append(lines, line), word
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func (f *Figure) draw(c draw.Canvas) {
	style := textStyle(Ink, large)
	style.Font = bold(large)
	style.YAlign = draw.YTop
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, f.Title)
	y := c.Max.Y - titleHeight
	for _, n := range f.lines() {
		write(c, Muted, small, c.Min.X, y, draw.XLeft, draw.YTop, n)
		y -= noteHeight
	}
	if f.Chart != nil {
		bottom := y - 4 - f.Chart.Height()
		f.Chart.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: bottom}, Max: vg.Point{X: c.Max.X, Y: y - 4}}})
	}
}
