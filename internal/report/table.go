package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/tensor"
)

// table prints a block for each model: what was measured, a row a backend, the
// devices, and the verdict.
func table(w io.Writer, rs []bench.Record) error {
	var b strings.Builder
	for i, group := range byModel(rs) {
		if i > 0 {
			b.WriteByte('\n')
		}
		model(&b, group)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// byModel cuts records into runs of one model.
func byModel(rs []bench.Record) [][]bench.Record {
	var groups [][]bench.Record
	for i, r := range rs {
		if i == 0 || r.Model != rs[i-1].Model {
			groups = append(groups, nil)
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], r)
	}
	return groups
}

func model(b *strings.Builder, rs []bench.Record) {
	r := rs[0]
	fmt.Fprintf(b, "%s, input %v (%s), %.1f M multiply-adds, %s\n", r.Model, tensor.Shape(r.InputShape), r.Input, float64(r.MACs)/1e6, r.Precision)
	if len(rs) > 1 {
		fmt.Fprintf(b, "%d runs of each, interleaved in random order; input upload and output readback included\n\n", r.Runs)
	} else {
		fmt.Fprintf(b, "%d runs; input upload and output readback included\n\n", r.Runs)
	}
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "backend\tthreads\tmin ms\tmedian\tp90\tmean\tGMAC/s\tlaunches\tmax error\t")
	for _, r := range rs {
		threads := "-"
		if r.Threads > 0 {
			threads = fmt.Sprint(r.Threads)
		}
		rate := "-"
		if r.MedianMS > 0 {
			rate = figure(float64(r.MACs) / r.MedianMS / 1e6)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%.1e\t\n", r.Backend, threads, figure(r.MinMS),
			figure(r.MedianMS), figure(r.P90MS), figure(r.MeanMS), rate, r.Launches, float64(r.MaxRelErr))
	}
	t.Flush()
	b.WriteByte('\n')
	said := map[string]bool{}
	for _, r := range rs {
		line := fmt.Sprintf("%s: %s; %s\n", r.Backend, r.Device, r.Driver)
		if !said[line] {
			b.WriteString(line)
		}
		said[line] = true
	}
	for _, line := range Verdict(rs) {
		b.WriteString(line + "\n")
	}
}

// figure writes a positive number with three or four digits that count.
func figure(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}
