package cpu_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/internal/conformance"
)

// Whatever instructions a machine has, the results are right.
func TestConformanceLevels(t *testing.T) {
	for _, level := range simd.Levels() {
		t.Run(level.String(), func(t *testing.T) {
			conformance.Run(t, cpu.AtLevel(cpu.New(cpu.Options{Threads: 2}), level), conformance.Options{Short: testing.Short() || raceDetector})
		})
	}
}
