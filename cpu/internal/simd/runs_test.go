package simd

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Runs of all lengths, beside floats that must stay.
func TestCopyRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 50 {
		src, dst := make([]float32, 4000), make([]float32, 4000)
		for i := range src {
			src[i], dst[i] = r.Float32(), -1
		}
		want := slices.Clone(dst)
		var runs []Run
		for at := r.IntN(4); ; {
			n := r.IntN(70)
			if at+n > len(src) {
				break
			}
			runs = append(runs, Run{At: int32(at), N: int32(n)})
			copy(want[at:at+n], src[at:])
			at += n + 1 + r.IntN(5)
		}
		CopyRuns(dst, src, runs)
		for i, v := range dst {
			if v != want[i] {
				t.Fatalf("%d runs: float %d is %g, not %g", len(runs), i, v, want[i])
			}
		}
	}
	CopyRuns(nil, nil, nil)
}
