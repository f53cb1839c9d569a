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
// pace, and all wait at its end. Whoever sees that all is done goes on to the next one; nobody
// has to say so.
type workers struct {
	team    *team
	scratch [][]float32 // one for each, the caller's first
	helpers []*park.Sleeper
	ended   sync.WaitGroup // helpers that have not returned

	kernels []kernel
	layouts []layout
	arenas  [][]float32 // each share's; all may be one
	steps   []progress
	ends    []int // where the stretch ends that has each step

	// What is written once in a run, and what is written for each stretch, are in cache lines of
	// their own.
	_       [128]byte
	current atomic.Int64 // the run's number and the steps under way, packed; no steps are 0
	open    atomic.Bool  // whether helpers may join the run
	joined  atomic.Int64 // helpers in the run
	runs    atomic.Int64
	closed  atomic.Bool
	_       [128]byte
	at      atomic.Int64 // the step that the caller is at
	_       [128]byte
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
	w := &workers{team: t, kernels: kernels, layouts: layouts, arenas: arenas, ends: make([]int, len(kernels))}
	scratch := 0
	for _, k := range kernels {
		scratch = max(scratch, k.scratch)
	}
	for i := range kernels {
		ends := layouts[i].ends
		if !kernels[i].worthwhile() {
			ends = first(kernels[i].tasks, int(t.size))
		}
		w.steps = append(w.steps, newProgress(ends))
	}
	for i := len(kernels) - 1; i >= 0; i-- {
		if w.ends[i] = i + 1; i+1 < len(kernels) && layouts[i+1].joined {
			w.ends[i] = w.ends[i+1]
		}
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
		for seen, n := int64(0), 0; w.open.Load(); n++ {
			if now := w.current.Load(); now != seen {
				run, first, end := unpack(now)
				w.through(run, int(max(first, w.at.Load())), int(end), worker)
				seen, n = now, 0
			}
			pause(n)
		}
		w.joined.Add(-1)
		w.team.busy.Add(-1)
	}
}
