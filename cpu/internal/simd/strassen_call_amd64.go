//go:build !noasm

package simd

// strassenArgs is what strassen… are given; gen/strassen.go knows the order of the fields.
type strassenArgs struct {
	x       *float32
	rows    *int32
	depth   int      // of a half
	sums    *float32 // T1…T4
	parts   *float32 // P, U, V, W
	part    int      // bytes of each
	bias    *float32
	y       *float32
	yRows   *int32
	add     *float32
	addRows *int32
	pairs   int // of panels of one height
	lower   int // and those of one row less behind them
	columns int
	w       [7]*float32
	lo, hi  float32
}

func (m *Matrix) runStrassen(p *Product, columns, first, last int) {
	s, b, half := m.strassen, &m.panels[2*first], m.depth/2
	memory := aligned(p.Scratch)
	sums := 4 * half * m.level.Tile()
	rows := s.products[0].panels[first].first
	end := s.products[0].panels[last-1]
	part := (end.first + end.height - rows) * m.level.Tile()
	a := strassenArgs{x: &p.X[0], rows: &p.Rows[0], depth: half, sums: &memory[0], parts: &memory[sums], part: 4 * part,
		bias: &m.bias[b.first], y: &p.Y[0], yRows: &p.YRows[b.first-p.Skip], columns: columns / (2 * m.level.Tile()), lo: p.Lo, hi: p.Hi}
	_ = memory[sums+4*part-1]
	if p.Add != nil {
		a.add, a.addRows = &p.Add[0], &p.AddRows[b.first-p.Skip]
	}
	for i, w := range s.products {
		a.w[i] = &w.data[w.panels[first].at]
	}
	for a.pairs = 0; first+a.pairs < last && m.panels[2*(first+a.pairs)].height == b.height; a.pairs++ {
	}
	a.lower = last - first - a.pairs
	switch b.height {
	case 4:
		strassen4(&a)
	case 5:
		strassen5(&a)
	case 6:
		strassen6(&a)
	}
}
