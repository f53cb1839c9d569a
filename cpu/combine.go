package cpu

import "github.com/shufflegl/shufflegl/network"

// combine is dst[i] = fn(a[i], b[i]). Go's min and max keep a NaN.
func combine(fn network.BinaryFn, dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	switch fn {
	case network.FnAdd:
		for i := range dst {
			dst[i] = a[i] + b[i]
		}
	case network.FnSub:
		for i := range dst {
			dst[i] = a[i] - b[i]
		}
	case network.FnMul:
		for i := range dst {
			dst[i] = a[i] * b[i]
		}
	case network.FnDiv:
		for i := range dst {
			dst[i] = a[i] / b[i]
		}
	case network.FnMax:
		for i := range dst {
			dst[i] = max(a[i], b[i])
		}
	case network.FnMin:
		for i := range dst {
			dst[i] = min(a[i], b[i])
		}
	case network.FnPReLU:
		for i, v := range a {
			if v < 0 {
				v *= b[i]
			}
			dst[i] = v
		}
	}
}
