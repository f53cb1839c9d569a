package network

import (
	"math"
	"slices"
	"sort"
)

// order sorts the steps by level, so that independent steps stand between the
// same two barriers, and notes how long each buffer is needed. Buffers are kept
// for whole levels: memory is never reused between two barriers, so a barrier is
// needed at each new level and nowhere else.
func (s *scheduler) order() {
	sort.SliceStable(s.steps, func(i, j int) bool { return s.steps[i].step.Level < s.steps[j].step.Level })
	for _, b := range s.buffers {
		b.lastLevel = b.level
	}
	read := func(a address, level int) {
		for _, r := range a.refs {
			r.buf.lastLevel = max(r.buf.lastLevel, level)
		}
	}
	for _, l := range s.steps {
		for _, a := range l.reads() {
			read(a, l.step.Level)
		}
	}
	for _, a := range s.outs {
		read(a, math.MaxInt)
	}
	for _, b := range s.buffers {
		if b.constant {
			b.lastLevel = math.MaxInt
		}
	}
	// A buffer that holds others lives from the first of them to the last. It
	// was made after its parts, so one pass reaches every ancestor.
	for _, b := range s.buffers {
		if p := b.parent; p != nil {
			p.level, p.lastLevel = min(p.level, b.level), max(p.lastLevel, b.lastLevel)
		}
	}
}

// cacheLine is what buffers' places are multiples of, in floats.
const cacheLine = 16

// arena gives every buffer its place: largest first, each at the lowest offset
// where no buffer that is needed at the same time lies ("greedy by size", Pisarchyk
// and Lee, arXiv 2001.03288, section 5.2). It returns the arena's size.
//
// With guards, buffers share no memory, and unused floats surround each.
func (s *scheduler) arena() (floats int, guards []Range) {
	var roots []*buffer
	for _, b := range s.buffers {
		if b.parent == nil {
			roots = append(roots, b)
		}
	}
	sort.SliceStable(roots, func(i, j int) bool { return roots[i].floats() > roots[j].floats() })
	if s.opt.Guard > 0 {
		for _, b := range roots {
			b.offset = align(floats+s.opt.Guard, cacheLine)
			guards = append(guards, Range{floats, b.offset})
			floats = b.offset + align(b.floats(), 4)
			if floats > maxElements {
				break // too large, and not to be counted further
			}
		}
		end := align(floats+s.opt.Guard, cacheLine)
		return end, append(guards, Range{floats, end})
	}
	var placed []*buffer // by offset
	for _, b := range roots {
		b.offset = 0
		for _, o := range placed {
			together := b.level <= o.lastLevel && o.level <= b.lastLevel
			if together && b.offset < o.offset+o.floats() && o.offset < b.offset+b.floats() {
				b.offset = align(o.offset+o.floats(), cacheLine)
			}
		}
		i, _ := slices.BinarySearchFunc(placed, b.offset, func(o *buffer, off int) int { return o.offset - off })
		placed = slices.Insert(placed, i, b)
		floats = max(floats, align(b.offset+b.floats(), cacheLine))
		if floats > maxElements {
			break
		}
	}
	return floats, nil
}

// resolve writes the plan, now that every buffer has a place.
func (s *scheduler) resolve() {
	p := s.plan
	for i, a := range s.ins {
		p.Inputs = append(p.Inputs, Binding{p.Source.Inputs[i].Name, a.view()})
	}
	for i, a := range s.outs {
		p.Outputs = append(p.Outputs, Binding{p.Source.Outputs[i].Name, a.view()})
	}
	for _, c := range s.consts {
		p.Consts = append(p.Consts, Constant{Binding{c.value.Name, c.at.view()}, c.value.Const})
	}
	for i, l := range s.steps {
		st := l.step
		for _, a := range l.inputs {
			st.Inputs = append(st.Inputs, a.view())
		}
		if l.residual != nil {
			r := l.residual.view()
			st.Residual = &r
		}
		st.Output = l.output.view()
		if b := l.beside; b != nil {
			st.Beside = &b.pooled
			st.Beside.Input, st.Beside.Output = b.input.view(), b.output.view()
		}
		st.Barrier = i > 0 && st.Level != s.steps[i-1].step.Level
		st.Bytes = stepBytes(st, p.ElementBytes)
		if st.Barrier {
			p.Barriers++
		}
		p.MACs += st.MACs
		p.Bytes += st.Bytes
		p.Steps = append(p.Steps, st)
	}
}
