package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
)

// elementwise is functions of one or two tensors, and copying. Operands and output
// have the same elements in the same order, but may be seen as different planes:
// the kernel walks segments that are one run in every view, or one element that
// stands for a run.
type elementwise struct {
	segments []segment
	tasks    []int // first segment of each task, and the end
	op       network.Op
	act      network.Activation
	residual bool
	stands   [views]bool // operands of which one element stands for a row
}

// Places of a segment's views.
const (
	atOut = iota
	atA
	atB
	atResidual
	views
)

type segment struct {
	n  int
	at [views]int
}

func newElementwise(s *network.Step, threads int) (kernel, error) {
	k := &elementwise{op: s.Op, act: s.Act, residual: s.Residual != nil}
	var vs [views]*network.View
	vs[atOut], vs[atA], vs[atResidual] = &s.Output, &s.Inputs[0], s.Residual
	switch op := s.Op.(type) {
	case network.Binary:
		vs[atB] = &s.Inputs[1]
	case network.Activate:
		if !k.residual && !k.act.On() { // the usual case, in one pass
			k.op, k.act = network.Identity{}, op.Fn
		}
	case network.Identity:
	default:
		return kernel{}, errOperator
	}
	for i, v := range vs {
		k.stands[i] = v != nil && v.ColumnStride == 0 && v.Width > 1
	}
	k.segments = cut(vs)
	task := math.MaxInt
	if threads > 1 {
		task = max(4<<10, s.Output.Shape.Size()/(4*threads))
	}
	k.tasks = []int{0}
	n := 0
	for i, g := range k.segments {
		if n += g.n; n >= task || i == len(k.segments)-1 {
			k.tasks, n = append(k.tasks, i+1), 0
		}
	}
	return kernel{tasks: len(k.tasks) - 1, scratch: 3 * longest, run: k.run}, nil
}

func (k *elementwise) run(task int, arena, scratch []float32) {
	for _, g := range k.segments[k.tasks[task]:k.tasks[task+1]] {
		dst, src := arena[g.at[atOut]:], k.operand(arena, scratch[longest:], atA, g)
		var add []float32
		switch op := k.op.(type) {
		case network.Binary:
			add = k.operand(arena, scratch[2*longest:], atB, g)
			if k.residual || op.Fn != network.FnAdd {
				combine(op.Fn, scratch[:g.n], src, add)
				src, add = scratch[:g.n], nil
			}
		case network.Activate:
			finish(scratch, src, nil, op.Fn)
			src = scratch[:g.n]
		}
		if k.residual {
			add = arena[g.at[atResidual]:]
		}
		finish(dst, src, add, k.act)
	}
}

// operand gives a segment's elements of one operand. What one element stands for
// is written out in scratch.
func (k *elementwise) operand(arena, scratch []float32, which int, g segment) []float32 {
	if !k.stands[which] {
		return arena[g.at[which]:][:g.n]
	}
	v := arena[g.at[which]]
	for i := range g.n {
		scratch[i] = v
	}
	return scratch[:g.n]
}

// longest is where long segments are cut.
const longest = 4 << 10

// cut walks views in row-major order at the same time, and cuts them into
// segments wherever one of them jumps.
func cut(vs [views]*network.View) []segment {
	var walks [views]walk
	for i, v := range vs {
		if v != nil {
			walks[i] = walk{v: v}
		}
	}
	var segments []segment
	for left := vs[atOut].Shape.Size(); left > 0; {
		g := segment{n: min(left, longest)}
		for i := range walks {
			if walks[i].v != nil {
				at, n := walks[i].here()
				g.at[i], g.n = at, min(g.n, n)
			}
		}
		for i := range walks {
			walks[i].advance(g.n)
		}
		left -= g.n
		if last := len(segments) - 1; last >= 0 && segments[last].n+g.n <= longest && follows(segments[last], g, vs) {
			segments[last].n += g.n
			continue
		}
		segments = append(segments, g)
	}
	return segments
}

// follows reports whether g is where s ends, in every view; or is the same
// element, where one stands for a row.
func follows(s, g segment, vs [views]*network.View) bool {
	for i, v := range vs {
		if v == nil {
			continue
		}
		if stands := v.ColumnStride == 0 && v.Width > 1; stands && s.at[i] != g.at[i] || !stands && s.at[i]+s.n != g.at[i] {
			return false
		}
	}
	return true
}

// walk is a position in a view: x elements into a row of a plane.
type walk struct {
	v           *network.View
	plane, y, x int
}

// here is the position's place in the arena, and how far the row goes from there.
func (w *walk) here() (at, n int) {
	return int(w.v.Planes[w.plane]) + w.y*w.v.RowStride + w.x*w.v.ColumnStride, w.v.Width - w.x
}

// advance goes on by n elements, which are within the row.
func (w *walk) advance(n int) {
	if w.v == nil {
		return
	}
	if w.x += n; w.x == w.v.Width {
		w.x, w.y = 0, w.y+1
	}
	if w.y == w.v.Height {
		w.y, w.plane = 0, w.plane+1
	}
}
