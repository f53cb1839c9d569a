package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// phases lays a band of a plane out so that each place of a sliding window meets
// a whole band of outputs at once, in one run of memory, whatever the stride.
//
// Place (u,v) of a window meets rows u·d−p, u·d−p+s, …: those of phase (u·d) mod s.
// Each pair of a phase of rows and a column of places is a small plane of its own,
// of the output's width, with zeros for padding:
//
//	phase(a,v)[i, j] = x[i·s+a−p, j·s+v·d−p]
//
// so that place (u,v) of output (i,j) is phase((u·d) mod s, v)[i + ⌊u·d/s⌋, j], and
// the places of outputs that follow each other follow each other too.
type phases struct {
	in    network.View
	op    network.Window
	band  int     // output rows
	size  int     // floats of a phase
	width int     // of the output
	used  []phase // what some place meets
	at    []int32 // where each place's run begins

	pairs []pair // covers used; nil: they are loaded one by one

	loading *loading // not nil: planes are where the run's input is, not in the arena
	input   int      // which one
}

// pair is two phases of the same rows, of columns that are neighbours: with stride 2 one
// pass over the rows loads both.
type pair struct {
	left, right int
	halves      *simd.Halves
}

// phase is of rows a, and of columns from b on, of which [lo,hi) are inside the map.
type phase struct{ a, b, lo, hi int }

// newPhases makes phases of bands of at most so many floats.
func newPhases(in, out network.View, op network.Window, floats int) phases {
	p := phases{in: in, op: op, width: out.Width, band: min(max(1, floats/out.Width), out.Height)}
	p.size = (p.band + (op.Kernel[0]-1)*op.Dilation[0]/op.Stride[0]) * out.Width
	index := map[phase]int{}
	for u := range op.Kernel[0] {
		for v := range op.Kernel[1] {
			r := u * op.Dilation[0]
			f := phase{a: r%op.Stride[0] - op.Pads.Top, b: v*op.Dilation[1] - op.Pads.Left}
			f.lo, f.hi = inside(in.Width, out.Width, op.Stride[1], f.b)
			if _, ok := index[f]; !ok {
				index[f] = len(p.used)
				p.used = append(p.used, f)
			}
			p.at = append(p.at, int32(index[f]*p.size+r/op.Stride[0]*out.Width))
		}
	}
	return p
}

// inPairs makes load take phases two by two, if the level can. What is left over is loaded
// with its neighbour, again.
func (p *phases) inPairs(level simd.Level) {
	if p.op.Stride[1] != 2 || p.op.Dilation[1] != 1 || p.op.Kernel[1] < 2 {
		return
	}
	last := p.op.Kernel[1] - 2
	for i, f := range p.used { // by columns, for each phase of rows
		v := f.b + p.op.Pads.Left
		if v > last || v%2 == 1 && v != last {
			continue
		}
		h := simd.NewHalves(level, p.in.Width, f.b, p.width)
		if h == nil {
			return
		}
		p.pairs = append(p.pairs, pair{i, i + 1, h})
	}
}

// source is where the planes lie.
func (p *phases) source(arena []float32) []float32 {
	if p.loading != nil {
		return p.loading.from[p.input].Data
	}
	return arena
}

// visitRows visits what output rows [y0, y1) meet of some planes, if they are in the arena.
func (p *phases) visitRows(planes []int32, y0, y1 int, visit func(at, n int)) {
	if p.loading != nil {
		return
	}
	top, bottom := rowsMet(&p.op, y0, y1, p.in.Height)
	for _, plane := range planes {
		rowsOf(&p.in, plane, top, bottom, visit)
	}
}

// floats is the memory for all phases of a band.
func (p *phases) floats() int { return len(p.used) * p.size }

// load fills the phases for n output rows of the given width, from y on.
func (p *phases) load(dst, plane []float32, y, n, width int) {
	n += p.size/width - p.band
	if p.pairs != nil {
		p.loadPairs(dst, plane, y, n)
		return
	}
	for i, f := range p.used {
		rows := dst[i*p.size:][:n*width]
		lo, hi := inside(p.in.Height, n, p.op.Stride[0], y*p.op.Stride[0]+f.a)
		clear(rows[:lo*width])
		clear(rows[hi*width:])
		if lo == hi {
			continue
		}
		first := ((y+lo)*p.op.Stride[0]+f.a)*p.in.RowStride + f.b
		if rows = rows[lo*width : hi*width]; f.lo == f.hi {
			clear(rows)
		} else if p.op.Stride == [2]int{1, 1} && p.in.RowStride == width {
			// One run, which goes over the ends of rows where the map has borders.
			copy(rows[f.lo:len(rows)-(width-f.hi)], plane[first+f.lo:])
			for at := 0; at < len(rows); at += width {
				clear(rows[at:][:f.lo])
				clear(rows[at+f.hi:][:width-f.hi])
			}
		} else {
			for at := 0; at < len(rows); at += width {
				row := rows[at:][:width]
				clear(row[:f.lo])
				clear(row[f.hi:])
				every(row[f.lo:f.hi], plane[first+f.lo*p.op.Stride[1]:], p.op.Stride[1])
				first += p.op.Stride[0] * p.in.RowStride
			}
		}
	}
}

func (p *phases) loadPairs(dst, plane []float32, y, n int) {
	for i := range p.pairs {
		pair := &p.pairs[i]
		a := p.used[pair.left].a
		lo, hi := inside(p.in.Height, n, p.op.Stride[0], y*p.op.Stride[0]+a)
		left, right := dst[pair.left*p.size:][:n*p.width], dst[pair.right*p.size:][:n*p.width]
		for _, rows := range [2][]float32{left, right} {
			clear(rows[:lo*p.width])
			clear(rows[hi*p.width:])
		}
		if lo < hi {
			first := ((y+lo)*p.op.Stride[0] + a) * p.in.RowStride
			pair.halves.Run(left[lo*p.width:], right[lo*p.width:], p.width, plane[first:], p.op.Stride[0]*p.in.RowStride, hi-lo)
		}
	}
}
