package cpu

import "github.com/shufflegl/shufflegl/network"

// phases lays a band of a plane out so that each place of a sliding window meets
// a whole band of outputs at once, in one run of memory, whatever the stride.
//
// Place (u,v) of a window meets rows u·d−p, u·d−p+s, …: those of phase (u·d) mod s,
// and likewise columns. Each pair of phases is a small plane of its own, with
// zeros for padding:
//
//	phase(a,b)[i, j] = x[i·s+a−p, j·s+b−p]
//
// so that place (u,v) of output (i,j) is phase(a,b)[i + ⌊u·d/s⌋, j + ⌊v·d/s⌋]. All
// have rows of one pitch; output rows computed at that pitch have a few columns
// too many, which are not stored.
type phases struct {
	in    network.View
	op    network.Window
	pitch int
	band  int // output rows
	size  int // floats of a phase
	used  []phase
	at    []int32 // where each place's run begins
}

// phase is one that some place meets: (a,b), of whose columns [lo,hi) are inside
// the map.
type phase struct{ a, b, lo, hi int }

// newPhases makes phases of bands of at most so many floats.
func newPhases(in, out network.View, op network.Window, floats int) phases {
	further := func(axis int) int { return (op.Kernel[axis] - 1) * op.Dilation[axis] / op.Stride[axis] }
	p := phases{in: in, op: op, pitch: out.Width + further(1)}
	p.band = min(max(1, floats/p.pitch), out.Height)
	p.size = (p.band + further(0)) * p.pitch
	index := map[phase]int{}
	for u := range op.Kernel[0] {
		for v := range op.Kernel[1] {
			r, c := u*op.Dilation[0], v*op.Dilation[1]
			f := phase{a: r % op.Stride[0], b: c % op.Stride[1]}
			f.lo, f.hi = inside(in.Width, p.pitch, op.Stride[1], f.b-op.Pads.Left)
			if _, ok := index[f]; !ok {
				index[f] = len(p.used)
				p.used = append(p.used, f)
			}
			p.at = append(p.at, int32(index[f]*p.size+r/op.Stride[0]*p.pitch+c/op.Stride[1]))
		}
	}
	return p
}

// floats is the memory for all phases of a band.
func (p *phases) floats() int { return len(p.used) * p.size }

// run is the length of the runs that give n output rows of the given width.
func (p *phases) run(n, width int) int { return (n-1)*p.pitch + width }

// load fills the phases for n output rows from y on.
func (p *phases) load(dst, plane []float32, y, n int) {
	extra := p.size/p.pitch - p.band
	for i, f := range p.used {
		rows := dst[i*p.size:]
		for r := range n + extra {
			row := rows[r*p.pitch:][:p.pitch]
			from := (y+r)*p.op.Stride[0] + f.a - p.op.Pads.Top
			if from < 0 || from >= p.in.Height || f.lo == f.hi {
				clear(row)
				continue
			}
			clear(row[:f.lo])
			clear(row[f.hi:])
			first := from*p.in.RowStride + f.lo*p.op.Stride[1] + f.b - p.op.Pads.Left
			every(row[f.lo:f.hi], plane[first:], p.op.Stride[1])
		}
	}
}
