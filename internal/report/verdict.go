package report

import (
	"fmt"

	"github.com/shufflegl/shufflegl/internal/record"
)

// How some lines of a verdict begin.
const (
	agreePrefix = "largest difference between the GPU's and the CPU's results"
	notePrefix  = "note: "
)

// Verdict says in a few lines what records that were measured in turns mean:
// whether the GPU and the CPU agree, which is faster and by how much, and what to
// keep in mind. It is empty where there is nothing to compare.
func Verdict(rs []record.Record) []string {
	var lines []string
	gpu, cpu := fastest(rs, "gpu"), fastest(rs, "cpu")
	wrong := Wrong(rs)
	for _, w := range wrong {
		lines = append(lines, "WRONG: "+w)
	}
	if gpu == nil || cpu == nil {
		return lines
	}
	if a := gpu.Accuracy; a != nil && a.MaxRelDiffCPU != nil {
		lines = append(lines, fmt.Sprintf(agreePrefix+": %.1e of the largest magnitude", float64(*a.MaxRelDiffCPU)))
	}
	if len(wrong) > 0 {
		return append(lines, "verdict: none, a wrong result has no speed")
	}
	lines = append(lines, "verdict: "+faster(gpu, cpu)+frees(gpu, cpu))
	if gpu.Device.Software {
		lines = append(lines, notePrefix+"this is a software renderer on the CPU: not a GPU's speed")
	}
	return lines
}

// Wrong tells of each record whose results are not right.
func Wrong(rs []record.Record) []string {
	var lines []string
	for _, r := range rs {
		if r.Accuracy.Wrong() {
			lines = append(lines, fmt.Sprintf("the %s's results for %s are off by %.1e of the largest magnitude (at most %.0e is right); gpubench verify tells where",
				r.Test.Backend, r.Model.Name, float64(r.Accuracy.MaxRelErr), r.Accuracy.Tolerance))
		}
	}
	return lines
}

// Differences count from this on, if the runs tell them from chance.
const (
	equalRatio = 1.02
	chance     = 0.05
)

// outcome holds the GPU's median against the CPU's: by how much the slower one is
// slower, and whether the runs cannot tell them apart. It is not ok if there is
// nothing to divide by.
func outcome(gpu, cpu *record.Record) (first, second string, ratio float64, even, ok bool) {
	first, second = "GPU", "CPU"
	a, b := gpu.Latency.Wall.MedianMS, cpu.Latency.Wall.MedianMS
	if b < a {
		first, second, a, b = second, first, b, a
	}
	if a <= 0 {
		return first, second, 0, false, false
	}
	p := record.Compare(gpu.Latency.WallMS, cpu.Latency.WallMS)
	even = b/a < equalRatio || p > chance && gpu.Latency.Wall.N > 3 && cpu.Latency.Wall.N > 3
	return first, second, b / a, even, true
}

func faster(gpu, cpu *record.Record) string {
	first, second, ratio, even, ok := outcome(gpu, cpu)
	a, b := gpu.Latency.Wall.MedianMS, cpu.Latency.Wall.MedianMS
	medians := fmt.Sprintf("(medians %s and %s ms)", figure(min(a, b)), figure(max(a, b)))
	switch {
	case !ok:
		return "none, the runs are too short to time"
	case even:
		return fmt.Sprintf("the %s and the %s are equally fast %s", first, second, medians)
	}
	return fmt.Sprintf("the %s is %.2f times as fast as the %s %s", first, ratio, second, medians)
}

// frees says so if the GPU, not being faster, leaves the CPU to others.
func frees(gpu, cpu *record.Record) string {
	g, c := gpu.Latency.CPU, cpu.Latency.CPU
	if g == nil || c == nil || gpu.Latency.Wall.MedianMS < cpu.Latency.Wall.MedianMS || g.MedianMS > c.MedianMS/2 {
		return ""
	}
	return fmt.Sprintf(", but the GPU frees it: a run takes %s instead of %s ms of the processor's time", figure(g.MedianMS), figure(c.MedianMS))
}

// fastest is the record with the smallest median of a backend, or nil.
func fastest(rs []record.Record, backend string) *record.Record {
	var best *record.Record
	for i := range rs {
		if rs[i].Test.Backend == backend && (best == nil || rs[i].Latency.Wall.MedianMS < best.Latency.Wall.MedianMS) {
			best = &rs[i]
		}
	}
	return best
}
