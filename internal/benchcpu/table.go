package main

import (
	"fmt"
	"io"
)

// row is what both engines took for a model.
type row struct {
	model        string
	threads      int
	macs         int64 // of a run
	ours, theirs timings
}

func header(w io.Writer) {
	fmt.Fprintf(w, "%-28s %8s %18s %18s %16s %26s\n", "", "", "shufflegl, ms", "ONNX Runtime, ms", "ratio", "after a pause, medians")
	fmt.Fprintf(w, "%-28s %8s %9s%9s %9s%9s %8s%8s %9s%9s%8s\n", "model", "threads", "min", "median", "min", "median", "min", "median", "ms", "ms", "ratio")
}

func (r *row) print(w io.Writer) {
	a, b := r.ours, r.theirs
	fmt.Fprintf(w, "%-28s %8d %9.3f%9.3f %9.3f%9.3f %8.2f%8.2f %9.3f%9.3f%8.2f\n", r.model, r.threads,
		a.steady[0], median(a.steady), b.steady[0], median(b.steady), a.steady[0]/b.steady[0], median(a.steady)/median(b.steady),
		median(a.early), median(b.early), median(a.early)/median(b.early))
}

// printRates says how many multiply-adds a second each does, how long one of them takes in the first
// model's time for one with as many threads, and how many times as fast the model is as with the
// threads of the first row: all by steady medians.
func printRates(w io.Writer, rows []row) {
	if len(rows) == 0 {
		return
	}
	first, few := map[int]*row{}, map[string]*row{}
	fmt.Fprintf(w, "\n%-28s %8s %18s %18s %18s\n", "", "", "G multiply-adds/s", "one's time", "threads' gain")
	fmt.Fprintf(w, "%-28s %8s %9s%9s %9s%9s %9s%9s\n", "model", "threads", "ours", "ONNX R.", "ours", "ONNX R.", "ours", "ONNX R.")
	for i := range rows {
		r := &rows[i]
		if first[r.threads] == nil {
			first[r.threads] = r
		}
		if few[r.model] == nil {
			few[r.model] = r
		}
		fmt.Fprintf(w, "%-28s %8d", r.model, r.threads)
		fmt.Fprintf(w, " %9.1f%9.1f", rate(r, ours), rate(r, theirs))
		fmt.Fprintf(w, " %9.3f%9.3f", rate(first[r.threads], ours)/rate(r, ours), rate(first[r.threads], theirs)/rate(r, theirs))
		if one := few[r.model]; one != r {
			fmt.Fprintf(w, " %9.2f%9.2f", rate(r, ours)/rate(one, ours), rate(r, theirs)/rate(one, theirs))
		}
		fmt.Fprintln(w)
	}
}

func ours(r *row) float64   { return median(r.ours.steady) }
func theirs(r *row) float64 { return median(r.theirs.steady) }

// rate is in thousand million multiply-adds a second.
func rate(r *row, milliseconds func(*row) float64) float64 {
	return float64(r.macs) / milliseconds(r) / 1e6
}
