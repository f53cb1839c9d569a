// Package bench measures networks on backends side by side. It knows no
// command line and prints nothing: Compare returns one Record for each backend,
// which package report prints.
package bench

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Record is what was found out about one network on one backend. Its JSON form
// is the tool's output; scripts rely on the names.
type Record struct {
	Model      string `json:"model"`
	Backend    string `json:"backend"` // "gpu", "cpu" or "reference"
	Threads    int    `json:"threads"` // 0 where the backend does not say
	Precision  string `json:"precision"`
	Batch      int    `json:"batch"`
	InputShape []int  `json:"input_shape"`
	Input      string `json:"input"` // what the pixels were

	Runs     int     `json:"runs"`
	MinMS    float64 `json:"min_ms"`
	MedianMS float64 `json:"median_ms"`
	P90MS    float64 `json:"p90_ms"`
	MeanMS   float64 `json:"mean_ms"`

	MACs     int64  `json:"macs"`
	Launches int    `json:"launches"`
	Device   string `json:"device"`
	Driver   string `json:"driver"`
	Software bool   `json:"software_renderer,omitempty"` // a GPU that the CPU plays

	// The largest difference from the reference, over the largest magnitude of
	// the reference: of the outputs of the last timed run.
	MaxRelErr Number `json:"max_rel_err"`
	// The same from the first CPU backend measured beside; only for others.
	MaxRelDiffCPU *Number `json:"max_rel_diff_cpu,omitempty"`

	PrepareMS float64   `json:"prepare_ms"` // packing weights, building programs
	SamplesMS []float64 `json:"samples_ms"` // every timed run, in order
}

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

// summarise fills in the samples and their statistics. Median and 90th
// percentile are runs that really happened, not means of two.
func (r *Record) summarise(samples []time.Duration) {
	r.Runs = len(samples)
	r.SamplesMS = make([]float64, len(samples))
	for i, d := range samples {
		r.SamplesMS[i] = milliseconds(d)
	}
	if len(samples) == 0 {
		return
	}
	sorted := slices.Clone(r.SamplesMS)
	slices.Sort(sorted)
	r.MinMS = floats.Min(sorted)
	r.MedianMS = stat.Quantile(0.5, stat.Empirical, sorted, nil)
	r.P90MS = stat.Quantile(0.9, stat.Empirical, sorted, nil)
	r.MeanMS = stat.Mean(sorted, nil)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
