package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"

	"github.com/shufflegl/shufflegl/internal/record"
)

// goBenchmark is Go's benchmark format, which benchstat reads: a line a run. What
// was varied is in the benchmark's name, where benchstat's -col and -row find it.
func goBenchmark(w io.Writer, rs []record.Record, _ Options) error {
	b := benchfmt.NewWriter(w)
	config := goConfig(rs)
	for i := range rs {
		r := &rs[i]
		res := benchfmt.Result{Iters: 1, Config: config}
		params := fmt.Sprintf("/model=%s/batch=%d", word(r.Model.Name), r.Test.Batch)
		if r.Test.Height > 0 {
			params += fmt.Sprintf("/size=%dx%d", r.Test.Height, r.Test.Width)
		}
		params += fmt.Sprintf("/backend=%s/precision=%s", word(r.Test.Backend), word(r.Test.Precision))
		if m := otherMaps(r.Test.Maps); m != "" {
			params += "/maps=" + word(m)
		}
		if r.Test.Fuse != "" {
			params += "/fuse=" + word(r.Test.Fuse)
		}
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

// goConfig says what all records ran on: the same for each, or benchstat would put
// GPU and CPU into tables of their own.
func goConfig(rs []record.Record) []benchfmt.Config {
	var all []benchfmt.Config
	add := func(key string, of func(*record.Record) string) {
		var values []string
		for i := range rs {
			if v := strings.Join(strings.Fields(of(&rs[i])), " "); v != "" && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		if len(values) > 0 {
			all = append(all, benchfmt.Config{Key: key, Value: []byte(strings.Join(values, ", ")), File: true})
		}
	}
	add("goos", func(r *record.Record) string { return r.Context.Machine.OS })
	add("goarch", func(r *record.Record) string { return r.Context.Machine.Arch })
	add("cpu", func(r *record.Record) string { return r.Context.Machine.CPU })
	for _, backend := range []string{"gpu", "cpu", "reference"} {
		of := func(text func(*record.Record) string) func(*record.Record) string {
			return func(r *record.Record) string {
				if r.Test.Backend != backend {
					return ""
				}
				return text(r)
			}
		}
		add(backend+"-device", of(func(r *record.Record) string { return r.Device.Name }))
		add(backend+"-driver", of(func(r *record.Record) string { return r.Device.Driver }))
	}
	return all
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
