package half

import (
	"math"
	"testing"
)

// halfValue is what 16 bits stand for, by the definition of binary16.
func halfValue(h int) float64 {
	sign, exponent, fraction := 1.0, h>>10&31, float64(h&1023)
	if h>>15 == 1 {
		sign = -1
	}
	switch {
	case exponent == 31 && fraction != 0:
		return math.NaN()
	case exponent == 31:
		return math.Inf(int(sign))
	case exponent == 0:
		return sign * math.Ldexp(fraction, -24)
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

func half(x float32) uint16 {
	var h [1]uint16
	Round(h[:], []float32{x})
	return h[0]
}

// All there are: each is widened to its value, and its value becomes it again.
func TestHalvesWiden(t *testing.T) {
	for h := range 1 << 16 {
		var x [1]float32
		Widen(x[:], []uint16{uint16(h)})
		want := halfValue(h)
		if math.IsNaN(want) {
			if !math.IsNaN(float64(x[0])) || !math.IsNaN(halfValue(int(half(x[0])))) {
				t.Fatalf("%#04x is %v, and then %#04x", h, x[0], half(x[0]))
			}
			continue
		}
		if float64(x[0]) != want || math.Signbit(float64(x[0])) != (h>>15 == 1) {
			t.Fatalf("%#04x is %v, want %v", h, x[0], want)
		}
		if half(x[0]) != uint16(h) {
			t.Fatalf("%v is %#04x, want %#04x", x[0], half(x[0]), h)
		}
	}
}

// Between each two neighbours: below the middle is the lower one, above it the
// upper, and at it the even one. Beyond 65504 follows infinity, as if it were 65536.
func TestHalvesRound(t *testing.T) {
	for h := range 0x7c00 {
		lower, upper := halfValue(h), halfValue(h+1)
		if h+1 == 0x7c00 {
			upper = 65536
		}
		middle := float32((lower + upper) / 2) // exact: fp32 has bits enough
		even := uint16(h + h&1)
		for x, want := range map[float32]uint16{
			float32(lower):              uint16(h),
			math.Nextafter32(middle, 0): uint16(h),
			middle:                      even,
			math.Nextafter32(middle, math.MaxFloat32):   uint16(h + 1),
			float32(lower + (upper-lower)/4):            uint16(h),
			float32(upper - (upper-lower)/4):            uint16(h + 1),
			-middle:                                     even | 0x8000,
			math.Nextafter32(-middle, 0):                uint16(h) | 0x8000,
			math.Nextafter32(-middle, -math.MaxFloat32): uint16(h+1) | 0x8000,
		} {
			if got := half(x); got != want {
				t.Fatalf("%v is %#04x, want %#04x", x, got, want)
			}
		}
	}
}

func TestHalvesBeyond(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		in   []float32
		want int
	}{
		{nil, -1},
		{[]float32{0, -1, 65504, -65504, 65519}, -1},
		{[]float32{inf, -inf, nan}, -1}, // nothing is lost
		{[]float32{1, 65520, 1e9}, 1},
		{[]float32{inf, 1, -65520}, 2},
		{[]float32{math.MaxFloat32}, 0},
	} {
		if got := Round(make([]uint16, len(c.in)), c.in); got != c.want {
			t.Errorf("%v: %d, want %d", c.in, got, c.want)
		}
	}
}

// An input of 3x224x224.
func BenchmarkToHalves(b *testing.B) {
	src, dst := anInput()
	for b.Loop() {
		Round(dst, src)
	}
	perElement(b, len(src))
}

func BenchmarkFromHalves(b *testing.B) {
	dst, src := anInput()
	for b.Loop() {
		Widen(dst, src)
	}
	perElement(b, len(src))
}

func anInput() ([]float32, []uint16) {
	floats, halves := make([]float32, 3*224*224), make([]uint16, 3*224*224)
	for i := range floats {
		floats[i] = 3 * float32(math.Sin(float64(i)))
	}
	Round(halves, floats)
	return floats, halves
}

func perElement(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
}
