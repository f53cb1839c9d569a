package bilinear

import (
	"image"
	"math"
	"slices"
	"testing"
)

func TestTaps(t *testing.T) {
	for _, c := range []struct {
		what              string
		from, to, out, in int
		want              []Tap
	}{
		{"the same size", 0, 3, 3, 3, []Tap{{0, 1, 0}, {1, 2, 0}, {2, 2, 0}}},
		{"half", 0, 2, 2, 4, []Tap{{0, 1, One / 2}, {2, 3, One / 2}}},
		{"a quarter looks at two of four", 0, 1, 1, 4, []Tap{{1, 2, One / 2}}},
		{"twice, edges repeated", 0, 4, 4, 2, []Tap{{0, 1, 0}, {0, 1, One / 4}, {0, 1, 3 * One / 4}, {1, 1, 0}}},
		{"one input for all", 0, 3, 3, 1, []Tap{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}},
		{"a part", 1, 2, 2, 4, []Tap{{2, 3, One / 2}}},
		{"no part", 2, 1, 2, 4, []Tap{}},
	} {
		if got := Taps(c.from, c.to, c.out, c.in); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// Taps stay inside, follow each other, and lie where the rule says.
func TestTapsLieRight(t *testing.T) {
	for in := 1; in < 40; in++ {
		for out := 1; out < 40; out++ {
			last := -1.0
			for k, tap := range Taps(0, out, out, in) {
				if tap.I < 0 || tap.J < tap.I || tap.J > tap.I+1 || int(tap.J) >= in || tap.W < 0 || tap.W > One || tap.I == tap.J && tap.W != 0 {
					t.Fatalf("%d of %d: %v", k, in, tap)
				}
				at := float64(tap.I) + float64(tap.W)/One
				want := max(0, min((float64(k)+0.5)*float64(in)/float64(out)-0.5, float64(in-1)))
				if math.Abs(at-want) > 0.51/One || at < last {
					t.Fatalf("%d of %d to %d lies at %g, want %g", k, in, out, at, want)
				}
				last = at
			}
		}
	}
}

// A chroma sample lies in the middle of the pixels that share it.
func TestChroma(t *testing.T) {
	same := Taps(0, 4, 4, 4)
	for _, c := range []struct {
		from, to, step int
		want           []Tap
	}{
		{0, 4, 1, same},
		{0, 4, 2, []Tap{{0, 1, 0}, {0, 1, One / 4}, {0, 1, 3 * One / 4}, {1, 1, 0}}},
		{0, 4, 4, []Tap{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}}},
		{1, 5, 2, []Tap{{0, 1, One / 4}, {0, 1, 3 * One / 4}, {1, 2, One / 4}, {1, 2, 3 * One / 4}}},
	} {
		if got := Chroma(same, c.from, c.to, c.step); !slices.Equal(got, c.want) {
			t.Errorf("pixels %d to %d, %d a sample: %v, want %v", c.from, c.to, c.step, got, c.want)
		}
	}
}

// Samples are as many as image.NewYCbCr makes.
func TestSamples(t *testing.T) {
	for ratio := image.YCbCrSubsampleRatio444; ratio <= image.YCbCrSubsampleRatio410; ratio++ {
		x, y := Steps(ratio)
		for _, r := range []image.Rectangle{image.Rect(0, 0, 8, 8), image.Rect(0, 0, 9, 7), image.Rect(3, 5, 12, 6), image.Rect(1, 1, 2, 2), image.Rect(7, 3, 16, 13)} {
			img := image.NewYCbCr(r, ratio)
			w, h := Samples(r.Min.X, r.Max.X, x), Samples(r.Min.Y, r.Max.Y, y)
			if w != img.CStride || w*h != len(img.Cb) {
				t.Errorf("%v of %v: %dx%d samples, the image has %d, %d a row", ratio, r, w, h, len(img.Cb), img.CStride)
			}
		}
	}
}
