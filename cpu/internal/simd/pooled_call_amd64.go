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
	near   [3]int
	y      *float32
	to     *int32
	rows   int // planes of y
	whole  int // blocks of y before the last
	masks  *[2 * pooledLanes]int32
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

const quartersBlock = 32 // pixels

// Run makes rows [y0, y1) of y. scratch is for Scratch floats.
func (p *Pooled) Run(c *PooledPlanes, y0, y1 int, scratch []float32) {
	f, row := &p.form, 4*p.line
	x := aligned(scratch)[:p.Scratch()-lineFloats]
	clear(x) // padding, and what no row is before
	before := x[f.Depth*f.plane():]
	most := before[p.before():]
	a := pooledArgs{row: 4 * row, plane: 4 * (f.plane() - (f.Size-1)*row), depth: f.Depth, line: 4 * p.line,
		most: &most[0], blocks: p.blocks, near: p.near, to: &c.To[0], whole: (f.Y.Width - 1) / pooledLanes, masks: &p.masks, stored: p.stored,
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
	to := unsafe.Slice(a.to, p.rows)
	for i := range p.panels {
		first := i * pooledRows
		a.w, a.before, a.to = &p.data[i*len(p.data)/p.panels], &before[i*len(before)/p.panels], &to[first]
		a.rows = max(0, min(pooledRows, rows-first))
		switch {
		case p.form.Size == 3 && count == 2:
			pooled3x2(a)
		case p.form.Size == 3:
			pooled3x1(a)
		case count == 2:
			pooled7x2(a)
		default:
			pooled7x1(a)
		}
	}
	a.to = &to[0]
}

// load takes n rows of x apart, from the given one on, which may be outside.
func (p *Pooled) load(c *PooledPlanes, dst []float32, first, n int) {
	f, row := &p.form, 4*p.line
	lo, hi := min(max(-first, 0), n), max(min(f.X.Height-first, n), 0)
	for plane, from := range c.From {
		rows := dst[plane*f.plane():][:n*row]
		clear(rows[:lo*row])
		clear(rows[max(lo, hi)*row:])
		if lo >= hi {
			continue
		}
		x := c.X[int(from)+(first+lo)*c.Pitch:]
		_ = x[(hi-lo-1)*c.Pitch+f.X.Width-1]
		a := quartersArgs{x: &x[0], pitch: 4 * c.Pitch, row: 4 * row, rows: hi - lo, blocks: f.X.Width / quartersBlock}
		for q, at := range p.at {
			a.to[q] = &rows[lo*row+at]
		}
		if a.blocks > 0 {
			quarters(&a)
		}
		for y := range hi - lo { // what is left over
			for i := a.blocks * quartersBlock; i < f.X.Width; i++ {
				rows[(lo+y)*row+p.at[i%4]+i/4] = x[y*c.Pitch+i]
			}
		}
	}
}
