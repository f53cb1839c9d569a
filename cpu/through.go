package cpu

// worthSharing is the work below which others would come too late.
const worthSharing = 1 << 15

// alone runs all tasks of a step in the first arena.
func (w *workers) alone(step int) {
	k := &w.kernels[step]
	for t := range k.tasks {
		if k.back {
			t = k.tasks - 1 - t
		}
		k.run(t, w.arenas[0], w.scratch[0])
	}
}

// run runs all tasks of steps [first, end).
func (w *workers) run(first, end int) {
	if len(w.helpers) == 0 {
		for step := first; step < end; step++ {
			w.pull(0, w.layouts[step].pulls[0])
			w.alone(step)
		}
		return
	}
	run := w.runs.Load() & mostRuns
	w.at.Store(int64(first))
	w.current.Store(pack(run, int64(first), int64(end)))
	w.through(run, first, end, 0)
}

// through is a worker's part in steps [first, end): stretch by stretch, and each when all have done
// the one before, which nobody has to tell anybody.
func (w *workers) through(run int64, first, end, worker int) {
	for first < end {
		to := min(w.ends[first], end)
		if worker == 0 {
			w.at.Store(int64(first))
		}
		switch {
		case w.kernels[first].worthwhile():
			w.stretch(run, first, to, worker)
		case worker == 0:
			w.pull(0, w.layouts[first].pulls[0])
			w.alone(first)
			w.steps[first].shares[0].add(run, int64(w.kernels[first].tasks))
		default:
			for n := 0; !w.steps[first].over(run); n++ {
				pause(n)
			}
		}
		first = to
	}
}

// stretch returns when all is done of joined steps [first, end).
func (w *workers) stretch(run int64, first, end, worker int) {
	for n := 0; ; n++ {
		if w.take(run, first, end, worker, worker) {
			n = 0
		}
		if w.over(run, first, end) {
			return
		}
		if w.mayTake(n) && w.takeOthers(run, first, end, worker) {
			n = 0
		}
		pause(n)
	}
}

// over reports whether all tasks of a stretch are done.
func (w *workers) over(run int64, first, end int) bool {
	for step := end - 1; step >= first; step-- {
		if !w.steps[step].over(run) {
			return false
		}
	}
	return true
}

// take does a share's tasks of a stretch in its arena, up to a step that others have not done their
// part of. Whose share it is begins with the first of them, and others with the last.
func (w *workers) take(run int64, first, end, share, worker int) (any bool) {
	w.prepare(run, first, share)
	for step := first; step < end; step++ {
		do, s := w.runOf(step, share), &w.steps[step].shares[share]
		done := int64(0)
		for t, ok := s.take(run, share != worker); ok; t, ok = s.take(run, share != worker) {
			do(t, w.arenas[share], w.scratch[worker])
			done++
		}
		if done > 0 { // said once, for others look at it
			s.add(run, done)
			any = true
		}
		if !s.over(run) {
			break
		}
	}
	return any
}

// runOf is what does a share's tasks.
func (w *workers) runOf(step, share int) runFunc {
	if runs := w.layouts[step].runs; runs != nil {
		return runs[share]
	}
	return w.kernels[step].run
}

// reluctance is how many turns, some 1 µs, shares are left to whom they belong, if all are there.
const reluctance = 20

// mayTake reports whether who has waited for n turns may take tasks of others: looking for some
// costs whoever does them, if another core is far away.
func (w *workers) mayTake(n int) bool {
	return n >= reluctance || w.joined.Load() < int64(len(w.helpers))
}

// takeOthers does tasks of others.
func (w *workers) takeOthers(run int64, first, end, worker int) (any bool) {
	for i := 1; i < len(w.scratch); i++ {
		if w.take(run, first, end, (worker+i)%len(w.scratch), worker) {
			any = true
		}
	}
	return any
}
