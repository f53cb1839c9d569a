//go:build !noasm

package simd

import "unsafe"

// pooledArgs is what pooled… are given; gen/pooled.go knows the order.
type pooledArgs struct {
	x      *float32 // the first tap's row
	row    int      // bytes from row to row
	plane  int      // and from a plane's last row of taps to the next plane
	depth  int
	line   int // bytes
	w      *float32
	before *float32 // the row of z before
	most   *float32 // the largest of each column
	blocks int
	half   int
	near   [3]int
	y      *float32
	to     *int32
	rows   int            // planes of y
	whole  int            // registers of its rows before the last
	inside unsafe.Pointer // that one's masks: pixels that have a right neighbour
	part   unsafe.Pointer // and that there are
	stored int
	floor  float32
	lo, hi float32
}

// quartersArgs is what quarters is given.
type quartersArgs struct {
	x      *float32
	pitch  int // bytes
	to     [4]*float32
	row    int // bytes from row to row of these
	rows   int
	blocks int
}

// Run makes rows [y0, y1) of y. scratch is for Scratch floats.
func (p *Pooled) Run(c *PooledPlanes, y0, y1 int, scratch []float32) {
	f, row, plane := &p.form, 4*p.line, p.form.plane(p.level)
	x := aligned(scratch)[:p.Scratch()-lineFloats]
	clear(x) // padding, and what no row is before
	before := x[f.Depth*plane:]
	most := before[p.before():]
	a := pooledArgs{row: 4 * row, plane: 4 * (plane - (f.Size-1)*row), depth: f.Depth, line: 4 * p.line,
		most: &most[0], blocks: p.blocks, half: p.half, near: p.near, to: &c.To[0],
		whole: p.whole, inside: p.level.mask(p.inside), part: p.level.mask(p.stored), stored: p.stored,
		floor: c.Floor, lo: c.Lo, hi: c.Hi}
	if first := 2*y0 - f.Pool[0]; first >= 0 { // a row of z that y0-1 meets too
		p.load(c, x, 2*first-f.Conv[0], f.Size)
		a.x, a.y = &x[0], &c.Y[0]
		p.run(&a, before[:p.before()], 1, 0)
	}
	for y := y0; y < y1; y++ {
		at := (y - y0) % pooledBand
		if at == 0 {
			p.load(c, x, 2*(2*y+1-f.Pool[0])-f.Conv[0], f.loaded(min(pooledBand, y1-y)))
		}
		a.x, a.y = &x[4*at*row], &c.Y[y*f.Y.Pitch]
		p.run(&a, before[:p.before()], min(2, f.Z.Height-(2*y+1-f.Pool[0])), p.rows)
	}
}

// run makes a row of y of so many planes, from one or two of z.
func (p *Pooled) run(a *pooledArgs, before []float32, count, rows int) {
	to, each := unsafe.Slice(a.to, p.rows), p.level.pooledTile().rows
	for i := range p.panels {
		first := i * each
		a.w, a.before, a.to = &p.data[i*len(p.data)/p.panels], &before[i*len(before)/p.panels], &to[first]
		a.rows = max(0, min(each, rows-first))
		switch {
		case p.level == AVX512 && count == 2:
			pooled512x3x2(a)
		case p.level == AVX512:
			pooled512x3x1(a)
		case p.form.Size == 3 && count == 2:
			pooled256x3x2(a)
		case p.form.Size == 3:
			pooled256x3x1(a)
		case count == 2:
			pooled256x7x2(a)
		default:
			pooled256x7x1(a)
		}
	}
	a.to = &to[0]
}

// load takes n rows of x apart, from the given one on, which may be outside.
func (p *Pooled) load(c *PooledPlanes, dst []float32, first, n int) {
	f, row := &p.form, 4*p.line
	lo, hi := min(max(-first, 0), n), max(min(f.X.Height-first, n), 0)
	for plane, from := range c.From {
		rows := dst[plane*f.plane(p.level):][:n*row]
		clear(rows[:lo*row])
		clear(rows[max(lo, hi)*row:])
		if lo >= hi {
			continue
		}
		x := c.X[int(from)+(first+lo)*c.Pitch:]
		_ = x[(hi-lo-1)*c.Pitch+f.X.Width-1]
		done := 0
		if p.level == AVX512 {
			done = p.quarters(AVX512, rows[lo*row:], x, c.Pitch, hi-lo, 0)
		}
		done = p.quarters(AVX2, rows[lo*row:], x, c.Pitch, hi-lo, done)
		for y := range hi - lo { // what is left over
			for i := done; i < f.X.Width; i++ {
				rows[(lo+y)*row+p.at[i%4]+i/4] = x[y*c.Pitch+i]
			}
		}
	}
}

// quarters takes rows apart from a pixel on, as far as a level can, and returns how far.
func (p *Pooled) quarters(l Level, dst, x []float32, pitch, rows, from int) (to int) {
	pixels := 4 * l.shape().lanes
	a := quartersArgs{pitch: 4 * pitch, row: 4 * 4 * p.line, rows: rows, blocks: (p.form.X.Width - from) / pixels}
	if a.blocks == 0 {
		return from
	}
	a.x = &x[from]
	for q, at := range p.at {
		a.to[q] = &dst[at+from/4]
	}
	if l == AVX512 {
		quarters512(&a)
	} else {
		quarters256(&a)
	}
	return from + a.blocks*pixels
}
