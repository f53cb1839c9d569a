package cpu

import (
	"math"
	"sync/atomic"
)

// progress is how far a step is. Each worker has a share of the tasks, the same in
// every run; tasks that follow each other make pixels that do, so what a worker reads
// is mostly what it wrote in the step before. Who has done its share takes from the
// ends of others'.
type progress struct{ shares []share }

// share is a run of tasks that are not taken yet: the first, and the one behind the
// last in the upper half. Cache lines, and their neighbours, are its own, and others that wait look at
// how many are done without taking the line from whoever takes tasks.
type share struct {
	left atomic.Int64
	_    [120]byte
	done atomic.Int64 // tasks
	all  int64        // what left was before a task was taken
	_    [112]byte
}

// over reports whether all tasks are done.
func (s *share) over() bool {
	from, to := unpack(s.all)
	return s.done.Load() == int64(to-from)
}

// pack is the tasks [from, to) as a share has them.
func pack(from, to int) int64 { return int64(to)<<32 | int64(from) }

// unpack gives no tasks where there is something else in place of them.
func unpack(tasks int64) (from, to int) { return int(tasks & math.MaxUint32), int(tasks >> 32) }

// next takes the share's first task.
func (s *share) next() (task int, ok bool) {
	for {
		left := s.left.Load()
		from, to := unpack(left)
		if from >= to {
			return 0, false
		}
		if s.left.CompareAndSwap(left, left+1) {
			return from, true
		}
	}
}

// steal takes the share's last task.
func (s *share) steal() (task int, ok bool) {
	for {
		left := s.left.Load()
		from, to := unpack(left)
		if from >= to {
			return 0, false
		}
		if s.left.CompareAndSwap(left, pack(from, to-1)) {
			return to - 1, true
		}
	}
}

// reluctance is how many turns, some 1 µs, shares are left to whom they belong, if all are there.
const reluctance = 20

// share gives every worker its share.
func (p *progress) share(ends []int) {
	for i, end := range ends {
		p.shares[i].all = pack(begin(ends, i), end)
	}
}

// reset makes a step one of which nothing is done.
func (p *progress) reset(l *layout) {
	for i := range p.shares {
		s := &p.shares[i]
		if s.done.Store(0); len(l.pulls[i]) > 0 {
			s.left.Store(absent)
		} else {
			s.left.Store(s.all)
		}
	}
}

// What a share has left before its tasks can be taken: nobody has copied what they read
// from other arenas, or somebody does. There are no tasks in either.
const (
	absent  = 1
	pulling = 2
)

// prepare copies what a share's tasks read from other arenas, if nobody does.
func (w *workers) prepare(step, share int) {
	s := &w.steps[step].shares[share]
	if s.left.Load() == absent && s.left.CompareAndSwap(absent, pulling) {
		w.pull(share, w.layouts[step].pulls[share])
		s.left.Store(s.all)
	}
}
