//go:build noasm || race || !amd64

package simd

// CopyRuns copies runs, which must be inside of both, from src to the same places of dst.
func CopyRuns(dst, src []float32, runs []Run) { copyRunsGo(dst, src, runs) }
