package tensor

import (
	"math"
	"strings"
	"testing"
)

func TestMaxDiff(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	infinite := math.Inf(1)
	for _, c := range []struct {
		name          string
		a, b          []float32
		abs, mag, rel float64
		index         int
	}{
		{"same", []float32{1, -4}, []float32{1, -4}, 0, 4, 0, 0},
		{"different", []float32{1, -3, 2}, []float32{1, -4, 2.5}, 1, 4, 0.25, 1},
		{"the first of the worst", []float32{1, 1}, []float32{2, 2}, 1, 2, 0.5, 0},
		{"both zero", []float32{0}, []float32{0}, 0, 0, 0, 0},
		{"zero expected", []float32{1}, []float32{0}, 1, 0, infinite, 0},
		{"no elements", nil, nil, 0, 0, 0, -1},
		{"NaN got", []float32{1, nan}, []float32{1, 2}, infinite, 2, infinite, 1},
		{"NaN expected", []float32{1, 2}, []float32{nan, 2}, infinite, 2, infinite, 0},
		{"NaN in both", []float32{nan}, []float32{nan}, infinite, 0, infinite, 0},
		{"infinity in both", []float32{0, inf}, []float32{0, inf}, infinite, infinite, infinite, 1},
		{"infinity got", []float32{inf}, []float32{1}, infinite, 1, infinite, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := MaxDiff(FromSlice(c.a, len(c.a)), FromSlice(c.b, len(c.b)))
			if d.Abs != c.abs || d.Mag != c.mag || d.Rel != c.rel || d.Index != c.index {
				t.Errorf("got %+v", d)
			}
			if d.String() == "" {
				t.Error("no text")
			}
		})
	}
	d := MaxDiff(New(2, 3), New(3, 2))
	if !math.IsInf(d.Abs, 1) || !math.IsInf(d.Rel, 1) || !strings.Contains(d.String(), "2x3 and 3x2") {
		t.Errorf("other shape: %v", d)
	}
	d = MaxDiff(&Tensor{Shape{2}, []float32{1}}, New(2))
	if !math.IsInf(d.Rel, 1) || !strings.Contains(d.String(), "fill") {
		t.Errorf("too little data: %v", d)
	}
	a, b := New(2, 3, 4), New(2, 3, 4)
	a.Data[23] = 1
	if d := MaxDiff(a, b); !strings.Contains(d.String(), "[1 2 3]") {
		t.Errorf("coordinates: %v", d)
	}
}
