package simd

// Run is N floats at a place, from another's memory of the same form.
type Run struct{ At, N, From int32 }

func copyRunsGo(dst, src []float32, runs []Run) {
	for _, r := range runs {
		copy(dst[r.At:r.At+r.N], src[r.At:])
	}
}
