//go:build !noasm

package simd

import "golang.org/x/sys/cpu"

// compactArgs is what compact… are given; gen/compact.go knows the order.
type compactArgs struct {
	x      *float32
	rows   *int32
	depth  int
	w      [blockStrips]*byte
	sums   *[CompactRows]float32
	place  *[32]byte
	factor float32
}

// fixedPlace are the bytes of a register, four after its first, that are the upper ones of eight
// integers; 128 is a zero.
var fixedPlace = [32]byte{
	128, 4, 5, 6, 128, 7, 8, 9, 128, 10, 11, 12, 128, 13, 14, 15,
	128, 0, 1, 2, 128, 3, 4, 5, 128, 6, 7, 8, 128, 9, 10, 11,
}

// Halves is the level that matrices in fp16 have at a level: AVX2 comes with F16C on every
// processor known, but need not.
func (l Level) Halves() Level {
	if l == AVX2 && !cpu.X86.HasF16C {
		return Go
	}
	return l
}

func (m *Compact) multiply(sums *[CompactRows]float32, first, last int, x []float32, rows []int32) {
	a := compactArgs{x: &x[0], rows: &rows[0], depth: m.depth, sums: sums, place: &fixedPlace, factor: m.factor}
	for i := range a.w { // the last strip again, where there is no other
		a.w[i] = &m.data[min(first+i*stripRows, last-1)/stripRows*m.strip()]
	}
	switch {
	case m.kind == fixedKind && m.level == AVX512:
		compactFixed512(&a)
	case m.kind == fixedKind:
		compactFixed256(&a)
	case m.level == AVX512:
		compactHalf512(&a)
	default:
		compactHalf256(&a)
	}
}
