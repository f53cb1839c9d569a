//go:build !noasm

package simd

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// fastAxpy says that gonum has assembly here.
const fastAxpy = true

func levels() []Level {
	all := []Level{Go}
	if x := cpu.X86; x.HasAVX2 && x.HasFMA {
		all = append(all, AVX2)
		if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasBMI2 {
			all = append(all, AVX512)
		}
	}
	return all
}

// tileArgs is what a tile is given; gen/tile.go knows the order of the fields.
type tileArgs struct {
	x       *float32
	rows    *int32
	depth   int
	w, bias *float32
	y       *float32
	yRows   *int32
	add     *float32
	addRows *int32
	mask    unsafe.Pointer // *uint16, or *[8]int32
	panels  int            // of one height
	lower   int            // and those of one row less behind them, for column tiles
	columns int            // tiles; or for narrowRest the height of panels
	lo, hi  float32
	fresh   int // of column tiles: none has been computed
	far     int // of column tiles: what the next column writes is fetched ahead
}

// columnsArgs is what columns1…columns4 are given: AVX-512 where no tile has them beside
// it, and AVX2 for two or three columns, and one without a tile.
type columnsArgs struct {
	x      *float32
	rows   *int32
	depth  int
	block  *[64]float32
	w      [4]*float32
	stride [4]int // bytes
	bias   [4]*float32
}

func (m *Matrix) multiply(p *Product, n, first, last int) {
	if lead := m.lead(p, n, fewestLed); lead > 0 {
		m.multiplyTiles(p, lead, first, last)
		p, n = p.behind(lead), n-lead
	}
	m.multiplyTiles(p, n, first, last)
}

// farColumns is of how many columns results, and what they are added to, are not in the second cache.
const farColumns = 256

// What a run of columns must have for those in front of a cache line's begin to be worth calls
// of their own, and rows of which half a line more each pushes others out of the first cache.
const (
	fewestLed = 64
	manyRows  = 128
)

// lead is how many of n columns should come first, where rows begin in the middle of a cache
// line: AVX2's tiles are as wide as a line, and would take two of each row. With
// fewer columns than the fewest there are none.
func (m *Matrix) lead(p *Product, n, fewest int) int {
	const line = 16
	if m.level != AVX2 || n < fewest || m.depth == 0 {
		return 0
	}
	at := func(row int32) int { return int(uintptr(unsafe.Pointer(&p.X[row])) / 4 % line) }
	first := at(p.Rows[0])
	if first == 0 || first != at(p.Rows[m.depth-1]) || first%m.level.shape().lanes == 0 && m.depth < manyRows {
		return 0
	}
	return line - first
}

func (m *Matrix) multiplyTiles(p *Product, n, first, last int) {
	s := m.level.shape()
	if m.level.eights(n) {
		if n -= s.lanes + eight; n > 0 {
			m.multiplyTiles(p, n, first, last)
			p = p.behind(n)
		}
		m.lastEight(p, first, last)
		return
	}
	left := n % s.lanes
	if left > fewColumns {
		left = 0
	}
	a := tileArgs{x: &p.X[0], rows: &p.Rows[0], depth: m.depth, lo: p.Lo, hi: p.Hi}
	px := m.fullTiles(&a, p, n-left, left, first, last)
	for px < n-left {
		registers := (n - left - px + s.lanes - 1) / s.lanes
		width := min(s.width, registers)
		if s.width == 3 && registers == 4 {
			width = 2 // 2+2 is better than 3+1
		}
		used, tail := min(n-left-px, width*s.lanes), 0
		if m.level.beside(registers, left) {
			left, tail = 0, left
		}
		a.mask = m.level.mask(used - (width-1)*s.lanes)
		a.x, a.y = &p.X[px], &p.Y[px]
		if p.Add != nil {
			a.add = &p.Add[px]
		}
		for i := first; i < last; i += a.panels {
			height := m.run(&a, p, i, last)
			switch {
			case m.level == AVX512:
				tile512(&a, height, width, tail)
			case used == width*s.lanes:
				tile256full(&a, height, width, tail)
			default:
				tile256(&a, height, width, 0)
			}
		}
		px += used + tail
	}
	if left == 4 && m.level == AVX2 {
		a.x, a.y = &p.X[n-left], &p.Y[n-left]
		if p.Add != nil {
			a.add = &p.Add[n-left]
		}
		for i := first; i < last; {
			a.columns = m.run(&a, p, i, last)
			i += a.panels
			narrowRest(&a)
		}
	} else if left > 0 {
		m.columns(p, n-left, left, first, last)
	}
}

// lastEight computes a register's columns and eight more.
func (m *Matrix) lastEight(p *Product, first, last int) {
	a := tileArgs{x: &p.X[0], rows: &p.Rows[0], depth: m.depth, y: &p.Y[0], lo: p.Lo, hi: p.Hi, mask: m.level.mask(0)}
	if p.Add != nil {
		a.add = &p.Add[0]
	}
	for i := first; i < last; i += a.panels {
		tile512(&a, m.run(&a, p, i, last), 1, eight)
	}
}

// run gives a tile panels of one height, from panel i on.
func (m *Matrix) run(a *tileArgs, p *Product, i, last int) (height int) {
	b := &m.panels[i]
	for a.panels = 1; i+a.panels < last && m.panels[i+a.panels].height == b.height; a.panels++ {
	}
	a.w, a.bias, a.yRows = &m.data[b.at], &m.bias[b.first], &p.YRows[b.first-p.Skip]
	if p.Add != nil {
		a.addRows = &p.AddRows[b.first-p.Skip]
	}
	return b.height
}

// fullTiles computes what there is of n columns in full tiles, and returns how many
// columns that is. With AVX-512 the last one may be for the loop in multiply.
func (m *Matrix) fullTiles(a *tileArgs, p *Product, n, left, first, last int) (columns int) {
	s := m.level.shape()
	tile := s.width * s.lanes
	a.columns = n / tile
	if rest := n % tile; s.width == 3 && rest > 0 && rest <= s.lanes || rest == 0 && m.level.beside(s.width, left) {
		a.columns--
	}
	if a.columns <= 0 {
		return 0
	}
	columns = a.columns * tile
	a.mask = m.level.mask(s.lanes)
	b := &m.panels[first]
	for a.panels = 0; first+a.panels < last && m.panels[first+a.panels].height == b.height; a.panels++ {
	}
	a.lower = last - first - a.panels
	a.x, a.y, a.yRows = &p.X[0], &p.Y[0], &p.YRows[b.first-p.Skip]
	a.w, a.bias = &m.data[b.at], &m.bias[b.first]
	if p.Add != nil {
		a.add, a.addRows = &p.Add[0], &p.AddRows[b.first-p.Skip]
	}
	a.fresh = 1
	if n >= farColumns {
		a.far = 1
	}
	if m.level == AVX512 {
		columns512(a, b.height, s.width, 0)
	} else {
		columns256full(a, b.height, s.width, 0)
	}
	return columns
}

// columns computes the last few columns.
func (m *Matrix) columns(p *Product, px, n, first, last int) {
	var block [64]float32
	a := columnsArgs{x: &p.X[px:][0], rows: &p.Rows[0], depth: m.depth, block: &block}
	step := 4
	if n > 2 {
		step = 2
	}
	for ; first < last; first += step {
		for i := range step {
			b := &m.panels[min(first+i, last-1)]
			a.w[i], a.stride[i], a.bias[i] = &m.data[b.at], 4*b.height, &m.bias[b.first]
		}
		switch n {
		case 1:
			columns1(&a)
		case 2:
			columns2(&a)
		case 3:
			columns3(&a)
		case 4:
			columns4(&a)
		}
		for i := range min(step, last-first) {
			b := &m.panels[first+i]
			rows := b.first - p.Skip
			var add []int32
			if p.Add != nil {
				add = p.AddRows[rows:][:b.height]
			}
			p.storeColumns(block[i*n*8:][:n*8], px, n, p.YRows[rows:][:b.height], add)
		}
	}
}

// storeColumns adds to, clamps and stores block[pixel][row]. The two numbers of
// pixels that ShuffleNet's maps leave over, 14² mod 16 and 7² mod 16, go without an
// inner loop.
func (p *Product) storeColumns(block []float32, px, n int, yRows, addRows []int32) {
	lo, hi := p.Lo, p.Hi
	switch n {
	case 1:
		block := (*[8]float32)(block)
		for r, at := range yRows {
			v := block[r&7]
			if addRows != nil {
				v += p.Add[int(addRows[r])+px]
			}
			p.Y[int(at)+px] = clamp(v, lo, hi)
		}
	case 4:
		block := (*[32]float32)(block)
		for r, at := range yRows {
			r &= 7
			a, b, c, d := block[r], block[8+r], block[16+r], block[24+r]
			if addRows != nil {
				add := (*[4]float32)(p.Add[int(addRows[r])+px:])
				a, b, c, d = a+add[0], b+add[1], c+add[2], d+add[3]
			}
			*(*[4]float32)(p.Y[int(at)+px:]) = [4]float32{clamp(a, lo, hi), clamp(b, lo, hi), clamp(c, lo, hi), clamp(d, lo, hi)}
		}
	default:
		for r, at := range yRows {
			for j := range n {
				v := block[j*8+r]
				if addRows != nil {
					v += p.Add[int(addRows[r])+px+j]
				}
				p.Y[int(at)+px+j] = clamp(v, lo, hi)
			}
		}
	}
}

// masks512[n] has n bits set; masks256[8-n:] begins with n words of ones.
var (
	masks512 = [17]uint16{0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 4095, 8191, 16383, 32767, 65535}
	masks256 = [16]int32{-1, -1, -1, -1, -1, -1, -1, -1}
)

func (l Level) mask(pixels int) unsafe.Pointer {
	if l == AVX512 {
		return unsafe.Pointer(&masks512[pixels])
	}
	return unsafe.Pointer(&masks256[8-pixels])
}

// vectors says that the functions that are given no level may use AVX2.
var vectors = Best() >= AVX2

// Evens is dst[i] = src[2·i].
func Evens(dst, src []float32) {
	// A turn reads 16 floats, of which the last is not needed.
	if turns := min(len(dst)/8, len(src)/16); turns > 0 && vectors {
		evens(&dst[0], &src[0], turns)
		dst, src = dst[8*turns:], src[min(16*turns, len(src)):]
	}
	evensGo(dst, src)
}
