package detect

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Draw returns a copy of a photo with boxes, best last so that it is on top, and
// their labels and scores. Line widths and letters suit the photo's size.
func Draw(photo image.Image, boxes []Box, labels []string) *image.RGBA {
	r := photo.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(dst, dst.Bounds(), photo, r.Min, draw.Src)
	side := min(r.Dx(), r.Dy())
	p := painter{dst: dst, line: max(2, (side+120)/240), scale: max(1, (side+150)/420)}
	for i := len(boxes) - 1; i >= 0; i-- {
		p.frame(boxes[i])
	}
	// Labels come after all frames, so that no line crosses one; the best choose
	// their places first.
	for _, b := range boxes {
		p.label(b, fmt.Sprintf("%s %.2f", Label(labels, b.Class), b.Score))
	}
	return dst
}

// painter draws on an image with lines and letters of some size.
type painter struct {
	dst   *image.RGBA
	line  int               // width in pixels
	scale int               // of the letters, which are 7 by 13 pixels
	taken []image.Rectangle // by labels
}

func (p *painter) fill(r image.Rectangle, c color.Color) {
	draw.Draw(p.dst, r.Intersect(p.dst.Bounds()), image.NewUniform(c), image.Point{}, draw.Src)
}

// rect is a box on the pixel grid, inside the image.
func (p *painter) rect(b Box) image.Rectangle {
	at := func(v float64) int { return int(math.Round(v)) }
	return image.Rect(at(b.X0), at(b.Y0), at(b.X1), at(b.Y1)).Intersect(p.dst.Bounds())
}

// frame draws a box's outline, the line inside the box.
func (p *painter) frame(b Box) {
	r, c := p.rect(b), colour(b.Class)
	n := min(p.line, (r.Dx()+1)/2, (r.Dy()+1)/2)
	p.fill(image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+n), c)
	p.fill(image.Rect(r.Min.X, r.Max.Y-n, r.Max.X, r.Max.Y), c)
	p.fill(image.Rect(r.Min.X, r.Min.Y, r.Min.X+n, r.Max.Y), c)
	p.fill(image.Rect(r.Max.X-n, r.Min.Y, r.Max.X, r.Max.Y), c)
}

// label writes text on a filled background, above the box if there is room, and
// never outside the image.
func (p *painter) label(b Box, text string) {
	face := basicfont.Face7x13
	pad := 2 * p.scale
	w := font.MeasureString(face, text).Ceil()*p.scale + 2*pad
	h := (face.Ascent+face.Descent)*p.scale + pad
	at := p.place(p.rect(b), w, h)
	p.taken = append(p.taken, at)
	c := colour(b.Class)
	p.fill(at, c)
	p.text(at.Min.X+pad, at.Min.Y+pad/2, text, contrast(c))
}

// place finds a place for a label of w by h pixels beside the corners of a box
// where no other label is, or else takes the first.
func (p *painter) place(box image.Rectangle, w, h int) image.Rectangle {
	all := p.dst.Bounds()
	var first *image.Rectangle
	for _, y := range []int{box.Min.Y - h, box.Min.Y, box.Max.Y, box.Max.Y - h, box.Min.Y - 2*h} {
		for _, x := range []int{box.Min.X, box.Max.X - w} {
			x = max(0, min(x, all.Dx()-w))
			r := image.Rect(x, y, x+w, y+h)
			if y < 0 || y+h > all.Dy() {
				continue
			}
			if !slices.ContainsFunc(p.taken, r.Overlaps) {
				return r
			}
			if first == nil {
				first = &r
			}
		}
	}
	if first != nil {
		return *first
	}
	return image.Rect(0, 0, w, h) // the image is smaller than the label
}

// text writes letters whose pixels are squares of scale pixels.
func (p *painter) text(x, y int, text string, c color.Color) {
	face := basicfont.Face7x13
	mask := image.NewAlpha(image.Rect(0, 0, font.MeasureString(face, text).Ceil(), face.Ascent+face.Descent))
	d := font.Drawer{Dst: mask, Src: image.Opaque, Face: face, Dot: fixed.P(0, face.Ascent)}
	d.DrawString(text)
	for j := range mask.Rect.Dy() {
		for i := range mask.Rect.Dx() {
			if mask.AlphaAt(i, j).A > 127 {
				at := image.Pt(x+i*p.scale, y+j*p.scale)
				p.fill(image.Rectangle{at, at.Add(image.Pt(p.scale, p.scale))}, c)
			}
		}
	}
}

// colour gives neighbouring classes colours that are far apart.
func colour(class int) color.RGBA {
	palette := [...]color.RGBA{
		{230, 57, 70, 255}, {46, 196, 182, 255}, {255, 183, 3, 255}, {58, 134, 255, 255},
		{131, 56, 236, 255}, {126, 200, 80, 255}, {251, 86, 7, 255}, {255, 0, 170, 255},
		{0, 180, 216, 255}, {188, 108, 37, 255}, {201, 240, 90, 255}, {255, 143, 171, 255},
	}
	return palette[class%len(palette)]
}

// contrast is black or white, whichever is easier to read on a colour.
func contrast(c color.RGBA) color.RGBA {
	if 299*int(c.R)+587*int(c.G)+114*int(c.B) > 140*1000 {
		return color.RGBA{0, 0, 0, 255}
	}
	return color.RGBA{255, 255, 255, 255}
}
