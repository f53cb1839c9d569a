package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/internal/record"
)

// commas is the format csv: always the same columns, one row a record. Samples
// and layers are in JSON alone. What is not known is empty.
func commas(w io.Writer, rs []record.Record, _ Options) error {
	c := csv.NewWriter(w)
	var header []string
	for _, f := range fields() {
		header = append(header, f.name)
	}
	c.Write(header)
	for i := range rs {
		var row []string
		for _, f := range fields() {
			row = append(row, plain(f.value(&rs[i])))
		}
		c.Write(row)
	}
	c.Flush()
	return c.Error()
}

// field is a column of csv; scripts rely on the names.
type field struct {
	name  string
	value func(*record.Record) any
}

func fields() []field {
	type R = *record.Record
	return []field{
		{"run", func(r R) any { return r.Run.ID }},
		{"time", func(r R) any { return r.Run.Time.UTC().Format(time.RFC3339) }},
		{"group", func(r R) any { return r.Run.Group }},
		{"repeat", func(r R) any { return r.Run.Repeat }},
		{"interrupted", func(r R) any { return r.Run.Interrupted }},
		{"model", func(r R) any { return r.Model.Name }},
		{"backend", func(r R) any { return r.Test.Backend }},
		{"threads", func(r R) any { return r.Test.Threads }},
		{"precision", func(r R) any { return r.Test.Precision }},
		{"maps", func(r R) any { return r.Test.Maps }},
		{"fuse", func(r R) any { return r.Test.Fuse }},
		{"batch", func(r R) any { return r.Test.Batch }},
		{"height", func(r R) any { return r.Test.Height }},
		{"width", func(r R) any { return r.Test.Width }},
		{"device", func(r R) any { return r.Device.Name }},
		{"driver", func(r R) any { return r.Device.Driver }},
		{"version", func(r R) any { return version(r.Context.Library) }},
		{"macs", func(r R) any { return r.Model.MACs }},
		{"bytes", func(r R) any { return r.Model.Bytes }},
		{"launches", func(r R) any { return r.Model.Launches }},
		{"runs", func(r R) any { return r.Latency.Wall.N }},
		{"median_ms", func(r R) any { return r.Latency.Wall.MedianMS }},
		{"low_ms", func(r R) any { return float64(r.Latency.Wall.LowMS) }},
		{"high_ms", func(r R) any { return float64(r.Latency.Wall.HighMS) }},
		{"min_ms", func(r R) any { return r.Latency.Wall.MinMS }},
		{"p90_ms", func(r R) any { return r.Latency.Wall.P90MS }},
		{"p99_ms", func(r R) any { return r.Latency.Wall.P99MS }},
		{"max_ms", func(r R) any { return r.Latency.Wall.MaxMS }},
		{"mean_ms", func(r R) any { return r.Latency.Wall.MeanMS }},
		{"spread", func(r R) any { return r.Latency.Wall.Spread }},
		{"cpu_ms", func(r R) any {
			if r.Latency.CPU == nil {
				return nil
			}
			return r.Latency.CPU.MedianMS
		}},
		{"noise", func(r R) any { return strings.Join(r.Latency.Noise, "; ") }},
		{"in_flight", func(r R) any {
			if r.Throughput == nil {
				return nil
			}
			return r.Throughput.InFlight
		}},
		{"fps", func(r R) any {
			if r.Throughput == nil {
				return nil
			}
			return r.Throughput.FPS
		}},
		{"upload_ms", stage(func(s *record.Stages) *record.Timing { return &s.Upload })},
		{"submit_ms", stage(func(s *record.Stages) *record.Timing { return &s.Submit })},
		{"wait_ms", stage(func(s *record.Stages) *record.Timing { return &s.Wait })},
		{"readback_ms", stage(func(s *record.Stages) *record.Timing { return &s.Readback })},
		{"gpu_busy_ms", stage(func(s *record.Stages) *record.Timing { return s.Busy })},
		{"layer_sum_ms", func(r R) any {
			if r.LayerSum == nil || r.LayerSum.Missing != "" {
				return nil
			}
			return r.LayerSum.SumMS
		}},
		{"least_ms", func(r R) any {
			if least := r.LeastMS(); least > 0 {
				return least
			}
			return nil
		}},
		{"max_rel_err", func(r R) any {
			if r.Accuracy == nil {
				return nil
			}
			return float64(r.Accuracy.MaxRelErr)
		}},
		{"first_inference_ms", func(r R) any { return r.Start.TotalMS }},
		{"device_memory_bytes", func(r R) any { return r.Device.MemoryBytes }},
		{"peak_rss_bytes", func(r R) any { return r.Context.PeakRSSBytes }},
		{"warnings", func(r R) any { return strings.Join(r.Context.Warnings, "; ") }},
	}
}

func stage(of func(*record.Stages) *record.Timing) func(*record.Record) any {
	return func(r *record.Record) any {
		if r.Stages == nil || of(r.Stages) == nil {
			return nil
		}
		return of(r.Stages).MedianMS
	}
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}
