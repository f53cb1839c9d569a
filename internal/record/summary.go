package record

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/perf/benchmath"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Confidence is the level of all confidence intervals.
const Confidence = 0.95

// Summary is a sample in a few figures, in milliseconds. The confidence interval
// of the median assumes nothing about how runs are distributed: its ends are runs
// that happened. Fewer than 6 runs give none.
type Summary struct {
	N        int     `json:"n"`
	MinMS    float64 `json:"min_ms"`
	MedianMS float64 `json:"median_ms"`
	LowMS    Number  `json:"low_ms"` // 95 % confidence interval of the median
	HighMS   Number  `json:"high_ms"`
	MeanMS   float64 `json:"mean_ms"`
	P90MS    float64 `json:"p90_ms"` // a run that happened, as P99
	P99MS    float64 `json:"p99_ms"`
	MaxMS    float64 `json:"max_ms"`
	Spread   float64 `json:"spread"` // what the middle half of the runs spans, over the median
}

// Summarise sums up samples in milliseconds.
func Summarise(ms []float64) Summary {
	if len(ms) == 0 {
		return Summary{LowMS: Number(math.Inf(-1)), HighMS: Number(math.Inf(1))}
	}
	sorted := slices.Clone(ms)
	m := benchmath.AssumeNothing.Summary(benchmath.NewSample(sorted, &benchmath.DefaultThresholds), Confidence)
	at := func(p float64) float64 { return stat.Quantile(p, stat.Empirical, sorted, nil) }
	s := Summary{
		N: len(ms), MinMS: floats.Min(sorted), MedianMS: m.Center, LowMS: Number(m.Lo), HighMS: Number(m.Hi),
		MeanMS: stat.Mean(sorted, nil), P90MS: at(0.9), P99MS: at(0.99), MaxMS: floats.Max(sorted),
	}
	if s.MedianMS > 0 {
		s.Spread = (at(0.75) - at(0.25)) / s.MedianMS
	}
	return s
}

// Interval is half the confidence interval's width over the median, the wider
// side; infinite if there is none.
func (s *Summary) Interval() float64 {
	if s.MedianMS <= 0 {
		return math.Inf(1)
	}
	return max(float64(s.HighMS)-s.MedianMS, s.MedianMS-float64(s.LowMS)) / s.MedianMS
}

// NewTiming sums up samples in short.
func NewTiming(ms []float64) Timing {
	s := Summarise(ms)
	return Timing{MedianMS: s.MedianMS, LowMS: s.LowMS, HighMS: s.HighMS, MinMS: s.MinMS, SamplesMS: ms}
}

// NewSeries sums up runs and says whether they were noisy. CPU times may be nil.
func NewSeries(wall, cpu []float64) Series {
	s := Series{WallMS: wall, CPUMS: cpu, Wall: Summarise(wall)}
	if len(cpu) > 0 {
		c := Summarise(cpu)
		s.CPU = &c
	}
	s.Noise = noise(wall, &s.Wall)
	return s
}

// What a quiet figure keeps within.
const (
	quietInterval = 0.05 // of the median
	quietSpread   = 0.20
	quietDrift    = 0.05
	driftLevel    = 0.01 // at which a drift counts as one
)

// noise says why runs are not to be trusted.
func noise(ms []float64, s *Summary) (why []string) {
	if s.N == 0 {
		return nil
	}
	if s.MedianMS <= 0 {
		return []string{"the runs are too short to time"}
	}
	if i := s.Interval(); math.IsInf(i, 1) {
		why = append(why, fmt.Sprintf("%d runs are too few for a confidence interval", s.N))
	} else if i > quietInterval {
		why = append(why, fmt.Sprintf("the median is only known to ±%.0f %%", 100*i))
	}
	if s.Spread > quietSpread {
		why = append(why, fmt.Sprintf("the middle half of the runs spans %.0f %% of the median", 100*s.Spread))
	}
	first, last := Summarise(ms[:s.N/2]), Summarise(ms[s.N/2:])
	if first.MedianMS > 0 {
		drift := last.MedianMS/first.MedianMS - 1
		if math.Abs(drift) > quietDrift && Compare(ms[:s.N/2], ms[s.N/2:]) < driftLevel {
			why = append(why, fmt.Sprintf("the second half of the runs took %+.0f %%", 100*drift))
		}
	}
	return why
}

// Compare is the p-value of the Mann-Whitney U test: how likely two samples
// differ so much if nothing has changed. It is 1 where the test can't tell.
func Compare(a, b []float64) float64 {
	sample := func(ms []float64) *benchmath.Sample {
		return benchmath.NewSample(slices.Clone(ms), &benchmath.DefaultThresholds)
	}
	return benchmath.AssumeNothing.Compare(sample(a), sample(b)).P
}

// LeastP is the smallest p-value that Compare can give for so many runs: what it says of
// samples of which each run of one is quicker than all of the other.
func LeastP(n, m int) float64 {
	if n < 1 || m < 1 {
		return 1
	}
	ms := make([]float64, n+m)
	for i := range ms {
		ms[i] = float64(i + 1)
	}
	return Compare(ms[:n], ms[n:])
}

// Milliseconds is the unit of all times in records.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Number is a float64 whose JSON is null if it is infinite or NaN, for which
// JSON has no words.
type Number float64

func (n Number) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}
