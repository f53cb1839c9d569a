//go:build !noasm

package simd

// halvesArgs is what halves is given; gen/halves.go knows the order.
type halvesArgs struct {
	x         *float32
	at, pitch int // bytes
	even, odd *float32
	to        int // bytes from row to row of these
	rows      int
	blocks    *byte
	count     int
}

// Run takes rows of x apart that begin pitch floats after each other, into rows that
// begin to floats after each other.
func (h *Halves) Run(even, odd []float32, to int, x []float32, pitch, rows int) {
	if rows == 0 {
		return
	}
	last := (rows-1)*to + h.n - 1
	_, _ = even[last], odd[last]
	a := halvesArgs{x: &x[0], at: 4 * h.column, pitch: 4 * pitch, even: &even[0], odd: &odd[0], to: 4 * to,
		rows: rows, blocks: &h.blocks[0], count: h.count}
	if h.level == AVX2 {
		narrowHalves(&a)
	} else {
		halves(&a)
	}
}
