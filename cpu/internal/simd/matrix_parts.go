package simd

import "math"

// Long sums are made in parts of about so many products, of which a column's pixels stay in the first
// cache from panel to panel, where there are enough of these. Measured with AVX2 (see RATIONALE.md).
const (
	partDepth    = 256 // half of a first cache of 32 KB
	longDepth    = 512
	longRows     = 256
	fewestParted = 16 // columns: fewer are read once
)

// parts is how many parts sums have.
func (l Level) parts(f Sizes) int {
	if l != AVX2 || f.Depth < longDepth || f.Rows < longRows || f.Columns < fewestParted {
		return 1
	}
	return (f.Depth + partDepth - 1) / partDepth
}

// packParts packs a matrix for sums in so many parts.
func packParts(level Level, w []float32, f Sizes, bias []float32, parts int) *Matrix {
	heights := level.heights(f.Rows, f.Depth)
	m := &Matrix{level: level, rows: f.Rows, depth: f.Depth, panels: panelsOf(heights, f.Depth)}
	for i := range parts {
		from, to := f.Depth*i/parts, f.Depth*(i+1)/parts
		var part []float32
		for r := range f.Rows {
			part = append(part, w[r*f.Depth:][from:to]...)
		}
		m.parts = append(m.parts, packHeights(level, part, f.Rows, to-from, bias, heights))
		bias = nil
	}
	return m
}

// multiplyParts is Multiply where each part adds to what those before have stored.
func (m *Matrix) multiplyParts(p *Product, n, first, last int) {
	q, inf := *p, float32(math.Inf(1))
	q.Lo, q.Hi = -inf, inf
	rows := p.Rows
	for i, part := range m.parts {
		if i > 0 {
			q.Add, q.AddRows = p.Y, p.YRows
		}
		if i == len(m.parts)-1 {
			q.Lo, q.Hi = p.Lo, p.Hi
		}
		q.Rows, rows = rows[:part.depth], rows[part.depth:]
		part.plain(&q, n, first, last)
	}
}
