package cpu

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
)

// workers is a fixed set of goroutines, one of which is whoever calls run. They
// are woken once a run, not once a step, for a wake-up takes longer than most
// layers: between steps they wait by looking.
//
// A step is over when all of its tasks are done, whoever did them. So nobody waits
// for a helper that is late, or that never gets a core: the others do its part.
type workers struct {
	team    *team
	scratch [][]float32 // one for each, the caller's first
	helpers []helper
	ended   sync.WaitGroup // helpers that have not returned

	kernels []kernel
	layouts []layout
	arenas  [][]float32 // each share's; all may be one
	steps   []progress

	current atomic.Int64 // the step under way, counted from 1
	open    atomic.Bool  // whether helpers may join the run
	joined  atomic.Int64 // helpers in the run
	runs    atomic.Int64
	closed  atomic.Bool
}

// progress is how far a step is. Each worker has a share of the tasks, the same in
// every run; tasks that follow each other make pixels that do, so what a worker reads
// is mostly what it wrote in the step before. Who has done its share takes from the
// ends of others'.
type progress struct {
	shares []share
	done   atomic.Int64
	_      [56]byte
}

// share is a run of tasks that are not taken yet: the first, and the one behind the
// last in the upper half. Each has a cache line of its own.
type share struct {
	left atomic.Int64
	all  int64 // what left was before a task was taken
	_    [48]byte
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

// steal takes the share's last task, for a worker that has waited for n turns.
func (s *share) steal(n int) (task int, ok bool) {
	for {
		left := s.left.Load()
		from, to := unpack(left)
		first, _ := unpack(s.all)
		if from >= to || from == to-1 && from != first && n < reluctance {
			return 0, false
		}
		if s.left.CompareAndSwap(left, pack(from, to-1)) {
			return to - 1, true
		}
	}
}

// reluctance is how many turns, some 10 µs, a share's last task is left to whom it belongs.
const reluctance = 200

// share gives every worker its share.
func (p *progress) share(ends []int) {
	for i, end := range ends {
		p.shares[i].all = pack(begin(ends, i), end)
	}
}

// reset makes a step one of which nothing is done.
func (p *progress) reset(l *layout) {
	p.done.Store(0)
	for i := range p.shares {
		if s := &p.shares[i]; len(l.pulls[i]) > 0 {
			s.left.Store(lacking)
		} else {
			s.left.Store(s.all)
		}
	}
}

// What a share has left before its tasks can be taken: nobody has copied what they read
// from other arenas, or somebody does.
const (
	lacking = -1
	pulling = -2
)

// prepare copies what a share's tasks read from other arenas, if nobody does.
func (w *workers) prepare(step, share int) {
	s := &w.steps[step].shares[share]
	if s.left.Load() == lacking && s.left.CompareAndSwap(lacking, pulling) {
		w.pull(share, w.layouts[step].pulls[share])
		s.left.Store(s.all)
	}
}

type helper struct {
	wake   chan struct{}
	parked atomic.Bool
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
	w := &workers{team: t, kernels: kernels, layouts: layouts, arenas: arenas, steps: make([]progress, len(kernels)), helpers: make([]helper, t.size-1)}
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
	for i := range w.helpers {
		h := &w.helpers[i]
		h.wake = make(chan struct{}, 1)
		w.ended.Go(func() { w.help(h, i+1) })
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
	for i := range w.helpers {
		if h := &w.helpers[i]; h.parked.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
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
		k.run(t, w.arenas[0], w.scratch[0])
	}
}

// run runs all tasks of a step.
func (w *workers) run(step int) {
	k := &w.kernels[step]
	if len(w.helpers) == 0 {
		w.alone(step)
		return
	}
	if !k.worthwhile() {
		w.pull(0, w.layouts[step].pulls[0])
		w.alone(step)
		return
	}
	w.current.Store(int64(step) + 1)
	w.takeOwn(step, 0)
	for n := 0; w.steps[step].done.Load() < int64(k.tasks); n++ {
		if w.takeOthers(step, 0, n) {
			n = 0
		}
		pause(n)
	}
}

func (w *workers) takeOwn(step, worker int) {
	k, p := &w.kernels[step], &w.steps[step]
	w.prepare(step, worker)
	done := int64(0)
	for t, ok := p.shares[worker].next(); ok; t, ok = p.shares[worker].next() {
		k.run(t, w.arenas[worker], w.scratch[worker])
		done++
	}
	if done > 0 { // said once, for others look at it
		p.done.Add(done)
	}
}

// takeOthers does tasks of others, in their arenas, for a worker that has waited for n
// turns; or its own, if somebody else has prepared them.
func (w *workers) takeOthers(step, worker, n int) bool {
	k, p := &w.kernels[step], &w.steps[step]
	done := int64(0)
	for i := range p.shares {
		share := (worker + i) % len(p.shares)
		w.prepare(step, share)
		s := &p.shares[share]
		for t, ok := s.steal(n); ok; t, ok = s.steal(n) {
			k.run(t, w.arenas[share], w.scratch[worker])
			done++
		}
	}
	if done > 0 {
		p.done.Add(done)
	}
	return done > 0
}

// help is a helper's life.
func (w *workers) help(h *helper, worker int) {
	for seen := int64(0); ; {
		seen = w.await(h, seen)
		if w.closed.Load() {
			return
		}
		if !w.team.join() {
			continue
		}
		w.joined.Add(1)
		for step, n := int64(0), 0; w.open.Load(); n++ {
			if now := w.current.Load(); now != step {
				step, n = now, 0
				w.takeOwn(int(step)-1, worker)
			} else if step > 0 && w.takeOthers(int(step)-1, worker, n) {
				n = 0
			}
			pause(n)
		}
		w.joined.Add(-1)
		w.team.busy.Add(-1)
	}
}

// linger is how long a helper looks out for another run before it sleeps, about twice
// as long as waking it takes: the caller has other things to do between runs, and whoever
// runs picture after picture should not wait for a helper each time.
const linger = 200 * time.Microsecond

// await returns when runs is no longer seen, and what it is.
func (w *workers) await(h *helper, seen int64) int64 {
	start := time.Now()
	for n := 0; ; n++ {
		if now := w.runs.Load(); now != seen {
			return now
		}
		if n&31 == 31 && time.Since(start) > linger {
			h.parked.Store(true)
			if w.runs.Load() != seen && h.parked.CompareAndSwap(true, false) {
				continue
			}
			<-h.wake
		}
		pause(n)
	}
}

// patience is how many turns waiting by looking lasts, some 100 µs. Who has waited
// longer sleeps a little each turn: perhaps the machine has other work, and whoever
// is waited for needs this core.
const patience = 2000

// pause waits for a moment, the n-th in a row.
func pause(n int) {
	switch {
	case n > patience:
		time.Sleep(10 * time.Microsecond)
	case n&511 == 511:
		runtime.Gosched()
	default:
		simd.Pause()
	}
}
