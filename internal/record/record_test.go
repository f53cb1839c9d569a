package record_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/record"
)

func TestSummarise(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		ms   []float64
		want record.Summary
	}{
		{nil, record.Summary{LowMS: record.Number(-inf), HighMS: record.Number(inf)}},
		{[]float64{7}, record.Summary{1, 7, 7, record.Number(-inf), record.Number(inf), 7, 7, 7, 7, 0}},
		{[]float64{3, 1, 2}, record.Summary{3, 1, 2, record.Number(-inf), record.Number(inf), 2, 3, 3, 3, 1}},
		// Of 6 runs, 31 of 32 times the median lies between the least and the largest.
		{[]float64{6, 5, 4, 3, 2, 1}, record.Summary{6, 1, 3.5, 1, 6, 3.5, 6, 6, 6, 3 / 3.5}},
		// Of 10 runs, the second and the ninth are the ends at 95 %.
		{[]float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, record.Summary{10, 1, 5.5, 2, 9, 5.5, 9, 10, 10, 5 / 5.5}},
	} {
		if got := record.Summarise(c.ms); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: %+v, want %+v", c.ms, got, c.want)
		}
	}
}

// Of samples drawn from a known distribution, 95 % of the intervals and more hold
// its median.
func TestIntervalHoldsTheMedian(t *testing.T) {
	state := uint64(1)
	uniform := func() float64 {
		state = state*6364136223846793005 + 1442695040888963407
		return float64(state>>11) / (1 << 53)
	}
	held, tries := 0, 2000
	for range tries {
		ms := make([]float64, 30)
		for i := range ms {
			ms[i] = 1 - math.Log(uniform()) // as latencies: a floor and a long tail
		}
		s := record.Summarise(ms)
		if m := 1 + math.Ln2; float64(s.LowMS) <= m && m <= float64(s.HighMS) {
			held++
		}
	}
	if share := float64(held) / float64(tries); share < 0.95 || share > 0.99 {
		t.Errorf("%.1f %% of the intervals hold the median", 100*share)
	}
}

func series(f func(i int) float64) []float64 {
	ms := make([]float64, 30)
	for i := range ms {
		ms[i] = f(i)
	}
	return ms
}

func TestNoise(t *testing.T) {
	for _, c := range []struct {
		name string
		ms   []float64
		says []string
	}{
		{"quiet", series(func(i int) float64 { return 10 + 0.01*float64(i*7%11) }), nil},
		{"one outlier", series(func(i int) float64 { return 10 + 50*float64(i/29) }), nil},
		{"few", []float64{1, 1, 1}, []string{"3 runs are too few"}},
		{"none", nil, nil},
		{"wide", series(func(i int) float64 { return 10 + float64(i*7%11) }), []string{"only known to ±", "middle half"}},
		{"drift", series(func(i int) float64 { return 10 + 0.7*float64(i/15) + 0.01*float64(i*7%11) }), []string{"the second half of the runs took +7 %"}},
		{"zero", make([]float64, 30), []string{"too short to time"}},
	} {
		s := record.NewSeries(c.ms, nil)
		if s.Noisy() != (c.says != nil) || len(s.Noise) != len(c.says) {
			t.Errorf("%s: %q, want %q", c.name, s.Noise, c.says)
			continue
		}
		for i, want := range c.says {
			if !strings.Contains(s.Noise[i], want) {
				t.Errorf("%s: %q, want %q", c.name, s.Noise, c.says)
			}
		}
	}
}

func TestCompare(t *testing.T) {
	a := series(func(i int) float64 { return 10 + 0.1*float64(i*7%11) })
	slower := series(func(i int) float64 { return 10.5 + 0.1*float64(i*7%11) })
	same := series(func(i int) float64 { return 10 + 0.1*float64(i*5%11) })
	if p := record.Compare(a, slower); p > 1e-4 {
		t.Errorf("slower: p=%v", p)
	}
	if p := record.Compare(a, same); p < 0.3 {
		t.Errorf("the same: p=%v", p)
	}
	if p := record.Compare([]float64{1, 1}, []float64{1, 1}); p != 1 {
		t.Errorf("all equal: p=%v", p)
	}
}

func layer(name string, source ...string) record.Layer {
	return record.Layer{Name: name, Source: source}
}

// Layers that are fused on one side are brought together on the other.
func TestJoin(t *testing.T) {
	gpu := []record.Layer{layer("dw+pw", "dw", "bn1", "pw", "bn2"), layer("copy"), layer("fc", "fc")}
	cpu := []record.Layer{layer("dw", "dw", "bn1"), layer("pw", "pw", "bn2"), layer("fc", "fc"), layer("softmax", "softmax")}
	want := []record.Pair{
		{[]string{"dw", "bn1", "pw", "bn2"}, gpu[:1], cpu[:2]},
		{nil, gpu[1:2], nil},
		{[]string{"fc"}, gpu[2:], cpu[2:3]},
		{[]string{"softmax"}, nil, cpu[3:]},
	}
	if got := record.Join(gpu, cpu); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if got := record.Join(cpu, gpu); len(got) != 4 || len(got[0].A) != 2 || len(got[0].B) != 1 {
		t.Errorf("the other way: %+v", got)
	}
}

func TestNumberJSON(t *testing.T) {
	for _, c := range []struct {
		n    float64
		want string
	}{{0, "0"}, {1.5e-7, "1.5e-7"}, {math.NaN(), "null"}, {math.Inf(1), "null"}} {
		b, err := json.Marshal(record.Number(c.n))
		if err != nil || string(b) != c.want {
			t.Errorf("%v: %s, %v", c.n, b, err)
		}
		var back record.Number
		if err := json.Unmarshal(b, &back); err != nil || (c.want == "null") != math.IsNaN(float64(back)) {
			t.Errorf("%s reads as %v, %v", b, back, err)
		}
	}
}

// So few runs cannot tell anything: the smallest p-value is 2 over the number of ways to
// choose n of n+m.
func TestLeastP(t *testing.T) {
	for _, c := range []struct {
		n, m int
		want float64
	}{{0, 9, 1}, {9, 0, 1}, {1, 1, 1}, {2, 2, 2. / 6}, {3, 3, 2. / 20}, {3, 4, 2. / 35}, {3, 5, 2. / 56}, {4, 4, 2. / 70}, {1, 30, 2. / 31}, {1, 40, 2. / 41}} {
		if got := record.LeastP(c.n, c.m); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%d and %d runs: %v, want %v", c.n, c.m, got, c.want)
		}
	}
}
