package cpu

import (
	"sync"
	"sync/atomic"

	"github.com/shufflegl/shufflegl/cpu/internal/park"
)

// workers is a fixed set of goroutines, one of which is whoever calls run. They
// are woken once a run, not once a step, for a wake-up takes longer than most
// layers: between steps they wait by looking.
//
// A step is over when all of its tasks are done, whoever did them. So nobody waits
// for a helper that is late, or that never gets a core: the others do its part.
//
// Steps that are joined (see layout) are a stretch: each share goes through it at its own
// pace, and all wait at its end.
type workers struct {
	team    *team
	scratch [][]float32 // one for each, the caller's first
	helpers []*park.Sleeper
	ended   sync.WaitGroup // helpers that have not returned

	kernels []kernel
	layouts []layout
	arenas  [][]float32 // each share's; all may be one
	steps   []progress

	current atomic.Int64 // the stretch under way, packed; no stretch is 0
	open    atomic.Bool  // whether helpers may join the run
	joined  atomic.Int64 // helpers in the run
	runs    atomic.Int64
	closed  atomic.Bool
}

// team bounds how many goroutines compute for all sessions of a backend.
type team struct {
	size int64
	busy atomic.Int64
}

func (t *team) join() bool {
	if t.busy.Add(1) > t.size {
		t.busy.Add(-1)
		return false
	}
	return true
}

func startWorkers(t *team, kernels []kernel, layouts []layout, arenas [][]float32) *workers {
	w := &workers{team: t, kernels: kernels, layouts: layouts, arenas: arenas, steps: make([]progress, len(kernels))}
	scratch := 0
	for _, k := range kernels {
		scratch = max(scratch, k.scratch)
	}
	for i := range w.steps {
		w.steps[i].shares = make([]share, t.size)
		w.steps[i].share(layouts[i].ends)
	}
	for range t.size {
		w.scratch = append(w.scratch, newArena(scratch))
	}
	for worker := 1; worker < int(t.size); worker++ {
		h := park.New(worker == 1) // one is enough to keep sysmon up
		w.helpers = append(w.helpers, h)
		w.ended.Go(func() { w.help(h, worker) })
	}
	return w
}

func (w *workers) stop() {
	w.closed.Store(true)
	w.call()
	w.ended.Wait()
}

// call wakes the helpers that sleep; others see that runs has changed.
func (w *workers) call() {
	w.runs.Add(1)
	for _, h := range w.helpers {
		h.Wake()
	}
}

// begin lets helpers join; end sends them away. Between the two, run may be called.
func (w *workers) begin() {
	if len(w.helpers) == 0 {
		return
	}
	w.team.busy.Add(1)
	for n := 0; w.joined.Load() != 0; n++ { // late from the last run
		pause(n)
	}
	for i := range w.steps {
		w.steps[i].reset(&w.layouts[i])
	}
	w.current.Store(0)
	w.open.Store(true)
	w.call()
}

func (w *workers) end() {
	if len(w.helpers) == 0 {
		return
	}
	w.open.Store(false)
	w.team.busy.Add(-1)
}

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

// stretch is where the stretch of joined steps ends that begins with a step.
func (w *workers) stretch(first int) (end int) {
	for end = first + 1; end < len(w.layouts) && w.layouts[end].joined; end++ {
	}
	return end
}

// run runs all tasks of steps [first, end), all of which but the first are joined.
func (w *workers) run(first, end int) {
	if len(w.helpers) == 0 || !w.kernels[first].worthwhile() {
		for step := first; step < end; step++ {
			w.pull(0, w.layouts[step].pulls[0])
			w.alone(step)
		}
		return
	}
	w.current.Store(pack(first, end))
	for n := 0; ; n++ {
		if w.takeOwn(first, end, 0) {
			n = 0
		}
		if w.over(first, end) {
			return
		}
		if w.mayTake(n) && w.takeOthers(first, end, 0) {
			n = 0
		}
		pause(n)
	}
}

// over reports whether all tasks of a stretch are done.
func (w *workers) over(first, end int) bool {
	for step := end - 1; step >= first; step-- {
		for i := range w.steps[step].shares {
			if !w.steps[step].shares[i].over() {
				return false
			}
		}
	}
	return true
}

// takeOwn does a worker's tasks of a stretch, up to a step that others have not done their
// part of.
func (w *workers) takeOwn(first, end, worker int) (any bool) {
	w.prepare(first, worker)
	for step := first; step < end; step++ {
		run, s := w.runOf(step, worker), &w.steps[step].shares[worker]
		done := int64(0)
		for t, ok := s.next(); ok; t, ok = s.next() {
			run(t, w.arenas[worker], w.scratch[worker])
			done++
		}
		if done > 0 { // said once, for others look at it
			s.done.Add(done)
			any = true
		}
		if !s.over() {
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

// mayTake reports whether who has waited for n turns may take tasks of others: looking for some
// costs whoever does them, if another core is far away.
func (w *workers) mayTake(n int) bool {
	return n >= reluctance || w.joined.Load() < int64(len(w.helpers))
}

// takeOthers does tasks of others, in their arenas.
func (w *workers) takeOthers(first, end, worker int) (any bool) {
	for i := 1; i < len(w.scratch); i++ {
		share := (worker + i) % len(w.scratch)
		w.prepare(first, share)
		for step := first; step < end; step++ {
			run, s := w.runOf(step, share), &w.steps[step].shares[share]
			done := int64(0)
			for t, ok := s.steal(); ok; t, ok = s.steal() {
				run(t, w.arenas[share], w.scratch[worker])
				done++
			}
			if done > 0 {
				s.done.Add(done)
				any = true
			}
			if !s.over() {
				break
			}
		}
	}
	return any
}

// help is a helper's life.
func (w *workers) help(h *park.Sleeper, worker int) {
	for seen := int64(0); ; {
		seen = w.await(h, seen)
		if w.closed.Load() {
			return
		}
		if !w.team.join() {
			continue
		}
		w.joined.Add(1)
		for stretch, n := int64(0), 0; w.open.Load(); n++ {
			if now := w.current.Load(); now != stretch {
				stretch, n = now, 0
			}
			if first, end := unpack(stretch); first < end && (w.takeOwn(first, end, worker) || w.mayTake(n) && w.takeOthers(first, end, worker)) {
				n = 0
			}
			pause(n)
		}
		w.joined.Add(-1)
		w.team.busy.Add(-1)
	}
}
