package cpu_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// Whatever instructions a machine has, the results are right.
func TestConformanceLevels(t *testing.T) {
	o := conformance.Options{Short: true}
	if racing.Detector {
		o.Sample = 12 // threads share work alike at all levels
	}
	for _, level := range simd.Levels() {
		t.Run(level.String(), func(t *testing.T) {
			conformance.Run(t, cpu.AtLevel(cpu.New(cpu.Options{Threads: 2}), level), o)
		})
	}
}

// Nor do they allocate.
func TestLevelsDoNotAllocate(t *testing.T) {
	for _, name := range []string{"shufflenet_v1_g3_0.25x", "mobilenet_v1_0.5"} {
		testAllocations(t, name)
	}
}

func testAllocations(t *testing.T, name string) {
	t.Helper()
	g, err := zoo.Build(name, zoo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range simd.Levels() {
		s, err := network.Compile(cpu.AtLevel(cpu.New(cpu.Options{Threads: 2}), level), g)
		if err != nil {
			t.Fatal(err)
		}
		in, out := []*tensor.Tensor{tensor.New(1, 3, 224, 224)}, s.NewOutputs()
		if n := testing.AllocsPerRun(5, func() {
			if err := s.RunInto(out, in); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s, %v: %v allocations a run", name, level, n)
		}
		s.Close()
	}
}
