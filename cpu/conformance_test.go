package cpu_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
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

// Stems of the suite are a test of convolutions and pools in one pass because they are done so.
func TestConformanceStems(t *testing.T) {
	if !slices.Contains(simd.Levels(), simd.AVX2) {
		t.Skip("needs AVX2")
	}
	stems, inOnePass := 0, 0
	for _, c := range conformance.Cases() {
		if !strings.HasPrefix(c.Name, "stem/") {
			continue
		}
		stems++
		g, err := c.Graph()
		if err != nil {
			t.Fatal(err)
		}
		b := cpu.AtLevel(cpu.New(cpu.Options{Threads: 1}), simd.AVX2)
		p, err := network.NewPlan(g, b.PlanOptions())
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Steps {
			if cpu.InOnePass(&p.Steps[i]) {
				inOnePass++
			}
		}
	}
	if inOnePass < stems*3/4 {
		t.Errorf("only %d steps of %d stems are done in one pass", inOnePass, stems)
	}
}
