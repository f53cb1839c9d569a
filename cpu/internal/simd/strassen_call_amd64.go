//go:build !noasm

package simd

// strassenArgs is what strassen… are given; gen/strassen.go knows the order of the fields.
type strassenArgs struct {
	x       *float32
	rows    *int32
	depth   int      // of a half
	sums    *float32 // T2, T4 and T1 in turns, and T3
	sum     int      // bytes of each
	tails   *float32 // what is kept of pixels behind the last column
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

// runStrassen computes so many pairs of tiles, and a few columns behind them.
func (m *Matrix) runStrassen(p *Product, pairs, tail, first, last int) {
	s, b, half, tile := m.strassen, &m.panels[2*first], m.depth/2, m.level.Tile()
	memory := aligned(p.Scratch)
	sums, tails := half*tile, m.tails()
	rows := s.products[0].panels[first].first
	end := s.products[0].panels[last-1]
	part := (end.first + end.height - rows) * tile
	a := strassenArgs{x: &p.X[0], rows: &p.Rows[0], depth: half, sums: &memory[0], sum: 4 * sums, tails: &memory[2*sums], parts: &memory[2*sums+tails], part: 4 * part,
		bias: &m.bias[b.first], y: &p.Y[0], yRows: &p.YRows[b.first-p.Skip], lo: p.Lo, hi: p.Hi}
	_ = memory[2*sums+tails+4*part-1]
	if p.Add != nil {
		a.add, a.addRows = &p.Add[0], &p.AddRows[b.first-p.Skip]
	}
	for i, w := range s.products {
		a.w[i] = &w.data[w.panels[first].at]
	}
	for a.pairs = 0; first+a.pairs < last && m.panels[2*(first+a.pairs)].height == b.height; a.pairs++ {
	}
	a.lower = last - first - a.pairs
	if a.columns = pairs; tail > 0 {
		a.columns--
	}
	width := m.level.shape().width
	if m.level == AVX2 {
		strassen256(&a, b.height, width, tail)
		return
	}
	if a.columns > 0 {
		strassen512(&a, b.height, width, 0) // goes on to the next column
	}
	if tail > 0 {
		strassen512(&a, b.height, width, tail)
	}
}
