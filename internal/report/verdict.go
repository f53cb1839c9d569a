package report

import (
	"fmt"

	"github.com/shufflegl/shufflegl/internal/bench"
)

// tolerance is the largest relative error of a result that still counts as
// right.
const tolerance = 1e-4

// Verdict says in a few lines what the records of one model mean: whether the
// GPU and the CPU agree, which is faster and by how much, and what to keep in
// mind. It is empty where there is nothing to compare.
func Verdict(rs []bench.Record) []string {
	var lines []string
	gpu, cpu := fastest(rs, "gpu"), fastest(rs, "cpu")
	wrong := Wrong(rs)
	for _, w := range wrong {
		lines = append(lines, "WRONG: "+w)
	}
	if gpu == nil || cpu == nil {
		return lines
	}
	if d := gpu.MaxRelDiffCPU; d != nil {
		lines = append(lines, fmt.Sprintf("largest difference between the GPU's and the CPU's results: %.1e of the largest magnitude", float64(*d)))
	}
	if len(wrong) > 0 {
		return append(lines, "verdict: none, a wrong result has no speed")
	}
	lines = append(lines, "verdict: "+faster(gpu, cpu))
	if gpu.Software {
		lines = append(lines, "note: this is a software renderer on the CPU: not a GPU's speed")
	}
	return lines
}

// Wrong tells of each record whose results are not right.
func Wrong(rs []bench.Record) []string {
	var lines []string
	for _, r := range rs {
		if !(float64(r.MaxRelErr) <= tolerance) { // NaN is wrong, too
			lines = append(lines, fmt.Sprintf("the %s's results for %s are off by %.1e of the largest magnitude (at most %.0e is right); gpubench verify tells where",
				r.Backend, r.Model, float64(r.MaxRelErr), tolerance))
		}
	}
	return lines
}

func faster(gpu, cpu *bench.Record) string {
	first, second := "GPU", "CPU"
	a, b := gpu.MedianMS, cpu.MedianMS
	if b < a {
		first, second, a, b = second, first, b, a
	}
	if a <= 0 {
		return "none, the runs are too short to time"
	}
	ratio := b / a
	if ratio < 1.02 {
		return fmt.Sprintf("the %s and the %s are equally fast (medians %s and %s ms)", first, second, figure(a), figure(b))
	}
	return fmt.Sprintf("the %s is %.2f times as fast as the %s (medians %s and %s ms)", first, ratio, second, figure(a), figure(b))
}

// fastest is the record with the smallest median of a backend, or nil.
func fastest(rs []bench.Record, backend string) *bench.Record {
	var best *bench.Record
	for i := range rs {
		if rs[i].Backend == backend && (best == nil || rs[i].MedianMS < best.MedianMS) {
			best = &rs[i]
		}
	}
	return best
}
