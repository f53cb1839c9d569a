package report

import (
	"fmt"
	"math"
	"path/filepath"

	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/tensor"
)

// column is one of the tables for people.
type column struct {
	name string
	text func(*record.Record) string // empty where there is nothing to say
}

// parameters are what may be varied: tables show those that differ, and say the
// others once.
func parameters(rs []record.Record) []column {
	return []column{
		{"model", modelNames(rs)},
		{"input", func(r *record.Record) string { return inputShape(r) }},
		{"backend", func(r *record.Record) string { return r.Test.Backend }},
		{"precision", func(r *record.Record) string { return r.Test.Precision }},
		{"maps", func(r *record.Record) string { return r.Test.Maps }},
		{"fused", func(r *record.Record) string { return r.Test.Fuse }},
		{"threads", func(r *record.Record) string { return positive(r.Test.Threads) }},
		{"device", func(r *record.Record) string { return r.Device.Name }},
		{"in flight", func(r *record.Record) string {
			if r.Throughput == nil {
				return ""
			}
			return fmt.Sprint(r.Throughput.InFlight)
		}},
		{"version", func(r *record.Record) string { return version(r.Context.Library) }},
		{"repeat", func(r *record.Record) string { return fmt.Sprint(r.Run.Repeat + 1) }},
	}
}

// figures are what was measured: tables show those that some record has.
func figures() []column {
	return []column{
		{"median ms", func(r *record.Record) string { return figure(r.Latency.Wall.MedianMS) + mark(r.Latency.Noisy()) }},
		{"95 % interval", func(r *record.Record) string { return interval(&r.Latency.Wall) }},
		{"min", func(r *record.Record) string { return figure(r.Latency.Wall.MinMS) }},
		{"p90", func(r *record.Record) string { return figure(r.Latency.Wall.P90MS) }},
		{"p99", func(r *record.Record) string { return figure(r.Latency.Wall.P99MS) }},
		{"spread", func(r *record.Record) string { return fmt.Sprintf("%.0f %%", 100*r.Latency.Wall.Spread) }},
		{"CPU ms", func(r *record.Record) string {
			if r.Latency.CPU == nil {
				return ""
			}
			return figure(r.Latency.CPU.MedianMS)
		}},
		{"pictures/s", func(r *record.Record) string {
			if r.Throughput == nil {
				return ""
			}
			return figure(pictures(r)) + mark(r.Throughput.Noisy())
		}},
		{"GMAC/s", func(r *record.Record) string { return rate(r.Model.MACs, r.Latency.Wall.MedianMS) }},
		{"of peak", func(r *record.Record) string { return ofPeak(r.LeastMS(), r.Latency.Wall.MedianMS) }},
		{"max error", func(r *record.Record) string {
			if r.Accuracy == nil {
				return ""
			}
			return fmt.Sprintf("%.1e", float64(r.Accuracy.MaxRelErr))
		}},
	}
}

// pick gives the columns to show, and of those that are left out because all
// records agree, the common text.
func pick(rs []record.Record) (shown []column, common map[string]string) {
	common = map[string]string{}
	for _, c := range parameters(rs) {
		same := true
		for i := range rs {
			same = same && c.text(&rs[i]) == c.text(&rs[0])
		}
		// Devices go with the backend, and are told below; so do their maps.
		if perBackend := (c.name == "device" || c.name == "maps") && onePer(rs, c.text); !same && !perBackend || c.name == "backend" {
			shown = append(shown, c)
		} else if same {
			common[c.name] = c.text(&rs[0])
		}
	}
	for _, c := range figures() {
		for i := range rs {
			if c.text(&rs[i]) != "" {
				shown = append(shown, c)
				break
			}
		}
	}
	return shown, common
}

// onePer reports whether a text is the same for all records of a backend and a
// number of threads.
func onePer(rs []record.Record, text func(*record.Record) string) bool {
	seen := map[string]string{}
	for i := range rs {
		key := fmt.Sprint(rs[i].Test.Backend, rs[i].Test.Threads)
		if t, ok := seen[key]; ok && t != text(&rs[i]) {
			return false
		}
		seen[key] = text(&rs[i])
	}
	return true
}

// pictures is how many pictures a second there are, with frames in flight: a frame is a
// batch.
func pictures(r *record.Record) float64 { return r.Throughput.FPS * float64(max(r.Test.Batch, 1)) }

// modelNames calls models by their files' names, without folders where that tells them
// apart.
func modelNames(rs []record.Record) func(*record.Record) string {
	full := map[string]string{}
	clash := map[string]bool{}
	for i := range rs {
		n := rs[i].Model.Name
		b := filepath.Base(n)
		if other, ok := full[b]; ok && other != n {
			clash[b] = true
		}
		full[b] = n
	}
	return func(r *record.Record) string {
		if b := filepath.Base(r.Model.Name); !clash[b] {
			return b
		}
		return r.Model.Name
	}
}

func inputShape(r *record.Record) string {
	if len(r.Model.Inputs) == 0 {
		return ""
	}
	return tensor.Shape(r.Model.Inputs[0].Shape).String()
}

func positive(n int) string {
	if n < 1 {
		return ""
	}
	return fmt.Sprint(n)
}

func version(l record.Library) string {
	v := l.Version
	if len(l.Commit) >= 12 {
		v += " " + l.Commit[:12]
	}
	if l.Modified {
		v += "+changes"
	}
	return v
}

// mark stands behind figures that are not to be trusted.
func mark(noisy bool) string {
	if noisy {
		return "*"
	}
	return ""
}

func interval(s *record.Summary) string {
	if math.IsInf(s.Interval(), 1) || math.IsNaN(float64(s.LowMS)) || math.IsNaN(float64(s.HighMS)) {
		return ""
	}
	return figure(float64(s.LowMS)) + " - " + figure(float64(s.HighMS))
}

// rate is how much is done a second, in milliards.
func rate(n int64, ms float64) string {
	if ms <= 0 {
		return ""
	}
	return figure(float64(n) / ms / 1e6)
}

// figure writes a number with three or four digits that count.
func figure(x float64) string {
	switch a := math.Abs(x); {
	case a >= 100:
		return fmt.Sprintf("%.0f", x)
	case a >= 10:
		return fmt.Sprintf("%.1f", x)
	case a >= 0.1 || a == 0:
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.3f", x)
}

// bytes writes a size.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return figure(float64(n)/1e9) + " GB"
	case n >= 1e6:
		return figure(float64(n)/1e6) + " MB"
	}
	return figure(float64(n)/1e3) + " kB"
}
