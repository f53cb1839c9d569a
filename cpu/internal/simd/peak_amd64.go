//go:build !noasm

package simd

// chains is how many registers of sums the loop has.
const chains = 12

// squares adds the squares of x turns times in each of the chains, and returns their
// sum.
func (l Level) squares(x *[16]float32, turns int) (sum [16]float32) {
	switch l {
	case AVX512:
		peak512(&x[0], &sum[0], turns)
	case AVX2:
		peak256(&x[0], &sum[0], turns)
	}
	return sum
}
