package chart

import (
	"fmt"
	"image/color"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

	plotfont "gonum.org/v1/plot/font"
)

// Hue is a colour by what it is for.
type Hue int

// The colours that things are told apart by come last: see Nth. They differ in
// lightness, too, for people who do not see them as others do.
const (
	Paper Hue = iota
	Ink
	Muted
	Grid
	Blue
	Orange
	Green
	Purple
	Teal
	Red
	Olive
	Slate
)

// Nth is a colour for the nth of several things, from 0.
func Nth(n int) Hue { return Blue + Hue(n%int(Slate-Blue+1)) }

// shade is how a colour is called in style sheets, and what it is on white paper and
// on a dark screen.
type shade struct {
	name        string
	light, dark uint32
}

func (h Hue) shade() shade {
	return [...]shade{
		Paper:  {"paper", 0xffffff, 0x14181d},
		Ink:    {"ink", 0x1b2129, 0xe8ecf0},
		Muted:  {"muted", 0x59636e, 0xa5b0bb},
		Grid:   {"grid", 0xdfe3e8, 0x333a43},
		Blue:   {"blue", 0x1f6fb4, 0x62aef0},
		Orange: {"orange", 0xd9730d, 0xf2a154},
		Green:  {"green", 0x2e8b57, 0x6fd19b},
		Purple: {"purple", 0x8350b5, 0xbf97e6},
		Teal:   {"teal", 0x0b8a91, 0x4ecbd2},
		Red:    {"red", 0xb83261, 0xf084a8},
		Olive:  {"olive", 0x8f7a00, 0xd8c34a},
		Slate:  {"slate", 0x6b7683, 0x96a2ae},
	}[h]
}

func (h Hue) paint() color.Color {
	x := h.shade().light
	return color.NRGBA{uint8(x >> 16), uint8(x >> 8), uint8(x), 255}
}

// faint lets what is below shine through.
func (h Hue) faint(alpha uint8) color.Color {
	c := h.paint().(color.NRGBA)
	c.A = alpha
	return c
}

// StyleSheet declares the colours that SVG refers to, for light and dark screens.
// On paper they are the light ones.
func StyleSheet() string {
	var light, dark strings.Builder
	for h := Paper; h <= Slate; h++ {
		s := h.shade()
		fmt.Fprintf(&light, "--%s:#%06x;", s.name, s.light)
		fmt.Fprintf(&dark, "--%s:#%06x;", s.name, s.dark)
	}
	return ":root{" + light.String() + "}\n@media screen and (prefers-color-scheme:dark){:root{" + dark.String() + "}}\n"
}

// Sizes of letters, in points.
const (
	small vg.Length = 8.5
	tiny  vg.Length = 7.5
	large vg.Length = 11
)

func sans(size vg.Length) plotfont.Font {
	return plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

func bold(size vg.Length) plotfont.Font {
	f := sans(size)
	f.Weight = font.WeightBold
	return f
}

func textStyle(h Hue, size vg.Length) text.Style {
	return text.Style{Color: h.paint(), Font: sans(size), Handler: text.Plain{Fonts: plotfont.DefaultCache}}
}
