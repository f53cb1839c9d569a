package simd

import (
	"encoding/binary"
	"unsafe"

	"github.com/shufflegl/shufflegl/internal/half"
)

// Compact is the left-hand side of products with one column, its elements kept in two or three
// bytes: where reading them is what takes time. Arithmetic is fp32.
//
// Strips of some rows are stored column by column, the last one filled with zeros. The strips of a
// block are read side by side, as memory delivers four streams faster than one.
type Compact struct {
	level       Level
	kind        kind
	rows, depth int
	data        []byte    // strips, from a cache line on
	bias, scale []float32 // of rows; sums are times scale
	factor      float32   // of columns
}

// kind is how elements are kept; its value is the bytes of each.
type kind int

const (
	halfKind  kind = 2 // fp16
	fixedKind kind = 3 // an integer, times a power of two that is the row's
)

const (
	stripRows   = 16
	blockStrips = 4

	CompactRows = stripRows * blockStrips // of a block
)

func newCompact(level Level, kind kind, factor float32, rows, depth int, bias []float32) *Compact {
	strips := (rows + stripRows - 1) / stripRows
	m := &Compact{level: level, kind: kind, factor: factor, rows: rows, depth: depth,
		bias: make([]float32, strips*stripRows), scale: make([]float32, strips*stripRows)}
	copy(m.bias, bias[:min(rows, len(bias))])
	const line = 4 * lineFloats
	data := make([]byte, strips*m.strip()+3*line) // loads reach some bytes beyond either end
	past := int(uintptr(unsafe.Pointer(&data[0])) % line)
	m.data = data[2*line-past:]
	return m
}

// strip is the bytes of a strip.
func (m *Compact) strip() int { return stripRows * m.depth * int(m.kind) }

// element is where an element is, and those behind.
func (m *Compact) element(row, k int) []byte {
	return m.data[row/stripRows*m.strip()+(k*stripRows+row%stripRows)*int(m.kind):]
}

// Blocks is how many blocks there are: what Multiply can be cut into.
func (m *Compact) Blocks() int { return (m.rows + CompactRows - 1) / CompactRows }

// Rows is the rows of a block.
func (m *Compact) Rows(block int) (from, to int) {
	return block * CompactRows, min(m.rows, (block+1)*CompactRows)
}

// Multiply computes a block of the product with a column whose element k is x[rows[k]]:
//
//	sums[i] = bias[i] + Σ_k w[i][k]·x[rows[k]]
func (m *Compact) Multiply(sums *[CompactRows]float32, block int, x []float32, rows []int32) {
	first, last := m.Rows(block)
	rows = rows[:m.depth]
	switch {
	case m.depth == 0:
		clear(sums[:])
	case m.level == Go:
		m.multiplyGo(sums, first, last, x, rows)
	default:
		m.multiply(sums, first, last, x, rows)
	}
	bias, scale := m.bias[first:last], m.scale[first:last]
	for i, b := range bias {
		sums[i] = sums[i]*scale[i] + b
	}
}

func (m *Compact) multiplyGo(sums *[CompactRows]float32, first, last int, x []float32, rows []int32) {
	clear(sums[:])
	var column [stripRows]float32
	for at := first; at < last; at += stripRows {
		to, strip := sums[at-first:][:stripRows], m.data[at/stripRows*m.strip():][:m.strip()]
		for k, row := range rows {
			m.widen(&column, strip[k*stripRows*int(m.kind):])
			v := x[row] * m.factor
			for i, f := range column {
				to[i] += f * v
			}
		}
	}
}

// widen is what products are of: for integers, the upper ones of 32 bits.
func (m *Compact) widen(column *[stripRows]float32, from []byte) {
	if m.kind == fixedKind {
		for i := range column {
			e := from[3*i:][:3]
			column[i] = float32(int32(uint32(e[0])<<8 | uint32(e[1])<<16 | uint32(e[2])<<24))
		}
		return
	}
	var bits [stripRows]uint16
	for i := range bits {
		bits[i] = binary.LittleEndian.Uint16(from[2*i:])
	}
	half.Widen(column[:], bits[:])
}
