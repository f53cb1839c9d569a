package cpu

import "github.com/shufflegl/shufflegl/tensor"

// evalMatMul multiplies the matrices of the last two dimensions (NumPy's matmul,
// ONNX's MatMul-13): y[…,i,j] = Σ_k a[…,i,k] · b[…,k,j], the dimensions before
// broadcast.
func evalMatMul(y, a, b *tensor.Tensor) {
	rank, depth := len(y.Shape), a.Shape[len(a.Shape)-1]
	for e := range y.Data {
		at := position(y.Shape, e)
		i, j := at[rank-2], at[rank-1]
		sum := 0.0
		for k := range depth {
			at[rank-2], at[rank-1] = i, k
			av := float64(a.Data[matrixElement(a.Shape, at)])
			at[rank-2], at[rank-1] = k, j
			sum += av * float64(b.Data[matrixElement(b.Shape, at)])
		}
		y.Data[e] = float32(sum)
	}
}

// matrixElement is broadcastElement for the dimensions before the matrices alone:
// a row or column index is never 0 for another.
func matrixElement(s tensor.Shape, at []int) int {
	outer := len(s) - 2
	e := broadcastElement(s[:outer], at[:len(at)-2])
	return (e*s[outer]+at[len(at)-2])*s[outer+1] + at[len(at)-1]
}
