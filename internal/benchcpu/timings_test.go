package main

import (
	"slices"
	"testing"
)

func TestTimings(t *testing.T) {
	var got timings
	got.add([]float64{9, 8, 2, 1, 3})
	got.add([]float64{7, 6, 4, 5})
	got.sort()
	if !slices.Equal(got.early, []float64{6, 7, 8, 9}) || !slices.Equal(got.steady, []float64{1, 2, 3, 4, 5}) {
		t.Errorf("%+v", got)
	}
	if m := median(got.steady); m != 3 {
		t.Errorf("median %v", m)
	}
}

func TestEnough(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		want int
	}{
		{[]float64{2, 1}, []float64{3, 2}, 40}, {[]float64{3, 2}, []float64{1, 0.3}, 134}, {[]float64{8}, []float64{20}, 16},
	} {
		if got := enough(c.a, c.b); got != c.want {
			t.Errorf("%v, %v: %d", c.a, c.b, got)
		}
	}
}
