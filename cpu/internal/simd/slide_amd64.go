//go:build !noasm

package simd

import "unsafe"

func hasSlides(l Level) bool { return l >= AVX2 }

// slideArgs is what slides are given; gen/slide.go knows the order.
type slideArgs struct {
	x          *float32
	at         int // where the strip begins, in bytes
	pitch      int // bytes
	from       *int32
	y          *float32
	yPitch     int // bytes
	to         *int32
	w, bias    *float32
	scale      *float32
	scalePitch int // bytes
	planes     int
	rows       int
	above      int // whether there is a row of pixels above the first
	below      int // with stride 1 whether there is one below the last; with 2 whether there is one more row of sums, without
	fromAbove  int // bytes from the row above the first to the first
	toBelow    int // to the last row: with stride 1 from the last of rows, with 2 from the row before
	lo, hi     float32
	masks      [3]uint16
	blocks     *[3][8]int32 // AVX2's masks
	store      int          // and how many pixels are stored of a row
	end        int          // and of the last, with stride 1
	order      *pairOrder   // where AVX-512 has two rows of sums at a time
	pair       [6]uint16    // masks for two rows of pixels in a register; gen/slide_pairs.go knows them
}

// pairMasks are slideArgs.pair for so many rows, with one above and below or without.
func (s *Slide) pairMasks(rows int, above, below bool) [6]uint16 {
	width := s.form.In.Width
	var left, right, first, second uint16 // of two rows
	for i := range width {
		first |= 1 << i
		second |= 1 << (width + i)
		if i > 0 {
			left |= 1<<i | 1<<(width+i)
		}
		if i < width-1 {
			right |= 1<<i | 1<<(width+i)
		}
	}
	both, top, bottom, end := first|second, second, first, first|second
	if above {
		top = both
	}
	if below {
		bottom = both
	}
	if rows%2 == 1 { // the last one by itself
		bottom, end = bottom>>width, first
	}
	return [6]uint16{left, right, top, bottom, end, both}
}

// Run makes rows [from, to) of planes.
func (s *Slide) Run(p *Planes, from, to int) {
	f := &s.form
	a := slideArgs{pitch: 4 * f.In.Pitch, yPitch: 4 * f.Out.Pitch, scalePitch: 4 * f.Out.Pitch, rows: to - from, lo: p.Lo, hi: p.Hi}
	row := s.first(from)
	if row >= 0 {
		a.above = 1
	}
	if (to > s.full) == (f.Stride == 2) {
		a.below = 1
	}
	if f.Stride == 2 {
		a.rows -= a.below
	}
	above, below := p.Above.of(row), p.Below.of(s.last(to-1))
	a.fromAbove, a.toBelow = a.pitch-4*above, a.pitch+4*below
	x, y, scale := (max(row, 0)-p.FromRow)*f.In.Pitch+above, (from-p.ToRow)*f.Out.Pitch, from*f.Out.Pitch
	group := s.together(to - from)
	for first := 0; first < len(p.From); first += a.planes {
		a.planes = min(group, len(p.From)-first)
		a.from, a.to = &p.From[first], &p.To[first]
		for i := range s.strips {
			if f.Stride == 1 { // the last one first: it writes over the next rows' first pixels
				i = (i + len(s.strips) - 1) % len(s.strips)
			}
			t := &s.strips[i]
			a.masks, a.blocks, a.store, a.end = t.masks, &t.blocks, t.store, t.end
			a.x, a.at, a.y = &p.X[0], 4*(x+t.x), &p.Y[y+t.y]
			switch {
			case f.Most && s.level == AVX2 && t.inside:
				narrowSlideMax(&a)
				continue
			case f.Most && s.level == AVX2:
				narrowSlideMaxMasked(&a)
				continue
			case f.Most:
				slideMax(&a)
				continue
			case p.Scale != nil:
				a.scale = &p.Scale[scale+t.y]
				switch {
				case s.level == AVX2 && t.inside:
					narrowSlideAverage(&a)
				case s.level == AVX2:
					narrowSlideAverageMasked(&a)
				case s.pairs:
					a.masks[2], a.order = 1<<(2*f.Out.Width)-1, &s.order
					slideAverageRows(&a)
				default:
					slideAverage(&a)
				}
				continue
			}
			a.w, a.bias = &p.Weights[9*first], &p.Bias[first]
			switch {
			case s.level == AVX2 && f.Stride == 2 && t.inside:
				narrowSlideStrided(&a)
			case s.level == AVX2 && f.Stride == 2:
				narrowSlideStridedMasked(&a)
			case s.level == AVX2:
				s.narrow(&a, i)
			case f.Stride == 2 && s.pairs:
				a.masks[2], a.order = 1<<(2*f.Out.Width)-1, &s.order
				slideStridedRows(&a)
			case f.Stride == 2:
				slideStrided(&a)
			case s.pairs && above == 0 && below == 0: // rows follow each other
				a.pair = s.pairMasks(a.rows, a.above == 1, a.below == 1)
				if a.above == 0 {
					a.at -= a.pitch
				}
				slidePairs(&a)
			case len(s.strips) == 1 && t.registers == 1:
				slide1whole(&a)
			case t.registers == 1:
				slide1(&a)
			default:
				slide2(&a)
			}
		}
	}
}

// narrow runs a strip with stride 1.
func (s *Slide) narrow(a *slideArgs, strip int) {
	switch left, right := strip == 0, strip == len(s.strips)-1; {
	case left && right:
		narrowSlideWhole(a)
	case left:
		narrowSlideLeft(a)
	case right:
		narrowSlideRight(a)
	default:
		narrowSlide(a)
	}
}

// totalArgs is what total is given; gen/slide.go knows the order.
type totalArgs struct {
	x      *float32
	from   *int32
	y      *float32
	to     *int32
	planes int
	turns  int // full registers
	scale  float32
	lo, hi float32
	mask   uint16
	rest   unsafe.Pointer // AVX2's mask
}

func (p *Planes) totals(level Level, n int, scale float32) {
	a := totalArgs{x: &p.X[0], from: &p.From[0], y: &p.Y[0], to: &p.To[0], planes: len(p.From), scale: scale, lo: p.Lo, hi: p.Hi}
	if lanes := level.shape().lanes; level == AVX2 {
		a.turns, a.rest = n/lanes, level.mask(n%lanes)
		narrowTotal(&a)
	} else {
		a.turns, a.mask = n/lanes, 1<<(n%lanes)-1
		total(&a)
	}
}
