package simd

import (
	"math"
	"unsafe"
)

// strassen is a matrix packed for seven products instead of eight, of half as many rows and
// half as much depth: Winograd's form of Strassen's algorithm (Strassen, Gaussian Elimination is
// not Optimal, 1969; Winograd, On Multiplication of 2×2 Matrices, 1971). With A the matrix and B
// the right-hand side, cut in quarters,
//
//	S1 = A21 + A22    S2 = S1 − A11    S3 = A21 − A11    S4 = A12 − S2
//	T1 = B12 − B11    T2 = B11 − T3    T3 = B12 − B22    T4 = B21 − T2
//	U = A11·B11 + S2·T2    V = U + S3·T3    W = U + S1·T1
//
//	A·B = | A11·B11 + A12·B21    W + S4·B22        |
//	      | V + A22·T4           V + S1·T1 = V+W−U |
//
// A is cut anew for each pair of panels and B for each column of two tiles, so that partial
// results stay in the first cache: sums begin with them, and sums of weights are made here. What is
// left of the additions is T1…T4 for each column, and V+W−U. Signs are such that A is still there,
// as A11, A12, A11+S3 and A22, for columns that make no pair.
//
// Rounding errors are some five times those of plain sums: of sums of 512 products 4e-6 at most
// where results are about one. A NaN or an infinity spreads over its pairs of rows, and to the pixel one
// tile beside.
type strassen struct {
	products [7]*Matrix // A11, A12, S2, S3, A22, S1, S4 of all pairs, one behind the other
	lines    []int32    // where each row of a sum, or of a partial result, begins
}

const (
	timesA11 = iota
	timesA12
	timesS2
	timesS3
	timesA22
	timesS1
	timesS4
)

const (
	lineFloats = 16 // of a cache line

	// Pairs of a column, for which its sums are made.
	pairsTogether, pairsTogether512 = 6, 2
)

// PackFor is Pack for products of such sizes.
func PackFor(level Level, w []float32, f Sizes, bias []float32) *Matrix {
	if level.Strassen(f) {
		return packStrassen(level, w, f.Rows, f.Depth, bias)
	}
	if parts := level.parts(f); parts > 1 {
		return packParts(level, w, f, bias, parts)
	}
	return Pack(level, w, f.Rows, f.Depth, bias)
}

func packStrassen(level Level, w []float32, rows, depth int, bias []float32) *Matrix {
	m := &Matrix{level: level, rows: rows, depth: depth, bias: make([]float32, rows+slack), strassen: &strassen{}}
	if bias != nil {
		copy(m.bias, bias[:rows])
	}
	pairs, at, half := level.heights(rows/2, max(depth, shallow+1)), 0, depth/2
	var tops, bottoms []int
	for _, h := range pairs {
		for r := range h {
			tops, bottoms = append(tops, at+r), append(bottoms, at+h+r)
		}
		m.panels = append(m.panels, panel{first: at, height: h}, panel{first: at + h, height: h})
		at += 2 * h
	}
	size := rows / 2 * half
	data, part := make([]float32, 7*size+slack), make([]float32, size)
	rowBias := map[int][]int{timesA12: tops, timesS4: tops, timesA22: bottoms}
	for i := range m.strassen.products {
		for r := range tops {
			top, bottom := w[tops[r]*depth:][:depth], w[bottoms[r]*depth:][:depth]
			for k := range half {
				a11, a12, a21, a22 := top[k], top[half+k], bottom[k], bottom[half+k]
				s1 := a21 + a22
				part[r*half+k] = [...]float32{a11, a12, s1 - a11, a21 - a11, a22, s1, a12 - (s1 - a11)}[i]
			}
		}
		var of []float32
		for _, row := range rowBias[i] {
			of = append(of, m.bias[row])
		}
		product := packHeights(level, part, rows/2, half, of, pairs)
		copy(data[i*size:], product.data)
		product.data = data[i*size:]
		m.strassen.products[i] = product
	}
	for i := range max(rows/2, half) {
		m.strassen.lines = append(m.strassen.lines, int32(i*level.Tile()))
	}
	return m
}

// Scratch is the memory that Multiply needs, in floats.
func (m *Matrix) Scratch() int {
	if m.strassen == nil {
		return 0
	}
	return m.level.Tile()*(2*m.depth/2+4*m.rows/2) + m.tails() + lineFloats
}

// tails is the part of that for columns that make no pair: four floats a row, in whole cache lines.
func (m *Matrix) tails() int { return (4*m.rows + lineFloats - 1) / lineFloats * lineFloats }

// aligned is memory from the first cache line on.
func aligned(s []float32) []float32 {
	past := int(uintptr(unsafe.Pointer(&s[0])) / 4 % lineFloats)
	return s[(lineFloats-past)%lineFloats:]
}

// multiplyStrassen is Multiply by Strassen's algorithm, where there are pairs of tiles.
func (m *Matrix) multiplyStrassen(p *Product, n, first, last int) {
	pair := 2 * m.level.Tile()
	if lead := m.lead(p, n, pair); lead > 0 && (n-lead)/pair == n/pair {
		m.multiplyQuarters(p, lead, first, last)
		p, n = p.behind(lead), n-lead
	}
	if pairs := n / pair; pairs > 0 {
		tail := n % pair
		if !m.level.tail(tail) {
			tail = 0
		}
		if m.level != Go {
			m.runStrassen(p, pairs, tail, first, last)
		} else {
			for at := 0; at < pairs*pair; at += pair {
				for i := first; i < last; i++ {
					m.strassenGo(p, at, i)
				}
			}
		}
		done := pairs*pair + tail
		if n -= done; n == 0 {
			return
		}
		p = p.behind(done)
	}
	m.multiplyQuarters(p, n, first, last)
}

// tail reports whether so many columns are done with the pair of tiles before.
func (l Level) tail(columns int) bool { return l == AVX512 && (columns == 2 || columns == 4) }

// multiplyQuarters is Multiply by plain sums: Y = A12·B21 + A11·B11, and below
// A22·B21 + A11·B11 + S3·B11.
func (m *Matrix) multiplyQuarters(p *Product, n, first, last int) {
	s, half := m.strassen, m.depth/2
	skip := s.products[0].panels[first].first
	tables := intsOf(aligned(p.Scratch))
	// split takes tables of rows apart.
	split := func(of []int32) (tops, bottoms []int32) {
		if of == nil {
			return nil, nil
		}
		rows := m.rows / 2
		tops, bottoms, tables = tables[:0:rows], tables[rows:rows:2*rows], tables[2*rows:]
		for i := first; i < last; i++ {
			h := m.panels[2*i].height
			at := of[m.panels[2*i].first-p.Skip:]
			tops, bottoms = append(tops, at[:h]...), append(bottoms, at[h:2*h]...)
		}
		return tops, bottoms
	}
	tops, bottoms := split(p.YRows)
	addTops, addBottoms := split(p.AddRows)
	sum := func(w int, rows, y, add []int32, more bool, lo, hi float32) {
		q := Product{X: p.X, Rows: rows, Y: p.Y, YRows: y, Skip: skip, Lo: lo, Hi: hi}
		if more {
			q.Add, q.AddRows = p.Y, y
		} else if p.Add != nil {
			q.Add, q.AddRows = p.Add, add
		}
		s.products[w].plain(&q, n, first, last)
	}
	inf := float32(math.Inf(1))
	up, down := p.Rows[:half], p.Rows[half:]
	sum(timesA12, down, tops, addTops, false, -inf, inf)
	sum(timesA11, up, tops, nil, true, p.Lo, p.Hi)
	sum(timesA22, down, bottoms, addBottoms, false, -inf, inf)
	sum(timesA11, up, bottoms, nil, true, -inf, inf)
	sum(timesS3, up, bottoms, nil, true, p.Lo, p.Hi)
}

// intsOf is the same memory for integers.
func intsOf(s []float32) []int32 { return unsafe.Slice((*int32)(unsafe.Pointer(&s[0])), len(s)) }

// strassenGo computes a pair of panels of one column.
func (m *Matrix) strassenGo(p *Product, at, pair int) {
	s, tile, half := m.strassen, m.level.Tile(), m.depth/2
	top, bottom := m.panels[2*pair], m.panels[2*pair+1]
	memory := aligned(p.Scratch)
	take := func(rows int) []float32 {
		taken := memory[:rows*tile]
		memory = memory[rows*tile:]
		return taken
	}
	up, down, left, right := p.Rows[:half], p.Rows[half:], p.X[at:], p.X[at+tile:]
	t := take(half)
	// sumOf makes one of T1…T4.
	sumOf := func(of func(b11, b12, b21, b22 float32) float32) []float32 {
		for k := range half {
			up, down := p.X[int(up[k])+at:][:2*tile], p.X[int(down[k])+at:][:2*tile]
			for j := range tile {
				t[k*tile+j] = of(up[j], up[tile+j], down[j], down[tile+j])
			}
		}
		return t
	}
	// sum is from plus one of the products.
	sum := func(i int, x []float32, rows []int32, from []float32) []float32 {
		w, to := s.products[i], take(top.height)
		q := Product{X: x, Rows: rows, Y: to, YRows: s.lines, Skip: w.panels[pair].first, Lo: float32(math.Inf(-1)), Hi: float32(math.Inf(1))}
		if from != nil {
			q.Add, q.AddRows = from, s.lines
		}
		w.multiplyGo(&q, tile, pair, pair+1)
		return to
	}
	sums := s.lines[:half]
	q := sum(timesA11, left, up, nil)
	u := sum(timesS2, sumOf(func(b11, b12, _, b22 float32) float32 { return b11 - (b12 - b22) }), sums, q)
	v := sum(timesS3, sumOf(func(_, b12, _, b22 float32) float32 { return b12 - b22 }), sums, u)
	w := sum(timesS1, sumOf(func(b11, b12, _, _ float32) float32 { return b12 - b11 }), sums, u)
	store := func(c []float32, rows panel, px int) {
		for i := range rows.height {
			m.finish(p, rows.first+i, px, c[i*tile:][:tile])
		}
	}
	store(sum(timesA12, left, down, q), top, at)
	store(sum(timesS4, right, down, w), top, at+tile)
	store(sum(timesA22, sumOf(func(b11, b12, b21, b22 float32) float32 { return b21 - (b11 - (b12 - b22)) }), sums, v), bottom, at)
	for i := range v {
		v[i] += w[i] - u[i] + m.bias[bottom.first+i/tile]
	}
	store(v, bottom, at+tile)
}
