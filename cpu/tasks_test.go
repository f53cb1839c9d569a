package cpu

import (
	"fmt"
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// A core that is slower, for a while or always, keeps others waiting for one task of a step at
// most: so each step that takes long has some for each thread.
func TestStepsHaveTasksToTake(t *testing.T) {
	for _, model := range []string{"shufflenet_v1_g1_1.0x", "shufflenet_v1_g3_1.0x", "shufflenet_v1_g8_1.0x", "shufflenet_v2_1.0x", "mobilenet_v1_1.0"} {
		for _, threads := range []int{2, 4} {
			t.Run(fmt.Sprintf("%s, %d threads", model, threads), func(t *testing.T) {
				g, err := zoo.Build(model, zoo.Options{})
				if err != nil {
					t.Fatal(err)
				}
				b := New(Options{Threads: threads})
				if b.level == simd.Go {
					t.Skip("without vectors nothing is cut so")
				}
				s, err := network.Compile(b, g)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				err = s.Executor(func(x network.Executor) error {
					for i, k := range x.(*executor).kernels[1:] {
						if fewest := 2 * threads; k.work >= int64(fewest)*taskWork(b.level) && k.tasks < fewest {
							t.Errorf("%d tasks for %d million multiply-adds: %s", k.tasks, k.work/1e6, s.Plan.Steps[i].Name)
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// Tasks beyond what can be counted are done some at a time, each once.
func TestMergedTasks(t *testing.T) {
	for _, c := range []struct{ tasks, most, want int }{{7, 7, 7}, {8, 7, 4}, {15, 7, 5}, {21, 7, 7}, {22, 7, 6}, {5, 1, 1}, {0, 7, 0}} {
		done := make([]int, c.tasks)
		k := kernel{tasks: c.tasks, scratch: 3, work: 5, run: func(task int, _, _ []float32) { done[task]++ }}.merged(c.most)
		if k.tasks != c.want || k.scratch != 3 || k.work != 5 {
			t.Errorf("%+v: %d tasks, scratch %d, work %d", c, k.tasks, k.scratch, k.work)
		}
		for task := range k.tasks {
			k.run(task, nil, nil)
		}
		for task, n := range done {
			if n != 1 {
				t.Errorf("%+v: task %d is done %d times", c, task, n)
			}
		}
	}
}

// A product of matrices of many rows has a few tasks a thread: what each reads is looked at as a session
// is made.
func TestTasksOfManyRows(t *testing.T) {
	b := network.NewBuilder("attention")
	q, k := b.Input("q", 1, 12, 197, 64), b.Input("k", 1, 12, 64, 197)
	g, err := b.Build(b.Apply("qk", network.MatMul{}, q, k))
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, threads := range []int{1, 2, 5} {
		if k, err := newMatmul(&p.Steps[0], threads); err != nil || k.tasks < threads || k.tasks > 4*threads {
			t.Errorf("%d threads: %d tasks, %v", threads, k.tasks, err)
		}
	}
}
