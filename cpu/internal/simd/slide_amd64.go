//go:build !noasm

package simd

func hasSlides(l Level) bool { return l == AVX512 }

// slideArgs is what slides are given; gen/slide.go knows the order.
type slideArgs struct {
	x            *float32
	at           int // where the strip begins, in bytes
	pitch        int // bytes
	from         *int32
	y            *float32
	yPitch       int // bytes
	to           *int32
	w, bias      *float32
	scale        *float32
	scalePitch   int // bytes
	planes       int
	rows         int
	above, below int // whether there is a row above the first, and a last without one below
	lo, hi       float32
	masks        [3]uint16
}

// Run slides over planes.
func (s *Slide) Run(p *Planes) {
	f := &s.form
	a := slideArgs{pitch: 4 * f.In.Pitch, yPitch: 4 * f.Out.Pitch, scalePitch: 4 * f.Out.Pitch, rows: s.rows, lo: p.Lo, hi: p.Hi}
	if f.Top == 0 {
		a.above = 1
	}
	if s.below {
		a.below = 1
	}
	for first := 0; first < len(p.From); first += a.planes {
		a.planes = min(s.group, len(p.From)-first)
		a.from, a.to = &p.From[first], &p.To[first]
		for i := range s.strips {
			t := &s.strips[i]
			a.masks = t.masks
			a.x, a.at, a.y = &p.X[0], 4*t.x, &p.Y[t.y]
			switch {
			case f.Most:
				slideMax(&a)
				continue
			case p.Scale != nil:
				a.scale = &p.Scale[t.y]
				slideAverage(&a)
				continue
			}
			a.w, a.bias = &p.Weights[9*first], &p.Bias[first]
			switch {
			case f.Stride == 2:
				slideStrided(&a)
			case t.registers == 1:
				slide1(&a)
			default:
				slide2(&a)
			}
		}
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
}

func (p *Planes) totals(n int, scale float32) {
	total(&totalArgs{x: &p.X[0], from: &p.From[0], y: &p.Y[0], to: &p.To[0], planes: len(p.From), turns: n / lanes,
		scale: scale, lo: p.Lo, hi: p.Hi, mask: 1<<(n%lanes) - 1})
}
