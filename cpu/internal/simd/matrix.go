package simd

import "gonum.org/v1/gonum/blas/blas32"

// Matrix is the left-hand side of products, packed for a level: bands of a few
// rows ("panels"), each stored column by column, in the order in which the inner
// loop reads them.
type Matrix struct {
	level       Level
	rows, depth int
	panels      []panel
	data, bias  []float32
	strassen    *strassen // nil: only plain sums
	parts       []*Matrix // of the depth, one after the other; nil: all at once
}

type panel struct{ first, height, at int }

// fewColumns is how many pixels beyond full registers are computed by columns, the
// channels side by side, and not by a register of which few lanes count.
const fewColumns = 4

// slack is how many floats beyond a panel a register may reach.
const slack = 8

// Pack packs a matrix of so many rows of depth floats. bias is added to each row's
// products; nil is zero.
func Pack(level Level, w []float32, rows, depth int, bias []float32) *Matrix {
	return packHeights(level, w, rows, depth, bias, level.heights(rows, depth))
}

// packHeights is Pack by panels of such heights.
func packHeights(level Level, w []float32, rows, depth int, bias []float32, heights []int) *Matrix {
	m := &Matrix{level: level, rows: rows, depth: depth,
		data: make([]float32, rows*depth+slack), bias: make([]float32, rows+slack)}
	if bias != nil {
		copy(m.bias, bias[:rows])
	}
	at := 0
	m.panels = panelsOf(heights, depth)
	for _, p := range m.panels {
		for k := range depth {
			for r := range p.height {
				m.data[at] = w[(p.first+r)*depth+k]
				at++
			}
		}
	}
	return m
}

// panelsOf is panels of such heights, one behind the other.
func panelsOf(heights []int, depth int) (panels []panel) {
	first := 0
	for _, height := range heights {
		panels = append(panels, panel{first: first, height: height, at: first * depth})
		first += height
	}
	return panels
}

// heights cuts rows into panels of equal height, or nearly: 20 rows are better cut 7+7+6 than
// 8+8+4. The higher ones come first, so that there are at most two runs of the same height.
func (l Level) heights(rows, depth int) (heights []int) {
	count := l.Panels(rows, depth)
	for i := range count {
		heights = append(heights, (rows+count-1-i)/count)
	}
	return heights
}

// shallow is the depth up to which AVX-512's panels have half the height: what comes behind a short loop
// takes as long as much of it, and of a small tile it is hidden behind the next one's loop.
const shallow = 24

// Panels is how many panels a matrix of so many rows and columns has for plain sums.
func (l Level) Panels(rows, depth int) int {
	height := l.shape().height
	if l == AVX512 && depth <= shallow {
		height /= 2
	}
	return (rows + height - 1) / height
}

// Panels is how many panels there are, or pairs of them: what Multiply can be cut into.
func (m *Matrix) Panels() int { return len(m.panels) / m.each() }

// each is how many panels are one for Multiply.
func (m *Matrix) each() int {
	if m.strassen != nil {
		return 2
	}
	return 1
}

// Rows is the rows of panels [first, last).
func (m *Matrix) Rows(first, last int) (from, to int) {
	each := m.each()
	end := m.panels[last*each-1]
	return m.panels[first*each].first, end.first + end.height
}

// MostRows is how many rows a panel, or a pair of them, has at most.
func (m *Matrix) MostRows() int {
	from, to := m.Rows(0, 1)
	return to - from
}

// Fewest is how many panels a task should have at least.
func (m *Matrix) Fewest() int {
	switch {
	case m.strassen == nil:
		return 1
	case m.level == AVX512:
		return pairsTogether512
	}
	return pairsTogether
}

// Height is the number of rows.
func (m *Matrix) Height() int { return m.rows }

// Depth is the number of columns.
func (m *Matrix) Depth() int { return m.depth }

// Columns is what the right-hand side's columns should be cut at multiples of.
func (m *Matrix) Columns() int { return m.each() * m.level.Tile() }

// Tile is how many columns a full tile has.
func (l Level) Tile() int { return l.shape().lanes * l.shape().width }

// Beside reports whether n columns have some beyond full registers that are computed with the last tile, which
// takes less than a register for them.
func (l Level) Beside(n int) bool {
	s := l.shape()
	registers := n / s.lanes
	return registers > 0 && l.beside((registers-1)%s.width+1, n%s.lanes)
}

// beside reports whether so many columns beyond full registers are computed with the last tile, which has so
// many registers.
func (l Level) beside(registers, left int) bool {
	switch l {
	case AVX512:
		return registers == 3 && (left == 1 || left == 2 || left == 4)
	case AVX2:
		return registers <= 2 && left == 1
	}
	return false
}

// eight columns behind full registers are computed with the last one, as pairs of rows.
const eight = 8

// eights reports whether there are eight columns behind n's last full register.
func (l Level) eights(n int) bool { return l == AVX512 && n > eight && n%l.shape().lanes == eight }

// Columns is how many columns of full tiles take as long as n columns do.
func (l Level) Columns(n int) int {
	s := l.shape()
	left := n % s.lanes
	if left > fewColumns {
		left = 0
	}
	cost := 0 // in turns of a tile's loop: its multiply-adds, or its loads
	for registers := (n - left + s.lanes - 1) / s.lanes; registers > 0; {
		width := min(s.width, registers)
		if s.width == 3 && registers == 4 {
			width = 2
		}
		if l.beside(registers, left) {
			left = 0
		}
		cost += max(width*s.height, s.height+width+1)
		registers -= width
	}
	if left > 0 {
		cost += s.height
	}
	return cost * s.lanes / s.height
}

// Product says where the operands of a product lie.
type Product struct {
	X       []float32
	Rows    []int32 // row k of the right-hand side begins at X[Rows[k]]
	Y       []float32
	YRows   []int32   // row i of the product begins at Y[YRows[i-Skip]]
	Add     []float32 // is added, from Add[AddRows[i-Skip]] on; may be nil
	AddRows []int32
	Skip    int
	Scratch []float32 // as many floats as Matrix.Scratch says
	Lo, Hi  float32   // bounds of the result
}

// Multiply computes n columns of the rows of panels [first, last):
//
//	y[i][j] = min(max(bias[i] + Σ_k w[i][k]·x[k][j] + add[i][j], lo), hi)
//
// A NaN stays one. Every column's sum goes through k in order, whatever the other
// columns are, but that the last few of an odd number may be rounded otherwise, and all by
// Strassen's algorithm.
func (m *Matrix) Multiply(p *Product, n, first, last int) {
	if m.strassen != nil {
		m.multiplyStrassen(p, n, first, last)
		return
	}
	if m.parts != nil {
		m.multiplyParts(p, n, first, last)
		return
	}
	m.plain(p, n, first, last)
}

// plain is Multiply by plain sums.
func (m *Matrix) plain(p *Product, n, first, last int) {
	if m.level == Go || m.depth == 0 {
		m.multiplyGo(p, n, first, last)
		return
	}
	m.multiply(p, n, first, last)
}

// behind is the product of the columns behind n.
func (p *Product) behind(n int) *Product {
	rest := *p
	rest.X, rest.Y = p.X[n:], p.Y[n:]
	if p.Add != nil {
		rest.Add = p.Add[n:]
	}
	return &rest
}

// MaxHeight is what MostRows is at most.
const MaxHeight = 16

// multiplyGo is Multiply in tiles of 4x4, whose 16 sums fit in registers.
func (m *Matrix) multiplyGo(p *Product, n, first, last int) {
	if fastAxpy && n >= 16 {
		m.multiplyAxpy(p, n, first, last)
		return
	}
	for px := 0; px < n; px += 4 {
		for _, band := range m.panels[first:last] {
			for i := 0; i < band.height; i += 4 {
				m.tileGo(p, px, min(4, n-px), band, i)
			}
		}
	}
}

// multiplyAxpy is Multiply a row at a time, with gonum's inner loop.
func (m *Matrix) multiplyAxpy(p *Product, n, first, last int) {
	const wide = 512 // pixels of all rows of x that stay in the first cache
	blas := blas32.Implementation()
	for px := 0; px < n; px += wide {
		for _, band := range m.panels[first:last] {
			for i := range band.height {
				row := band.first + i
				y := p.Y[int(p.YRows[row-p.Skip])+px:][:min(wide, n-px)]
				m.start(p, row, px, y)
				for k, at := range p.Rows {
					x := p.X[px+int(at):][:len(y)]
					if w := m.data[band.at+k*band.height+i]; w != 0 {
						blas.Saxpy(len(y), w, x, 1, y, 1)
						continue
					}
					for j, v := range x { // gonum would skip it, and 0·NaN is NaN
						y[j] += 0 * v
					}
				}
				for j, v := range y {
					y[j] = clamp(v, p.Lo, p.Hi)
				}
			}
		}
	}
}

func (m *Matrix) tileGo(p *Product, px, n int, band panel, i int) {
	rows := min(4, band.height-i)
	var sum [4][4]float32
	for r := range rows {
		b := m.bias[band.first+i+r]
		sum[r] = [4]float32{b, b, b, b}
	}
	w := m.data[band.at+i : band.at+band.height*m.depth]
	if n == 4 && rows == 4 {
		tile4x4(&sum, w, band.height, p.X[px:], p.Rows)
	} else {
		for k, at := range p.Rows {
			x := p.X[px+int(at):][:n]
			for r := range rows {
				for j, v := range x {
					sum[r][j] += w[k*band.height+r] * v
				}
			}
		}
	}
	for r := range rows {
		row := band.first + i + r
		m.finish(p, row, px, sum[r][:n])
	}
}

func tile4x4(sum *[4][4]float32, w []float32, stride int, x []float32, rows []int32) {
	for half := range 2 {
		a0, a1, a2, a3 := sum[2*half][0], sum[2*half][1], sum[2*half][2], sum[2*half][3]
		b0, b1, b2, b3 := sum[2*half+1][0], sum[2*half+1][1], sum[2*half+1][2], sum[2*half+1][3]
		at := 2 * half
		for _, row := range rows {
			v := (*[4]float32)(x[row:])
			u := (*[2]float32)(w[at:])
			a0 += u[0] * v[0]
			a1 += u[0] * v[1]
			a2 += u[0] * v[2]
			a3 += u[0] * v[3]
			b0 += u[1] * v[0]
			b1 += u[1] * v[1]
			b2 += u[1] * v[2]
			b3 += u[1] * v[3]
			at += stride
		}
		sum[2*half] = [4]float32{a0, a1, a2, a3}
		sum[2*half+1] = [4]float32{b0, b1, b2, b3}
	}
}

// start is what sums of one row begin with: the bias and what is added, which may lie
// where the sums will.
func (m *Matrix) start(p *Product, row, px int, sum []float32) {
	var add []float32
	if p.Add != nil {
		add = p.Add[int(p.AddRows[row-p.Skip])+px:][:len(sum)]
	}
	for j := range sum {
		v := m.bias[row]
		if add != nil {
			v += add[j]
		}
		sum[j] = v
	}
}

// finish adds to, clamps and stores a few pixels of one row.
func (m *Matrix) finish(p *Product, row, px int, sum []float32) {
	row -= p.Skip
	y := p.Y[int(p.YRows[row])+px:][:len(sum)]
	if p.Add != nil {
		add := p.Add[int(p.AddRows[row])+px:][:len(sum)]
		for j := range sum {
			sum[j] += add[j]
		}
	}
	for j, v := range sum {
		y[j] = clamp(v, p.Lo, p.Hi)
	}
}

// clamp keeps a NaN.
func clamp(v, lo, hi float32) float32 {
	if v < lo {
		v = lo
	}
	if v > hi {
		v = hi
	}
	return v
}

func evensGo(dst, src []float32) {
	if len(dst) == 0 {
		return
	}
	src = src[:2*len(dst)-1]
	for i := range dst {
		dst[i] = src[2*i]
	}
}
