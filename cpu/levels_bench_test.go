package cpu_test

import (
	"fmt"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// BenchmarkLevels times ShuffleNet v1 1x, 3 groups, with each of the machine's
// instruction sets.
func BenchmarkLevels(b *testing.B) {
	g, err := zoo.Build("shufflenet_v1_g3_1.0x", zoo.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, level := range simd.Levels() {
		b.Run(fmt.Sprint(level), func(b *testing.B) {
			benchGraph(b, g, cpu.AtLevel(cpu.New(cpu.Options{Threads: 1}), level))
		})
	}
}
