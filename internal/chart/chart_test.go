package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

const hostile = `"><script>alert('&')</script> ]]> <!-- #1F6FB4 style="fill:#1F6FB4" /> ` + "\x00\ue000\u202e"

// charts has one of each kind, with names and values that do harm where they can.
func charts() map[string]Chart {
	inf, nan := math.Inf(1), math.NaN()
	wild := []float64{1, nan, inf, -inf, 0, -3, 1e300, 5e-324, 2}
	return map[string]Chart{
		"strips":       &Strips{Axis: "ms", Unit: "ms", Rows: []Strip{{Name: "gpu", Hue: Blue, Values: []float64{4, 5, 6}, Median: 5, Low: 4, High: 6}, {Name: "cpu", Hue: Orange, Values: []float64{1, 2, 9}, Median: 2, Low: 1, High: 9}}},
		"strips, wild": &Strips{Axis: hostile, Unit: hostile, Rows: []Strip{{Group: hostile, Name: hostile, Figure: hostile, Values: wild, Median: nan, Low: -inf, High: inf}, {Median: 3, Low: 9, High: 1}}},
		"strips, none": &Strips{},
		"strips, same": &Strips{Rows: []Strip{{Values: []float64{7, 7}, Median: 7, Low: 7, High: 7}}},
		"strips, zero": &Strips{Rows: []Strip{{Values: []float64{0, 0}}}},
		"bars":         &Bars{Axis: "ms", Unit: "ms", Sides: []Side{{"gpu", Blue}, {"cpu", Orange}}, Rows: []BarRow{{"a", []float64{3, 1}, []string{"3", "1"}}, {"b", []float64{6, nan}, []string{"6", ""}}}},
		"bars, wild":   &Bars{Axis: hostile, Sides: []Side{{hostile, Red}}, Rows: []BarRow{{hostile, []float64{inf}, []string{hostile}}, {"", []float64{-2}, []string{""}}, {"", []float64{1e300}, []string{""}}}},
		"bars, none":   &Bars{},
		"stacks":       &Stacks{Axis: "ms", Rows: []Stack{{"gpu", []StackPart{{Name: "upload", Words: "1 ms", Value: 1, Hue: Teal}, {Skip: true, Value: 2}, {Name: "wait", Words: "3 ms", Value: 3, Hue: Red}}}}},
		"stacks, wild": &Stacks{Rows: []Stack{{hostile, []StackPart{{Name: hostile, Words: hostile, Value: nan}, {Name: "b", Value: -1}, {Name: "c", Value: inf}}}}},
		"stacks, none": &Stacks{},
		"roofline": &Roofline{Panels: []Panel{{Title: "gpu", Roof: Roof{GMACs: 20, Words: "20 GMAC/s", Slopes: []Slope{{7, "7 GB/s"}, {4, "4 GB/s"}}},
			Points: []Point{{Kind: "conv", MACs: 4e6, Bytes: 1e6, MS: 1, Tip: "one"}, {Kind: "pool", MACs: 1e6, Bytes: 4e6, MS: 3, Tip: "two"}}},
			{Title: "cpu", Points: []Point{{Kind: "conv", MACs: 4e6, Bytes: 1e6, MS: 0.1, Tip: "three"}}}}},
		"roofline, wild": &Roofline{Panels: []Panel{{Title: hostile, Roof: Roof{GMACs: inf, Words: hostile, Slopes: []Slope{{nan, hostile}, {-1, ""}, {1e300, "x"}, {1e-300, "y"}}},
			Points: []Point{{Kind: hostile, MACs: 1, Bytes: 0, MS: 1}, {MACs: nan, Bytes: 1, MS: 1}, {MACs: 1e300, Bytes: 1, MS: 1}, {Kind: hostile, MACs: 3, Bytes: 2, MS: 1, Tip: hostile}}}}},
		"roofline, none": &Roofline{Panels: []Panel{{}}},
		"lines": &Lines{XAxis: "threads", YAxis: "ms", Places: []Place{{1, "1"}, {2, "2"}, {4, "4"}},
			Lines: []Line{{"cpu", Orange, []LinePoint{{Place: 0, Y: 8, Low: 7, High: 9, Tip: "8"}, {Place: 2, Y: 2, Low: nan, High: nan, Tip: "2"}}}}},
		"lines, wild": &Lines{XAxis: hostile, YAxis: hostile, Places: []Place{{nan, hostile}, {-1, ""}, {1e300, ""}},
			Lines: []Line{{hostile, Red, []LinePoint{{Y: inf}, {Y: 1e-300, Low: -inf, High: inf}, {Y: 1e14, Tip: hostile}}}, {}}},
		"lines, none": &Lines{Places: []Place{{1, ""}, {1, ""}}, Lines: []Line{{}}},
	}
}

// elements parses SVG as strictly as XML is.
func elements(t *testing.T, svg string) (names map[string]int, titles []string, words string) {
	t.Helper()
	names = map[string]int{}
	d := xml.NewDecoder(strings.NewReader(svg))
	var in []string
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return names, titles, words
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			names[x.Name.Local]++
			in = append(in, x.Name.Local)
		case xml.EndElement:
			in = in[:len(in)-1]
		case xml.CharData:
			if len(in) > 0 && in[len(in)-1] == "title" {
				titles = append(titles, string(x))
			} else {
				words += string(x)
			}
		}
	}
}

// Whatever names and values are, a chart is a well-formed picture of its own, in the
// page's colours, with nothing in it that a browser would run or fetch.
func TestSVG(t *testing.T) {
	for name, c := range charts() {
		t.Run(name, func(t *testing.T) {
			svg := SVG(c, hostile)
			names, titles, words := elements(t, svg)
			for n := range names {
				if !strings.Contains(" svg g path text title ", " "+n+" ") {
					t.Errorf("an element %s", n)
				}
			}
			for _, bad := range []string{"href", "url(", "NaN", "Inf", "onload"} {
				if strings.Contains(svg, bad) {
					t.Errorf("it has %q:\n%s", bad, svg)
				}
			}
			if c := regexp.MustCompile(`style="[^"]*#[0-9A-F]{6}`).FindString(svg); c != "" {
				t.Errorf("a colour that is not the page's: %s", c)
			}
			if strings.ContainsAny(words+strings.Join(titles, ""), "\x00\ue000\u202e") {
				t.Error("what cannot be shown is in words")
			}
			if strings.Contains(name, "strips, wild") && (!strings.Contains(words, "<script>") || !strings.Contains(svg, "#1F6FB4")) {
				t.Errorf("words were changed: %q", words)
			}
		})
	}
}

// What a chart shows says what it is, and the lengths are right.
func TestTips(t *testing.T) {
	all := charts()
	for name, want := range map[string][]string{
		"strips":   {"1: 4 ms", "2: 5 ms", "3: 6 ms", "gpu: ", "gpu: ", "1: 1 ms", "2: 2 ms", "3: 9 ms", "cpu: ", "cpu: "},
		"bars":     {"a, gpu: 3 ms", "a, cpu: 1 ms", "b, gpu: 6 ms"},
		"stacks":   {"gpu, upload: 1 ms", "gpu, wait: 3 ms"},
		"roofline": {"one", "one", "two", "two", "three", "three"},
		"lines":    {"8", "2"},
	} {
		if _, titles, _ := elements(t, SVG(all[name], "")); fmt.Sprint(titles) != fmt.Sprint(want) {
			t.Errorf("%s: %q, want %q", name, titles, want)
		}
	}
	widths := map[string]float64{}
	for _, m := range regexp.MustCompile(`<path d="M([\d.]+),[\d.]+L([\d.]+),[^>]*><title>([^<]*)<`).FindAllStringSubmatch(SVG(all["bars"], "")+SVG(all["stacks"], ""), -1) {
		a, _ := strconv.ParseFloat(m[1], 64)
		b, _ := strconv.ParseFloat(m[2], 64)
		widths[m[3]] = b - a
	}
	for _, pair := range []struct {
		a, b  string
		ratio float64
	}{{"a, gpu: 3 ms", "a, cpu: 1 ms", 3}, {"b, gpu: 6 ms", "a, gpu: 3 ms", 2}, {"gpu, wait: 3 ms", "gpu, upload: 1 ms", 3}} {
		if got := widths[pair.a] / widths[pair.b]; math.Abs(got-pair.ratio) > 0.02 {
			t.Errorf("%s is %.3f times as long as %s: %v", pair.a, got, pair.b, widths)
		}
	}
}

// Where times are far apart, their logarithms are shown.
func TestLogarithmic(t *testing.T) {
	near := &Strips{Axis: "ms", Rows: []Strip{{Values: []float64{4, 5, 8}, Median: 5}}}
	far := &Strips{Axis: "ms", Rows: []Strip{{Values: []float64{4, 5, 8}, Median: 5}, {Values: []float64{50}, Median: 50}}}
	if svg := SVG(near, ""); strings.Contains(svg, "logarithmic") {
		t.Error("near")
	}
	if svg := SVG(far, ""); !strings.Contains(svg, "ms, logarithmic") {
		t.Error("far")
	}
}

// Many runs are all dots, but those which nobody could tell apart are one.
func TestManyDots(t *testing.T) {
	s := &Strips{Rows: []Strip{{Median: 5}}}
	for i := range 50_000 {
		s.Rows[0].Values = append(s.Rows[0].Values, 5+0.001*float64(i%100))
	}
	if svg := SVG(s, ""); len(svg) > 4<<20 || strings.Count(svg, "<path") < 1000 {
		t.Errorf("%d bytes, %d paths", len(svg), strings.Count(svg, "<path"))
	}
}

func TestTicks(t *testing.T) {
	text := func(low, high float64, ticks interface {
		Ticks(low, high float64) []plot.Tick
	}) string {
		var words []string
		for _, x := range ticks.Ticks(low, high) {
			words = append(words, x.Label)
		}
		return strings.Join(words, " ")
	}
	for _, c := range []struct {
		low, high float64
		ticks     interface {
			Ticks(low, high float64) []plot.Tick
		}
		want string
	}{
		{0, 10, linear{5}, "0 2 4 6 8 10"},
		{-0.01, 0.043, linear{5}, "0 0.02 0.04"},
		{3.2e6, 8e6, linear{4}, "4e+06 6e+06 8e+06"},
		{1, 0, linear{5}, ""},
		{0.9, 11, logarithmic{12}, "1 1.5 2 3 4 5 7 10"},
		{0.9, 11, logarithmic{5}, "1 2 5 10"},
		{1e-3, 1e3, logarithmic{8}, "0.001 0.01 0.1 1 10 100 1000"},
		{1e-3, 1e3, logarithmic{4}, "0.001 0.1 10 1000"},
		{0, 5, logarithmic{4}, ""},
	} {
		if got := text(c.low, c.high, c.ticks); got != c.want {
			t.Errorf("%v to %v, %+v: %s, want %s", c.low, c.high, c.ticks, got, c.want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		name string
		most int
		want string
	}{{"stage2", 10, "stage2"}, {"stage2.unit1.gconv1.relu", 11, "stage….relu"}, {"größer", 5, "gr…er"}, {"a\x00\u202eb", 9, "a\ufffd\ufffdb"}} {
		if got := Shorten(c.name, c.most); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

// The PNG holds all figures below each other, on white.
func TestPNG(t *testing.T) {
	one := charts()["bars"]
	var sizes [2]int
	for i, figures := range [][]Figure{{{Title: "One", Notes: []string{"Note."}, Chart: one}}, {{Title: "One", Notes: []string{"Note."}, Chart: one}, {Title: hostile}, {Title: "Two", Chart: charts()["roofline, wild"]}}} {
		var b bytes.Buffer
		if err := PNG(&b, figures); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		sizes[i] = img.Bounds().Dy()
		colours := map[[3]uint32]int{}
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				r, g, b, _ := img.At(x, y).RGBA()
				colours[[3]uint32{r >> 8, g >> 8, b >> 8}]++
			}
		}
		if colours[[3]uint32{255, 255, 255}]*2 < img.Bounds().Dx()*img.Bounds().Dy() || colours[[3]uint32{0x1f, 0x6f, 0xb4}] < 100 || colours[[3]uint32{0xd9, 0x73, 0x0d}] < 100 {
			t.Errorf("picture %d: %d colours", i, len(colours))
		}
	}
	if sizes[1] < sizes[0]+500 {
		t.Errorf("heights %v", sizes)
	}
	many := make([]Figure, 2000)
	if err := PNG(io.Discard, many); !errors.Is(err, ErrTooHigh) {
		t.Error(err)
	}
}

// Each colour has a name of its own, and differs on dark screens.
func TestStyleSheet(t *testing.T) {
	css := StyleSheet()
	for h := Paper; h <= Slate; h++ {
		s := h.shade()
		if strings.Count(css, "--"+s.name+":") != 2 || s.light == s.dark {
			t.Errorf("%s in %s", s.name, css)
		}
	}
}
