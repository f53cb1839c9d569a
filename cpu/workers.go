package cpu

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shufflegl/shufflegl/cpu/internal/park"
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
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

// progress is how far a step is. Each worker has a share of the tasks, the same in
// every run; tasks that follow each other make pixels that do, so what a worker reads
// is mostly what it wrote in the step before. Who has done its share takes from the
// ends of others'.
type progress struct{ shares []share }

// share is a run of tasks that are not taken yet: the first, and the one behind the
// last in the upper half. Each has a cache line of its own.
type share struct {
	left atomic.Int64
	done atomic.Int64 // tasks
	all  int64        // what left was before a task was taken
	_    [40]byte
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

// reluctance is how many turns, some 1 µs, a share's last task is left to whom it belongs.
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
		h := park.New()
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
		if w.takeOthers(first, end, 0, n) {
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
		k, s := &w.kernels[step], &w.steps[step].shares[worker]
		done := int64(0)
		for t, ok := s.next(); ok; t, ok = s.next() {
			k.run(t, w.arenas[worker], w.scratch[worker])
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

// takeOthers does tasks of others, in their arenas, for a worker that has waited for n
// turns.
func (w *workers) takeOthers(first, end, worker, n int) (any bool) {
	for i := 1; i < len(w.scratch); i++ {
		share := (worker + i) % len(w.scratch)
		w.prepare(first, share)
		for step := first; step < end; step++ {
			k, s := &w.kernels[step], &w.steps[step].shares[share]
			done := int64(0)
			for t, ok := s.steal(n); ok; t, ok = s.steal(n) {
				k.run(t, w.arenas[share], w.scratch[worker])
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
			if first, end := unpack(stretch); first < end && (w.takeOwn(first, end, worker) || w.takeOthers(first, end, worker, n)) {
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
func (w *workers) await(h *park.Sleeper, seen int64) int64 {
	start := time.Now()
	for n := 0; ; n++ {
		if now := w.runs.Load(); now != seen {
			return now
		}
		if n&31 == 31 && time.Since(start) > linger {
			h.Sleep(func() bool { return w.runs.Load() != seen })
			continue
		}
		glance(n)
	}
}

// patience is how many turns waiting by looking lasts, some 100 µs. Who has waited
// longer sleeps a little each turn: perhaps the machine has other work, and whoever
// is waited for needs this core.
const patience = 2000

// pause waits for a moment, the n-th in a row.
func pause(n int) {
	if n > patience {
		park.Nap()
	} else {
		glance(n)
	}
}

// glance waits for the shortest moment, the n-th in a row.
func glance(n int) {
	if n&511 == 511 {
		runtime.Gosched()
	} else {
		simd.Pause()
	}
}
