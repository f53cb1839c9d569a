//go:build !noasm

package simd

import "golang.org/x/sys/cpu"

// halfArgs is what halfProduct… are given; gen/half.go knows the order.
type halfArgs struct {
	x     *float32
	rows  *int32
	depth int
	w     *uint16
	sums  *[HalfRows]float32
}

// Halves is the level that HalfMatrix uses at a level: AVX2 comes with F16C on every
// processor known, but need not.
func (l Level) Halves() Level {
	if l == AVX2 && !cpu.X86.HasF16C {
		return Go
	}
	return l
}

func (l Level) halfProduct(sums *[HalfRows]float32, w []uint16, x []float32, rows []int32) {
	a := halfArgs{x: &x[0], rows: &rows[0], depth: len(rows), w: &w[0], sums: sums}
	if l == AVX512 {
		halfProduct512(&a)
	} else {
		halfProduct256(&a)
	}
}
