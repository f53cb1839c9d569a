package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// slider is a window of 3x3 that takes many planes at once.
type slider struct {
	*simd.Slide
	from []int32 // of the input, for each plane of the output

	fewest int // pixels of a task
	bands  int // of rows
	planes int // of a task
	parts  int // of a band: tasks that have the same rows

	found *found // where planes are if not in the arena
}

// fewestSlid is how many pixels a task has at least, of those that are only for others to take: a
// microsecond of it, or less.
func fewestSlid(l simd.Level) int {
	if l == simd.AVX512 {
		return 1 << 13
	}
	return 1 << 11
}

// cut cuts a step into tasks: bands of rows first, as pointwise convolutions are, then
// planes, so that others can take some of a slower core's.
func (s *slider) cut(out network.View, threads int) (tasks int) {
	const fewestRows = 7 // with less, too many are read twice
	bands := 1
	if threads > 1 {
		bands = max(1, min(out.Height/fewestRows, 4*threads))
		if bands > threads {
			bands -= bands % threads
		}
	}
	s.bands = bands
	s.planes = len(out.Planes)
	if threads > 1 {
		s.planes = max(1, (len(out.Planes)*bands+4*threads-1)/(4*threads))
	}
	if bands >= threads {
		s.planes = min(len(out.Planes), max(s.planes, s.fewest*bands/(out.Height*out.Width)))
	}
	s.parts = (len(out.Planes) + s.planes - 1) / s.planes
	return bands * s.parts
}

// newSlider is a slider over a step's planes, or nil if there is none.
func newSlider(level simd.Level, s *network.Step, op network.Window, most bool) *slider {
	form, ok := formOf(s, op, most)
	if !ok {
		return nil
	}
	slide, ok := simd.NewSlide(level, form)
	if !ok {
		return nil
	}
	return &slider{Slide: slide, fewest: fewestSlid(level)}
}

// kernel is a step of a slider, of which sliding makes a run.
func (s *slider) kernel(threads int, in, out network.View, op network.Window, sliding func(*slider) runFunc) kernel {
	k := kernel{tasks: s.cut(out, threads), run: sliding(s), reads: s.reads(in, out, op), writes: s.writes(out)}
	k.elsewhere = func(first, last int, find finder) (runFunc, bool) {
		f, ok := s.find(&find, in, out, op, first, last)
		if !ok {
			return nil, false
		}
		moved := *s
		moved.found = f
		return sliding(&moved), true
	}
	return k
}

// formOf is what a square window without dilation does to a step's planes.
func formOf(s *network.Step, op network.Window, most bool) (f simd.Form, ok bool) {
	if op.Kernel[0] != op.Kernel[1] || op.Stride[0] != op.Stride[1] || op.Dilation != [2]int{1, 1} {
		return f, false
	}
	f = simd.Form{Size: op.Kernel[0], Stride: op.Stride[0], Top: op.Pads.Top, Left: op.Pads.Left,
		Most: most, In: planeOf(s.Inputs[0]), Out: planeOf(s.Output)}
	if s.Residual != nil {
		f.Add, f.Adds = planeOf(*s.Residual), true
	}
	return f, true
}

func planeOf(v network.View) simd.Plane {
	return simd.Plane{Height: v.Height, Width: v.Width, Pitch: v.RowStride}
}

// task is a task's part: rows [y0, y1) of planes [first, last).
func (s *slider) task(task int, out network.View) (y0, y1, first, last int) {
	band, part := task/s.parts, task%s.parts
	return out.Height * band / s.bands, out.Height * (band + 1) / s.bands, part * s.planes, min((part+1)*s.planes, len(out.Planes))
}

// slide makes rows [y0, y1) of planes [first, last) of the output. p says with what
// weights or scale.
func (e *epilogue) slide(arena []float32, s *slider, p simd.Planes, y0, y1, first, last int) {
	var after bool
	p.Lo, p.Hi, after = e.bounds()
	p.Y, p.To = arena, e.out.Planes[first:last]
	if s.found != nil {
		s.found.slide(s.Slide, &p, y0, y1, first, last)
	} else {
		p.X, p.From = arena, s.from[first:last]
		s.Run(&p, y0, y1)
	}
	if after {
		e.activate(arena, p.To, y0, y1)
	}
}

// activate activates rows [y0, y1) of planes of the output.
func (e *epilogue) activate(arena []float32, planes []int32, y0, y1 int) {
	for _, at := range planes {
		for y := y0; y < y1; y++ {
			activate(arena[int(at)+y*e.out.RowStride:][:e.out.Width], e.act)
		}
	}
}
