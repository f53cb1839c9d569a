package network

import (
	"fmt"
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// buffer is storage for one computed value, before it has a place in the arena:
// planes of height rows at rowStride floats, planeStride floats apart.
type buffer struct {
	planes, samples         int // planes of all samples, and how many samples they are
	height, width           int
	rowStride, planeStride  int
	lead                    int // floats before the first plane
	level, lastLevel        int // of the (last) step that writes it, and of the last that reads it
	parent                  *buffer
	firstChannel            int // in the parent's planes of one sample
	offset                  int // in the arena, of a buffer without parent
	output, fixed, constant bool
	pinned                  bool // some view runs over several planes: they must stay neighbours
}

// fewLines is how many cache lines a plane must have for one more to be worth its memory.
const fewLines = 4

func newBuffer(s tensor.Shape, opt *PlanOptions) *buffer {
	planes, h, w := PlaneForm(s)
	b := &buffer{planes: planes, samples: 1, height: h, width: w, rowStride: w, planeStride: 1}
	if len(s) > 1 {
		b.samples = s[0]
	}
	if h > 1 {
		b.rowStride = align(w, max(opt.Align, 1))
	}
	if h*w > 1 {
		// Planes begin at multiples of four floats at least, for vector loads.
		b.planeStride = align(align(h*b.rowStride, 4), max(opt.PlaneAlign, 1))
	}
	b.planeStride = align(b.planeStride, max(opt.Align, 1))
	if n := b.planeStride / cacheLine; opt.PlanesApart && b.planeStride%cacheLine == 0 && n%2 == 0 && n >= fewLines {
		b.planeStride += cacheLine
	}
	if half := h / 2 * b.rowStride; opt.HalvesAligned && h%2 == 0 && opt.PlaneAlign > 1 {
		b.lead = align(half, opt.PlaneAlign) - half
	}
	return b
}

func align(n, to int) int { return (n + to - 1) / to * to }

// root gives the outermost buffer that holds plane p, and its number there.
func (b *buffer) root(p int) (*buffer, int) {
	for b.parent != nil {
		per, up := b.planes/b.samples, b.parent.planes/b.parent.samples
		p = p/per*up + b.firstChannel + p%per
		b = b.parent
	}
	return b, p
}

func (b *buffer) floats() int { return b.lead + b.planes*b.planeStride }

// ref names a position in a buffer: floats beyond the start of a plane. Large
// maps have many, hence int32.
type ref struct {
	buf        *buffer
	plane, off int32
}

// resolve gives the position in the arena, once buffers have places.
func (r ref) resolve() int {
	root, p := r.buf.root(int(r.plane))
	return root.offset + root.lead + p*root.planeStride + int(r.off)
}

// place is the position in the outermost buffer.
func (r ref) place() (root *buffer, at int) {
	root, p := r.buf.root(int(r.plane))
	return root, p*root.planeStride + int(r.off)
}

// address is a View before buffers have places in the arena.
type address struct {
	shape         tensor.Shape
	refs          []ref // where each plane begins
	height, width int
	rowStride     int
	columnStride  int
}

func (b *buffer) address(s tensor.Shape) address {
	a := address{s, make([]ref, b.planes), b.height, b.width, b.rowStride, 1}
	for p := range a.refs {
		a.refs[p] = ref{b, int32(p), 0}
	}
	return a
}

// same reports whether both name the same floats in the same order.
func (a address) same(b address) bool {
	return a.height == b.height && a.width == b.width && a.rowStride == b.rowStride && a.columnStride == b.columnStride &&
		slices.Equal(a.refs, b.refs)
}

// element is the position of element i in row-major order.
func (a address) element(i int) ref {
	hw := a.height * a.width
	r, y, x := a.refs[i/hw], i%hw/a.width, i%a.width
	r.off += int32(y*a.rowStride + x*a.columnStride)
	return r
}

// whole gives the buffer that the address names plane by plane in order, from
// first to last, or nil. A concatenation that was written in place counts.
func (a address) whole() *buffer {
	root, _ := a.refs[0].buf.root(0)
	if len(a.refs) != root.planes || a.height != root.height || a.width != root.width || a.rowStride != root.rowStride {
		return nil
	}
	for i, r := range a.refs {
		if b, p := r.buf.root(int(r.plane)); b != root || p != i || r.off != 0 {
			return nil
		}
	}
	return root
}

// remapped applies an operator that moves no data to addresses. It reports false
// where the result has no rows of contiguous elements at one distance; the
// address then names the elements one by one, and a copy must gather them.
func remapped(op Op, out int, in []address, shape tensor.Shape) (address, bool, error) {
	shapes, planes := make([]tensor.Shape, len(in)), make([]tensor.Shape, len(in))
	alike := true
	for i, a := range in {
		shapes[i], planes[i] = a.shape, planesOf(a.shape)
		alike = alike && a.rowStride == in[0].rowStride
	}
	op = countedAxis(op, shapes[0])
	count, h, w := PlaneForm(shape)
	if alike && wholePlanes(op, shapes, shape) {
		a := address{shape, make([]ref, count), h, w, in[0].rowStride, 1}
		from := remapOf(op, out, planes)
		for p := range a.refs {
			k, q := from(p)
			a.refs[p] = in[k].refs[q]
		}
		return a, true, nil
	}
	if shape.Size() > maxPlanes {
		return address{}, false, fmt.Errorf("%v has more than %d elements to address one by one: %w", shape, maxPlanes, ErrUnsupported)
	}
	from := remapOf(op, out, shapes)
	single := address{shape, make([]ref, shape.Size()), 1, 1, 1, 1}
	for i := range single.refs {
		k, j := from(i)
		single.refs[i] = in[k].element(j)
	}
	if a, ok := single.gathered(count, h, w); ok {
		return a, true, nil
	}
	return single, false, nil
}

// gathered sees an address of single elements as planes of h rows of w. Where a
// new plane runs over several old ones, their buffer must stay as it is.
func (a address) gathered(planes, h, w int) (address, bool) {
	if h*w == 1 {
		return a, true
	}
	g := address{a.shape, make([]ref, planes), h, w, w, 1}
	_, first := a.refs[0].place()
	if h > 1 {
		_, second := a.refs[w].place()
		if g.rowStride = second - first; g.rowStride < w {
			return address{}, false
		}
	}
	var pin []*buffer
	for p := range g.refs {
		start := a.refs[p*h*w]
		g.refs[p] = start
		root, at := start.place()
		several := false
		for i, r := range a.refs[p*h*w : (p+1)*h*w] {
			if b, j := r.place(); b != root || j != at+i/w*g.rowStride+i%w {
				return address{}, false
			}
			if r.plane != start.plane && !root.pinned {
				pin = append(pin, root)
			}
			several = several || r.buf != start.buf
		}
		if several { // all of which must be written before the plane is read
			_, plane := start.buf.root(int(start.plane))
			g.refs[p] = ref{root, int32(plane), start.off}
		}
	}
	for _, b := range pin {
		b.pinned = true
	}
	return g, true
}

// stretched repeats dimensions of one to fill a shape of the same rank.
func (a address) stretched(out tensor.Shape) address {
	planes, h, w := PlaneForm(out)
	s := address{out, make([]ref, planes), h, w, a.rowStride, 1}
	if a.height < h {
		s.rowStride = 0
	}
	if a.width < w {
		s.columnStride = 0
	}
	for p := range s.refs {
		s.refs[p] = a.refs[stretched(planesOf(a.shape), planesOf(out), p)]
	}
	return s
}

// view is the address in the arena.
func (a address) view() View {
	v := View{a.shape, make([]int32, len(a.refs)), a.height, a.width, a.rowStride, a.columnStride}
	for i, r := range a.refs {
		v.Planes[i] = int32(r.resolve())
	}
	return v
}
