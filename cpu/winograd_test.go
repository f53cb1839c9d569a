package cpu_test

import (
	"fmt"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/internal/racing"
)

// Each algorithm is right wherever it is possible, not only where it is chosen.
func TestConformanceWinograd(t *testing.T) {
	racing.Skip(t)
	for i, w := range simd.Algorithms() {
		for _, level := range simd.Levels() {
			t.Run(fmt.Sprintf("F(%d,%d)/%v", w.Out, w.Taps, level), func(t *testing.T) {
				b := cpu.Preferring(cpu.AtLevel(cpu.New(cpu.Options{Threads: 1 + i}), level), w)
				conformance.Run(t, b, conformance.Options{Only: "winograd/", Short: true})
			})
		}
	}
}
