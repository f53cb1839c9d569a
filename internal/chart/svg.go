package chart

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	plotfont "gonum.org/v1/plot/font"
)

// svgCanvas is gonum's, and can say what things are.
type svgCanvas struct {
	*vgsvg.Canvas
	face plotfont.Face
}

// tipMark begins words which are no words of the picture. Clean leaves none in names.
const tipMark = "\ue000"

func (c svgCanvas) tip(text string) {
	c.Canvas.FillString(c.face, vg.Point{}, tipMark+Clean(text))
}

func (c svgCanvas) FillString(face plotfont.Face, at vg.Point, words string) {
	c.Canvas.FillString(face, at, Clean(words))
}

// SVG draws a chart as an element for a page that has the StyleSheet: it is as wide
// as it may be, and its colours are the page's. The label is for those who cannot see.
func SVG(ch Chart, label string) string {
	height := ch.Height()
	c := svgCanvas{vgsvg.New(Width, height), plotfont.DefaultCache.Lookup(sans(small), small)}
	ch.draw(draw.NewCanvas(c, Width, height))
	var b bytes.Buffer
	c.WriteTo(&b) // a buffer's writes do not fail
	text := b.String()
	text = text[strings.Index(text, ">\n<g")+2:] // what comes before is for files
	text = inline(text)
	return fmt.Sprintf("<svg viewBox=\"0 0 %.5g %.5g\" role=\"img\" aria-label=\"%s\" xmlns=\"http://www.w3.org/2000/svg\">\n%s",
		Width.Points(), height.Points(), attribute(label), text)
}

// inline makes colours the page's, fonts those that every system has, and tips titles.
// In what gonum writes, quotes stand only around attributes: it escapes those of words.
func inline(text string) string {
	hex, family := regexp.MustCompile(`#[0-9A-F]{6}`), regexp.MustCompile(`font-family:[^;]*;font-variant:[^;]*;font-weight:normal;font-style:normal;`)
	text = regexp.MustCompile(`style="[^"]*"`).ReplaceAllStringFunc(text, func(style string) string {
		style = hex.ReplaceAllStringFunc(style, variable)
		return family.ReplaceAllString(style, "")
	})
	text = regexp.MustCompile(`font-family:[^;]*;font-variant:[^;]*;`).ReplaceAllString(text, "")
	tips := regexp.MustCompile(`(<path [^>]*?)\s*/>\n<text [^>]*>` + tipMark + `([^<]*)</text>`)
	return tips.ReplaceAllString(text, "$1><title>$2</title></path>")
}

// variable is the page's name of a colour. That of what shines through is rounded.
func variable(hex string) string {
	var r, g, b int
	fmt.Sscanf(hex, "#%02X%02X%02X", &r, &g, &b)
	for h := Paper; h <= Slate; h++ {
		s := h.shade()
		if x := int(s.light); max(abs(x>>16-r), abs(x>>8&255-g), abs(x&255-b)) <= 2 {
			return "var(--" + s.name + ")"
		}
	}
	return "var(--ink)"
}

func abs(n int) int { return max(n, -n) }

func attribute(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;").Replace(Clean(s))
}
