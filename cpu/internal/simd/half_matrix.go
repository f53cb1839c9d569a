package simd

import (
	"fmt"

	"github.com/shufflegl/shufflegl/internal/half"
)

// HalfMatrix is the left-hand side of products with one column, its elements kept as
// fp16: where reading them is what takes time, half of it. Arithmetic is fp32.
//
// Blocks of HalfRows rows are stored column by column; the last one is filled with zeros.
type HalfMatrix struct {
	level       Level
	rows, depth int
	data        []uint16
	bias        []float32
}

// HalfRows is the number of rows in a block: for each column a cache line or two.
const HalfRows = 64

// PackHalf packs a matrix of so many rows of depth floats, rounded to nearest. bias is
// added to each row's products; nil is zero. An element that fp16 does not hold is an
// error.
func PackHalf(level Level, w []float32, rows, depth int, bias []float32) (*HalfMatrix, error) {
	blocks := (rows + HalfRows - 1) / HalfRows
	m := &HalfMatrix{level: level.Halves(), rows: rows, depth: depth,
		data: make([]uint16, blocks*HalfRows*depth), bias: make([]float32, blocks*HalfRows)}
	copy(m.bias, bias[:min(rows, len(bias))])
	var column [HalfRows]float32
	for b := range blocks {
		for k := range depth {
			for r := range column {
				column[r] = 0
				if row := b*HalfRows + r; row < rows {
					column[r] = w[row*depth+k]
				}
			}
			if r := half.Round(m.data[(b*depth+k)*HalfRows:][:HalfRows], column[:]); r >= 0 {
				return nil, fmt.Errorf("%w: a weight of %g", half.ErrRange, column[r])
			}
		}
	}
	return m, nil
}

// Blocks is how many blocks there are: what Multiply can be cut into.
func (m *HalfMatrix) Blocks() int { return len(m.bias) / HalfRows }

// Rows is the rows of a block.
func (m *HalfMatrix) Rows(block int) (from, to int) {
	return block * HalfRows, min(m.rows, (block+1)*HalfRows)
}

// Multiply computes a block of the product with a column whose element k is x[rows[k]]:
//
//	sums[i] = bias[i] + Σ_k w[i][k]·x[rows[k]]
func (m *HalfMatrix) Multiply(sums *[HalfRows]float32, block int, x []float32, rows []int32) {
	copy(sums[:], m.bias[block*HalfRows:])
	if m.depth == 0 {
		return
	}
	w := m.data[block*HalfRows*m.depth:][:HalfRows*m.depth]
	if m.level == Go {
		halfProductGo(sums, w, x, rows)
		return
	}
	m.level.halfProduct(sums, w, x, rows)
}

func halfProductGo(sums *[HalfRows]float32, w []uint16, x []float32, rows []int32) {
	var column [HalfRows]float32
	for k, at := range rows {
		half.Widen(column[:], w[k*HalfRows:][:HalfRows])
		v := x[at]
		for i, f := range column {
			sums[i] += f * v
		}
	}
}
