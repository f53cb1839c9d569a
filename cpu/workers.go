package cpu

import (
	"sync"
	"sync/atomic"
)

// workers is a fixed set of goroutines, one of which is whoever calls run. Tasks
// are taken from a shared counter, so a slow core takes fewer.
type workers struct {
	scratch [][]float32     // one for each, the caller's first
	wake    []chan struct{} // one for each but the caller
	done    sync.WaitGroup  // helpers at work
	ended   sync.WaitGroup  // helpers that have not returned

	kernel *kernel
	arena  []float32
	next   atomic.Int64
}

func startWorkers(threads, scratch int) *workers {
	w := &workers{}
	for range threads {
		w.scratch = append(w.scratch, newArena(scratch))
	}
	for _, s := range w.scratch[1:] {
		wake := make(chan struct{}, 1)
		w.wake = append(w.wake, wake)
		w.ended.Go(func() {
			for range wake {
				w.takeTasks(s)
				w.done.Done()
			}
		})
	}
	return w
}

func (w *workers) stop() {
	for _, c := range w.wake {
		close(c)
	}
	w.wake = nil
	w.ended.Wait()
}

// worthSharing is the work below which waking others takes longer than it saves.
const worthSharing = 1 << 15

// run runs all of a kernel's tasks.
func (w *workers) run(k *kernel, arena []float32) {
	if len(w.wake) == 0 || k.tasks < 2 || k.work < worthSharing {
		for t := range k.tasks {
			k.run(t, arena, w.scratch[0])
		}
		return
	}
	w.kernel, w.arena = k, arena
	w.next.Store(0)
	helpers := w.wake[:min(len(w.wake), k.tasks-1)]
	w.done.Add(len(helpers))
	for _, c := range helpers {
		c <- struct{}{}
	}
	w.takeTasks(w.scratch[0])
	w.done.Wait()
}

func (w *workers) takeTasks(scratch []float32) {
	for {
		t := int(w.next.Add(1)) - 1
		if t >= w.kernel.tasks {
			return
		}
		w.kernel.run(t, w.arena, scratch)
	}
}
