package cpu

import "sync/atomic"

// progress is how far a step is. Each worker has a share of the tasks, the same in
// every run; tasks that follow each other make pixels that do, so what a worker reads
// is mostly what it wrote in the step before. Who has done its share takes from the
// ends of others'.
type progress struct{ shares []share }

// share is a run of tasks. What it says of another run than the one under way says that nothing
// has been done in this one, so nobody has to begin with it before each run: cache lines stay with
// whoever takes tasks. They, and their neighbours, are the share's own, and others that wait look
// at how many are done without taking the line of what is left.
type share struct {
	left     atomic.Int64 // the tasks not taken yet
	_        [120]byte
	done     atomic.Int64 // so many tasks, as the tasks [0, n)
	from, to int64        // what is left before a task is taken
	_        [104]byte
}

// pack is tasks [from, to) in a run, or anything else that is counted so. 24 bits are enough
// for tasks, and 16 for runs: no share is left out in a run, so what it says is of the last at most.
func pack(run, from, to int64) int64 { return run<<48 | to<<24 | from }

func unpack(tasks int64) (run, from, to int64) {
	return tasks >> 48 & mostRuns, tasks & mostTasks, tasks >> 24 & mostTasks
}

const (
	mostTasks = 1<<24 - 1
	mostRuns  = 1<<16 - 1
)

// over reports whether all tasks are done.
func (s *share) over(run int64) bool {
	n := s.to - s.from
	return n == 0 || s.done.Load() == pack(run, 0, n)
}

// add says that so many more tasks are done.
func (s *share) add(run, n int64) {
	for {
		done := s.done.Load()
		r, _, before := unpack(done)
		if r != run {
			before = 0
		}
		if s.done.CompareAndSwap(done, pack(run, 0, before+n)) {
			return
		}
	}
}

// take takes the share's first task, or its last.
func (s *share) take(run int64, last bool) (task int, ok bool) {
	for {
		left := s.left.Load()
		r, from, to := unpack(left)
		if r != run {
			from, to = s.from, s.to
		}
		if from >= to {
			return 0, false
		}
		taken, rest := from, pack(run, from+1, to)
		if last {
			taken, rest = to-1, pack(run, from, to-1)
		}
		if s.left.CompareAndSwap(left, rest) {
			return int(taken), true
		}
	}
}

// newProgress gives every worker its share.
func newProgress(ends []int) progress {
	p := progress{make([]share, len(ends))}
	for i, end := range ends {
		p.shares[i].from, p.shares[i].to = int64(begin(ends, i)), int64(end)
	}
	return p
}

// over reports whether all tasks of a step are done.
func (p *progress) over(run int64) bool {
	for i := range p.shares {
		if !p.shares[i].over(run) {
			return false
		}
	}
	return true
}

// prepare copies what a share's tasks of a step read from other arenas, if nobody has. While somebody
// does, there are no tasks to take.
func (w *workers) prepare(run int64, step, share int) {
	pulls := w.layouts[step].pulls[share]
	if len(pulls) == 0 {
		return
	}
	s := &w.steps[step].shares[share]
	left := s.left.Load()
	if r, _, _ := unpack(left); r != run && s.left.CompareAndSwap(left, pack(run, 0, 0)) {
		w.pull(share, pulls)
		s.left.Store(pack(run, s.from, s.to))
	}
}
