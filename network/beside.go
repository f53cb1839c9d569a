package network

import (
	"math"
	"slices"
)

// Pooled is a pool that a launch does beside its own work, into another output.
type Pooled struct {
	Op     Pool
	Layers []string   // as in Step
	Name   string     // as in Step
	Beyond Activation // as in Step

	Input  View
	Output View
	Act    Activation
}

// besides is a Pooled before buffers have places.
type besides struct {
	pooled        Pooled
	input, output address
	work          work
}

// fuseBeside lets launches of convolutions do pools that can wait for them, as in
// ShuffleNet's units of stride 2: a pointwise convolution one of its own input, which
// then comes from memory once; or a depthwise and a pointwise convolution one of the
// same output size. The pool's own launch goes; no other launch changes its level.
func (s *scheduler) fuseBeside() {
	reader := s.firstReaders()
	for i := range s.steps {
		pool := &s.steps[i]
		if pool.step.Kernel != PoolWindow || pool.residual != nil {
			continue
		}
		last := math.MaxInt // level that the pool can wait for
		for b := pool.writes; b != nil; b = b.parent {
			if level, ok := reader[b]; ok {
				last = min(last, level-1)
			}
		}
		j := slices.IndexFunc(s.steps, func(l launch) bool { return l.inputs[0].same(pool.inputs[0]) && s.takesBeside(&l, pool, last) })
		if j < 0 {
			j = slices.IndexFunc(s.steps, func(l launch) bool { return s.takesBeside(&l, pool, last) })
		}
		if j < 0 {
			continue
		}
		l, st := &s.steps[j], &pool.step
		l.beside = &besides{
			pooled: Pooled{Op: st.Op.(Pool), Layers: st.Layers, Name: st.Name, Beyond: st.Beyond, Act: st.Act},
			input:  pool.inputs[0], output: pool.output, work: pool.work,
		}
		l.step.FloorBytes += st.FloorBytes
		for b := pool.writes; b != nil; b = b.parent {
			b.level = max(b.level, l.step.Level)
		}
		pool.gone = true
	}
	s.steps = slices.DeleteFunc(s.steps, func(l launch) bool { return l.gone })
}

// takesBeside reports whether a launch can do a pool that may wait until some level, and
// it pays.
func (s *scheduler) takesBeside(l, pool *launch, last int) bool {
	if l.beside != nil || pool.step.Level > l.step.Level || l.step.Level > last {
		return false
	}
	both, same := l.work.plus(pool.work), l.inputs[0].same(pool.inputs[0])
	switch l.step.Kernel {
	case ConvPointwise:
		if !same || !s.walks(l) {
			return false
		}
	case ConvFused, ConvUnit:
		if l.output.height != pool.output.height || l.output.width != pool.output.width {
			return false
		}
	default:
		return false
	}
	if l.step.Kernel == ConvPointwise {
		both.groups = l.work.groups // each does its share
	}
	if same {
		both.bytes -= 4 * float64(l.inputs[0].shape.Size())
	}
	m := &s.opt.Cost
	return s.opt.Fuse.pays(m.time(both), m.time(l.work)+m.time(pool.work))
}

// walks reports whether a launch can walk the planes of all operands in step, as runs of
// aligned pixels.
func (s *scheduler) walks(l *launch) bool {
	for _, a := range append(l.reads(), l.output) {
		if a.height != l.output.height || a.width != l.output.width || a.height*a.width == 1 ||
			a.rowStride != l.output.rowStride && a.height > 1 || a.columnStride != 1 {
			return false
		}
		for _, r := range a.refs {
			if int(r.off)%max(s.opt.Align, 4) != 0 {
				return false
			}
		}
	}
	return true
}

// firstReaders gives for each buffer the level of the first launch that reads it by
// itself, not as part of another.
func (s *scheduler) firstReaders() map[*buffer]int {
	first := map[*buffer]int{}
	for i := range s.steps {
		l := &s.steps[i]
		for _, a := range l.reads() {
			for _, r := range a.refs {
				if level, ok := first[r.buf]; !ok || l.step.Level < level {
					first[r.buf] = l.step.Level
				}
			}
		}
	}
	return first
}
