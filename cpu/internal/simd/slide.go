package simd

import "math"

// Slide is a window of 3x3 that slides down many planes of one form, in strips of
// columns. With stride 1 its padding is one pixel on all sides. It computes what Window
// does, without anything added, but loads each row once for all rows of sums that it is
// part of, and stays in assembly from plane to plane.
type Slide struct {
	level  Level
	form   Form
	strips []strip
	full   int  // rows of sums that have a row of pixels below
	cached int  // floats of planes that stay in the first cache from strip to strip
	pairs  bool // a register has a row of pixels, and two rows of sums that follow each other; with stride 1 two of each
	order  pairOrder
}

type strip struct {
	x, y      int // where it begins in the planes
	registers int
	masks     [3]uint16   // pixels of the first register, of the last, and of the last one's third column
	blocks    [3][8]int32 // the same for AVX2
	store     int         // how many pixels are stored of a row
	end       int         // and of the last one
	inside    bool        // no pixel is beyond a border
}

// NewSlide makes a Slide, if the level has one of this form.
func NewSlide(level Level, f Form) (s *Slide, ok bool) {
	if !hasSlides(level) || f.Size != 3 || f.Adds || f.Top > 1 || f.Left > 1 {
		return nil, false
	}
	s = &Slide{level: level, form: f, full: f.Out.Height, cached: 6 << 10}
	lanes := level.shape().lanes
	width := lanes
	if level == AVX512 {
		width = 2 * lanes
	}
	switch {
	case f.Stride == 1 && !f.Most && f.Top == 1 && f.Left == 1 && f.In.Height == f.Out.Height && f.In.Width == f.Out.Width:
		s.full--
	case f.Stride == 2:
		width = lanes - 1
		last := 2*(f.Out.Height-1) + 1 - f.Top // the middle row of the last sums
		if last >= f.In.Height {
			return nil, false
		}
		if last+1 == f.In.Height {
			s.full--
		}
	default:
		return nil, false
	}
	if s.pairs = level == AVX512 && f.Stride == 2 && 2*f.Out.Width+1 <= lanes && f.Out.Pitch == f.Out.Width; s.pairs {
		s.order = newPairOrder(f.Out.Width, f.In.Width, f.Left)
	}
	if level == AVX512 && f.Stride == 1 {
		s.pairs = 2*f.In.Width <= lanes && f.In.Pitch == f.In.Width && f.Out.Pitch == f.Out.Width
	}
	count := (f.Out.Width + width - 1) / width // of equal width, or nearly
	for i := range count {
		from := f.Out.Width * i / count
		n := f.Out.Width*(i+1)/count - from
		p := s.strip(from, n)
		p.store, p.end = n, n
		switch { // a whole register is quicker where the rest is overwritten
		case i < count-1: // by the next strip, or right
			p.store, p.end = lanes, lanes
		case f.Stride == 1 && n >= lanes/2 && f.Out.Pitch == f.Out.Width: // by the next row
			p.store = lanes
		}
		s.strips = append(s.strips, p)
	}
	return s, true
}

// pairOrder is where, in two registers of pixels, the first columns are that two rows of sums add up, and whether
// there are such pixels in each of the three.
type pairOrder struct {
	at     [16]int32
	inside [3]uint16
}

func newPairOrder(sums, pixels, left int) (o pairOrder) {
	for i := range o.at {
		column := 2 * (i % sums)
		o.at[i] = int32(column + i/sums%2*len(o.at))
		for v := range o.inside {
			if c := column + v - left; c >= 0 && c < pixels {
				o.inside[v] |= 1 << i
			}
		}
	}
	return o
}

// together is how many planes stay in the first cache from strip to strip, for so many
// rows of sums.
func (s *Slide) together(rows int) int {
	if len(s.strips) == 1 {
		return math.MaxInt
	}
	return max(1, s.cached/(rows*s.form.Stride*s.form.In.Pitch+1))
}

// strip is of n columns of sums from the given one on.
func (s *Slide) strip(from, n int) strip {
	f, lanes := &s.form, s.level.shape().lanes
	at := from*f.Stride - f.Left // the column of the first pixel
	mask := func(first, column, last int) (bits uint16) {
		for lane := range lanes {
			if c := at + column + lane; c >= 0 && c < f.In.Width && first+lane < last {
				bits |= 1 << lane
			}
		}
		return bits
	}
	p := strip{x: at, y: from, registers: (n + lanes - 1) / lanes, inside: at >= 0 && at+(n-1)*f.Stride+3 <= f.In.Width}
	if f.Stride == 2 {
		p.masks = [3]uint16{mask(0, 0, 2*n+1), 1<<n - 1, mask(lanes, lanes, 2*n+1)}
	} else {
		last := (p.registers - 1) * lanes
		all := n // a register's pixels behind the strip are right, if they are pixels
		if s.level == AVX2 {
			all = lanes
		}
		p.masks = [3]uint16{mask(0, 0, all), mask(last, last+1, n), mask(last, last+2, all)}
	}
	for i, bits := range p.masks {
		for lane := range p.blocks[i] {
			p.blocks[i][lane] = -int32(bits >> lane & 1)
		}
	}
	return p
}

// Planes says where the planes lie that a Slide or Totals are to make. The lists have
// one element for each, and Weights nine for each.
type Planes struct {
	X       []float32
	From    []int32 // plane i begins at X[From[i]]
	Y       []float32
	To      []int32   // and its result at Y[To[i]]
	Weights []float32 // unless it is a maximum, or an average
	Bias    []float32 // what sums begin with
	Scale   []float32 // in place of weights: what sums are multiplied by, in y's form, and a register behind
	Lo, Hi  float32

	// FromRow and ToRow are how many rows of each plane are not there, in front of the
	// first at X[From[i]] and at Y[To[i]].
	FromRow, ToRow int

	// Rows that lie elsewhere, if one is the first that is read, above the others, or the last one.
	Above, Below Jump
}

// Jump says that a row is so many floats behind where it would be.
type Jump struct{ Row, Behind int }

func (j Jump) of(row int) int {
	if j.Row == row {
		return j.Behind
	}
	return 0
}

// first and last are the first and the last row that a row of sums adds up, were there no borders.
func (s *Slide) first(y int) int { return y*s.form.Stride - s.form.Top }
func (s *Slide) last(y int) int  { return s.first(y) + s.form.Size - 1 }

// Cut is for planes whose rows from one on are so many floats behind where they would be. Sums before row cut are
// made with From saying where the upper rows begin, and read at most one of the lower ones, below; others
// with From saying where the lower ones would begin, and read at most one of the upper ones, above.
func (s *Slide) Cut(row, behind int) (cut int, above, below Jump) {
	if cut = row; s.form.Stride == 2 {
		cut = (row + s.form.Top) / 2
	}
	if s.first(cut) < row {
		above = Jump{s.first(cut), -behind}
	}
	if s.last(cut-1) >= row {
		below = Jump{s.last(cut - 1), behind}
	}
	return cut, above, below
}

// Totals is the scaled sum of the first n floats of each plane:
//
//	y[to[i]] = min(max(scale·Σ_j x[from[i]+j], lo), hi)
func (p *Planes) Totals(level Level, n int, scale float32) {
	if hasSlides(level) && len(p.From) > 0 {
		p.totals(level, n, scale)
		return
	}
	for i, from := range p.From {
		// In four parts, which do not wait for each other and lose less to rounding.
		var a, b, c, d float32
		fs := p.X[from:][:n]
		for ; len(fs) >= 4; fs = fs[4:] {
			a, b, c, d = a+fs[0], b+fs[1], c+fs[2], d+fs[3]
		}
		for _, v := range fs {
			a += v
		}
		p.Y[p.To[i]] = clamp((a+b+(c+d))*scale, p.Lo, p.Hi)
	}
}
