package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"golang.org/x/perf/benchfmt"

	"github.com/shufflegl/shufflegl/internal/record"
)

// goBenchmark is Go's benchmark format, which benchstat reads: a line a run. What
// was varied is in the benchmark's name, where benchstat's -col and -row find it.
func goBenchmark(w io.Writer, rs []record.Record, _ Options) error {
	b := benchfmt.NewWriter(w)
	for i := range rs {
		r := &rs[i]
		res := benchfmt.Result{Iters: 1}
		for _, c := range [][2]string{
			{"goos", r.Context.Machine.OS}, {"goarch", r.Context.Machine.Arch}, {"cpu", r.Context.Machine.CPU},
			{r.Test.Backend + "-device", r.Device.Name}, {r.Test.Backend + "-driver", r.Device.Driver},
		} {
			if text := oneLine(c[1]); text != "" {
				res.Config = append(res.Config, benchfmt.Config{Key: c[0], Value: []byte(text), File: true})
			}
		}
		params := fmt.Sprintf("/model=%s/batch=%d", word(r.Model.Name), r.Test.Batch)
		if r.Test.Height > 0 {
			params += fmt.Sprintf("/size=%dx%d", r.Test.Height, r.Test.Width)
		}
		params += fmt.Sprintf("/backend=%s/precision=%s", word(r.Test.Backend), word(r.Test.Precision))
		if r.Test.Threads > 0 {
			params += fmt.Sprintf("/threads=%d", r.Test.Threads)
		}
		if err := runs(b, res, "Latency"+params, &r.Latency.Series); err != nil {
			return err
		}
		if t := r.Throughput; t != nil {
			if err := runs(b, res, fmt.Sprintf("Throughput%s/flight=%d", params, t.InFlight), &t.Series); err != nil {
				return err
			}
		}
	}
	return nil
}

func runs(b *benchfmt.Writer, res benchfmt.Result, name string, s *record.Series) error {
	res.Name = benchfmt.Name(name)
	for i, ms := range s.WallMS {
		res.Values = []benchfmt.Value{nanoseconds(ms, "ns/op")}
		if i < len(s.CPUMS) {
			res.Values = append(res.Values, nanoseconds(s.CPUMS[i], "cpu-ns/op"))
		}
		if err := b.Write(&res); err != nil {
			return err
		}
	}
	return nil
}

func nanoseconds(ms float64, unit string) benchfmt.Value {
	return benchfmt.Value{Value: ms / 1e3, Unit: strings.Replace(unit, "ns", "sec", 1), OrigValue: math.Round(ms * 1e6), OrigUnit: unit}
}

// word makes something a part of a benchmark's name.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == '/' || r == '=' {
			return '_'
		}
		return r
	}, s)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
