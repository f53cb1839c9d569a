//go:build !noasm && !race

package simd

// CopyRuns copies runs, which must be inside of both, from src to the same places of dst: a call of the
// runtime for each takes longer than most of them.
func CopyRuns(dst, src []float32, runs []Run) {
	if len(runs) > 0 && vectors {
		copyRuns(&dst[0], &src[0], &runs[0], len(runs))
		return
	}
	copyRunsGo(dst, src, runs)
}
