package simd

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/internal/half"
)

// PackHalf packs a matrix of so many rows of depth floats as fp16, rounded to nearest. bias is
// added to each row's products; nil is zero. An element that fp16 does not hold is an error.
func PackHalf(level Level, w []float32, rows, depth int, bias []float32) (*Compact, error) {
	m := newCompact(level.Halves(), halfKind, 1, rows, depth, bias)
	bits := make([]uint16, depth)
	for row := range rows {
		m.scale[row] = 1
		if k := half.Round(bits, w[row*depth:][:depth]); k >= 0 {
			return nil, fmt.Errorf("%w: a weight of %g", half.ErrRange, w[row*depth+k])
		}
		for k, v := range bits {
			binary.LittleEndian.PutUint16(m.element(row, k), v)
		}
	}
	return m, nil
}

const (
	fixedBits = 24

	// Integers of 24 bits are multiplied as the upper ones of 32, and columns are by this before, so that no
	// sum is larger than what it stands for.
	fixedFactor = 1. / (1 << 31)

	// Exponents of a row's largest element, so that its scale, and what is below it, are no subnormals, and not
	// infinite.
	fixedLeast, fixedMost = -95, 127
)

// PackFixed packs a matrix as integers of 24 bits, with a scale for each row, which lose no more than
// float32 does in adding them up: each element is rounded by up to 2^-23 of its row's largest. Where an
// element is not finite, or nearly so, or all of a row are next to nothing, ok is false.
func PackFixed(level Level, w []float32, rows, depth int, bias []float32) (packed *Compact, ok bool) {
	m := newCompact(level, fixedKind, fixedFactor, rows, depth, bias)
	for row := range rows {
		of := w[row*depth:][:depth]
		exp, ok := exponent(of)
		if !ok {
			return nil, false
		}
		const most = 1<<(fixedBits-1) - 1
		m.scale[row] = float32(math.Ldexp(1, exp))
		times := math.Ldexp(1, fixedBits-1-exp)
		at := m.element(row, 0)
		for k, v := range of {
			i := min(int32(math.RoundToEven(float64(v)*times)), most)
			e := at[k*stripRows*int(fixedKind):][:fixedKind]
			e[0], e[1], e[2] = byte(i), byte(i>>8), byte(i>>16)
		}
	}
	return m, true
}

// FitsFixed reports whether PackFixed can pack such a matrix.
func FitsFixed(w []float32, rows, depth int) bool {
	for row := range rows {
		if _, ok := exponent(w[row*depth:][:depth]); !ok {
			return false
		}
	}
	return true
}

// exponent is that of the power of two that all of a row are below, if integers times a power of two can
// stand for them.
func exponent(row []float32) (exp int, ok bool) {
	largest := float32(0)
	for _, v := range row {
		largest = max(largest, v, -v) // a NaN if there is one
	}
	if largest == 0 {
		return 0, true
	}
	_, exp = math.Frexp(float64(largest))
	return exp, largest <= math.MaxFloat32 && fixedLeast <= exp && exp <= fixedMost
}
