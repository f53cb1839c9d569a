package cpu

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu/internal/park"
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

func TestEveryTaskIsRunOnce(t *testing.T) {
	counts := make([][]int, 40)
	var kernels []kernel
	for i := range counts {
		counts[i] = make([]int, i)
		kernels = append(kernels, kernel{tasks: i, work: 1 << 20, run: func(task int, _, _ []float32) { counts[i][task]++ }})
	}
	w := startWorkers(&team{size: 4}, kernels, together(kernels, 4).layouts, make([][]float32, 4))
	defer w.stop()
	for run := range 50 {
		w.begin()
		if run%2 == 0 {
			w.run(0, len(kernels))
		}
		for i := 0; i < len(kernels) && run%2 == 1; i++ {
			w.run(i, i+1)
		}
		w.end()
	}
	for i := range counts {
		for task, n := range counts[i] {
			if n != 50 {
				t.Fatalf("task %d of %d ran %d times in 50 runs", task, i, n)
			}
		}
	}
}

// Sessions of one backend run at the same time, with no more goroutines than they
// were given, and end.
func TestSessionsShareThreads(t *testing.T) {
	b := New(Options{Threads: 3})
	_, e, out, in := prepare(t, b)
	if err := e.Run(out, in); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			s, err := network.Compile(b, smallNet(t))
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			got := []*tensor.Tensor{tensor.New(1, 10)}
			for range 30 {
				if err := s.RunInto(got, in); err != nil {
					t.Error(err)
				}
				for i, v := range out[0].Data {
					if got[0].Data[i] != v {
						t.Errorf("output %d is %v, alone %v", i, got[0].Data[i], v)
						return
					}
				}
			}
		})
	}
	wait.Wait()
	for b.team.busy.Load() != 0 { // helpers on their way to sleep
	}
}

// BenchmarkSharing is what sharing costs: steps of 8 tasks that wait a while.
func BenchmarkSharing(b *testing.B) {
	for _, threads := range []int64{1, 2} {
		for _, pauses := range []int{0, 10, 100} {
			b.Run(fmt.Sprintf("threads=%d/pauses=%d", threads, pauses), func(b *testing.B) { benchSharing(b, threads, pauses) })
		}
	}
}

func benchSharing(b *testing.B, threads int64, pauses int) {
	var kernels []kernel
	for range 50 {
		kernels = append(kernels, kernel{tasks: 8, work: 1 << 20, run: func(int, []float32, []float32) {
			for range pauses {
				simd.Pause()
			}
		}})
	}
	w := startWorkers(&team{size: threads}, kernels, together(kernels, int(threads)).layouts, make([][]float32, threads))
	defer w.stop()
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		w.begin()
		w.run(0, len(kernels))
		w.end()
		best = min(best, time.Since(start))
	}
	b.ReportMetric(float64(best.Nanoseconds())/50, "best-ns/step")
}

// Others take a worker's last tasks, when they have waited, or at once while not all helpers are there.
func TestTasksAreTakenLate(t *testing.T) {
	p := newProgress(even(8, 2))
	s := &p.shares[0]
	for _, run := range []int64{1, 2, mostRuns, 0, 1} {
		if task, ok := s.take(run, false); task != 0 || !ok {
			t.Errorf("the first task is %d", task)
		}
		var got []int
		for task, ok := s.take(run, true); ok; task, ok = s.take(run, true) {
			got = append(got, task)
		}
		if !slices.Equal(got, []int{3, 2, 1}) {
			t.Errorf("%v were taken", got)
		}
		if task, ok := s.take(run, false); ok {
			t.Errorf("task %d is taken twice", task)
		}
		if s.add(run, 1); s.over(run) {
			t.Error("one of four tasks is all")
		}
		if s.add(run, 3); !s.over(run) || p.over(run) {
			t.Error("a share's tasks are not over when they are done, or a step is")
		}
		if p.shares[1].add(run, 4); !p.over(run) || p.over(run+1) {
			t.Error("a step is not over when its tasks are done, or is so in the next run, too")
		}
	}
	if p := newProgress(first(3, 2)); !p.shares[1].over(1) {
		t.Error("a share without tasks is not over")
	}
	w := workers{helpers: make([]*park.Sleeper, 2)}
	for _, c := range []struct {
		joined int64
		n      int
		want   bool
	}{{0, 0, true}, {1, 0, true}, {2, 0, false}, {2, reluctance - 1, false}, {2, reluctance, true}} {
		w.joined.Store(c.joined)
		if w.mayTake(c.n) != c.want {
			t.Errorf("with %d of 2 helpers there, tasks may be taken after %d turns: %t", c.joined, c.n, !c.want)
		}
	}
}
