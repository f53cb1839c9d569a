package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalFullyConnected is ONNX's Gemm-13 with transB = 1:
//
//	y[n,m] = b[m] + Σ_k x[n,k] · w[m,k]
//
//	x [N,K]  w [M,K]  b [M] or nil  y [N,M]
func evalFullyConnected(y, x, w, b *tensor.Tensor) {
	rows, depth := w.Shape[0], w.Shape[1]
	for n := range x.Shape[0] {
		for m := range rows {
			sum := 0.0
			if b != nil {
				sum = float64(b.Data[m])
			}
			for k := range depth {
				sum += float64(x.Data[n*depth+k]) * float64(w.Data[m*depth+k])
			}
			y.Data[n*rows+m] = float32(sum)
		}
	}
}

// evalSoftmax is ONNX's Softmax-13, along one axis a:
//
//	y[…,i,…] = exp(x[…,i,…] − M) / Σ_k exp(x[…,k,…] − M),  M = max_k x[…,k,…]
//
// M changes nothing but keeps the exponentials finite (Goodfellow and others,
// Deep Learning, section 4.1).
func evalSoftmax(op network.Softmax, y, x *tensor.Tensor) {
	outer, size, inner := around(x.Shape, op.Axis)
	for o := range outer {
		for i := range inner {
			at := func(k int) int { return (o*size+k)*inner + i }
			most := math.Inf(-1)
			for k := range size {
				most = max(most, float64(x.Data[at(k)]))
			}
			sum := 0.0
			for k := range size {
				sum += math.Exp(float64(x.Data[at(k)]) - most)
			}
			for k := range size {
				y.Data[at(k)] = float32(math.Exp(float64(x.Data[at(k)])-most) / sum)
			}
		}
	}
}

// around splits a shape at an axis (from the end if negative): the number of
// elements before it, its size, and the number of elements after it. Element
// (o, k, i) is at (o·size + k)·inner + i.
func around(s tensor.Shape, axis int) (outer, size, inner int) {
	if axis < 0 {
		axis += len(s)
	}
	return s[:axis].Size(), s[axis], s[axis+1:].Size()
}
