package cpu_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/internal/racing"
)

func TestConformance(t *testing.T) {
	racing.Skip(t) // one thread
	conformance.Run(t, cpu.New(cpu.Options{Threads: 1}), conformance.Options{})
}

func TestConformanceThreads(t *testing.T) {
	conformance.Run(t, cpu.New(cpu.Options{Threads: 3}), conformance.Options{Short: true})
}

// The reference agrees with itself by nature; this is about what plans promise to
// every backend: names of steps, outputs and their order.
func TestConformanceReference(t *testing.T) {
	racing.Skip(t)
	conformance.Run(t, cpu.NewReference(), conformance.Options{Tolerance: 1e-12, Short: true})
}
