package bench

import (
	"testing"
	"time"
)

func TestSummarise(t *testing.T) {
	ms := func(xs ...int) (ds []time.Duration) {
		for _, x := range xs {
			ds = append(ds, time.Duration(x)*time.Millisecond)
		}
		return ds
	}
	for _, c := range []struct {
		samples                []time.Duration
		min, median, p90, mean float64
	}{
		{nil, 0, 0, 0, 0},
		{ms(7), 7, 7, 7, 7},
		{ms(2, 1), 1, 1, 2, 1.5},
		{ms(3, 1, 2), 1, 2, 3, 2},
		{ms(10, 9, 8, 7, 6, 5, 4, 3, 2, 1), 1, 5, 9, 5.5},
	} {
		var r Record
		r.summarise(c.samples)
		if r.Runs != len(c.samples) || r.MinMS != c.min || r.MedianMS != c.median || r.P90MS != c.p90 || r.MeanMS != c.mean {
			t.Errorf("%v: %+v", c.samples, r)
		}
		for i, d := range c.samples {
			if r.SamplesMS[i] != milliseconds(d) {
				t.Errorf("%v: raw samples %v", c.samples, r.SamplesMS)
			}
		}
	}
}
