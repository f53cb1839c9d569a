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
