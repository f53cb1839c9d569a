package cpu

import "github.com/shufflegl/shufflegl/cpu/internal/simd"

// inside gives the outputs [lo, hi) of out whose input i·stride + shift is inside
// [0, in).
func inside(in, out, stride, shift int) (lo, hi int) {
	if shift < 0 {
		lo = min((-shift+stride-1)/stride, out)
	}
	if shift < in {
		hi = min((in-1-shift)/stride+1, out)
	}
	return lo, max(lo, hi)
}

// every is dst[i] = src[i·stride].
func every(dst, src []float32, stride int) {
	switch stride {
	case 1:
		copy(dst, src)
	case 2:
		simd.Evens(dst, src)
	default:
		for i := range dst {
			dst[i] = src[i*stride]
		}
	}
}
