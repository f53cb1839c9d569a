package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// found says where in the memory a slider finds the rows that a share reads: of each plane those above
// a row in one arena, and the rest in another.
type found struct {
	memory       *memory
	cut          int       // rows of sums from here on begin with the lower rows, or one above them
	upper, lower []int32   // places of the planes whose rows are there
	above, below simd.Jump // from lower to upper rows, and back
}

// find finds what tasks [first, last) read, or reports that it is not in this form.
func (s *slider) find(f *finder, in, out network.View, op network.Window, first, last int) (at *found, ok bool) {
	at = &found{memory: f.memory, upper: make([]int32, len(s.from)), lower: make([]int32, len(s.from))}
	tops, bottoms := make([]int, len(s.from)), make([]int, len(s.from)) // the rows of each plane that are read
	for task := first; task < last; task++ {
		y0, y1, from, to := s.task(task, out)
		top, bottom := rowsMet(&op, y0, y1, in.Height)
		for i := from; i < to; i++ {
			if tops[i] == bottoms[i] {
				tops[i], bottoms[i] = top, bottom
			}
			tops[i], bottoms[i] = min(tops[i], top), max(bottoms[i], bottom)
		}
	}
	change := in.Height // the first row that is in another arena than those above
	for i, plane := range s.from {
		for y := tops[i] + 1; y < min(bottoms[i], change); y++ {
			if f.row(&in, plane, y) != f.row(&in, plane, y-1) {
				change = y
			}
		}
	}
	jump, known := 0, false // from upper to lower rows
	for i, plane := range s.from {
		for y := tops[i]; y < bottoms[i]; y++ {
			places, behind := at.upper, f.row(&in, plane, y)
			if y >= change {
				places = at.lower
			}
			place := plane + int32(behind)
			if behind == elsewhere || y != tops[i] && y != change && places[i] != place {
				return nil, false
			}
			places[i] = place
		}
		if tops[i] < change && change < bottoms[i] {
			by := int(at.lower[i] - at.upper[i])
			if known && by != jump {
				return nil, false
			}
			jump, known = by, true
		}
	}
	if at.cut = out.Height; change == in.Height {
		return at, true
	}
	at.cut, at.above, at.below = s.Cut(change, jump)
	return at, true
}

// elsewhere is what row finds that no share has as a whole.
const elsewhere = -1

// row is find for a row of a plane.
func (f *finder) row(v *network.View, plane int32, y int) (behind int) {
	rowsOf(v, plane, y, y+1, func(at, n int) {
		b, ok := f.find(at, n)
		if behind = b; !ok {
			behind = elsewhere
		}
	})
	return behind
}

// slide makes rows [y0, y1) of planes [first, last).
func (f *found) slide(s *simd.Slide, p *simd.Planes, y0, y1, first, last int) {
	p.X, p.Above, p.Below = f.memory.all, f.above, f.below
	if y0 < f.cut {
		p.From = f.upper[first:last]
		s.Run(p, y0, min(y1, f.cut))
	}
	if y1 > f.cut {
		p.From = f.lower[first:last]
		s.Run(p, max(y0, f.cut), y1)
	}
}
