package cpu

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// BenchmarkAlgorithms times convolutions by each algorithm that can do them, in
// turns, on one thread, and reports the best run of each in microseconds.
func BenchmarkAlgorithms(b *testing.B) {
	level := simd.Best()
	for _, name := range append([]string{"resnet18"}, strings.Fields(os.Getenv("SHUFFLEGL_BENCH_MODELS"))...) {
		g, err := zoo.Build(name, zoo.Options{})
		if strings.HasSuffix(name, ".onnx") {
			g, err = onnx.Load(name, onnx.Options{})
		}
		if err != nil {
			b.Fatal(err)
		}
		p, err := network.NewPlan(g, network.PlanOptions{})
		if err != nil {
			b.Fatal(err)
		}
		arena := newArena(p.ArenaFloats)
		seen := map[string]bool{}
		for i := range p.Steps {
			s := &p.Steps[i]
			op, ok := s.Op.(network.Conv)
			if !ok || s.Kernel != network.ConvGeneral || seen[stepName(s)] {
				continue
			}
			seen[stepName(s)] = true
			direct, err := newDirect(s, op, 1, level)
			if err != nil {
				b.Fatal(err)
			}
			names, ks := []string{"direct-µs"}, []kernel{direct}
			for _, w := range simd.Algorithms() {
				if fits(w, op) {
					names, ks = append(names, fmt.Sprintf("F(%d,%d)-µs", w.Out, w.Taps)), append(ks, newWinograd(s, op, w, 1, level))
				}
			}
			if len(ks) == 1 {
				continue
			}
			b.Run(filepath.Base(name)+"/"+stepName(s), func(b *testing.B) {
				best := make([]time.Duration, len(ks))
				scratch := make([][]float32, len(ks))
				for i, k := range ks {
					best[i], scratch[i] = time.Hour, newArena(k.scratch)
				}
				for b.Loop() {
					for i, k := range ks {
						start := time.Now()
						for t := range k.tasks {
							k.run(t, arena, scratch[i])
						}
						best[i] = min(best[i], time.Since(start))
					}
				}
				for i, d := range best {
					b.ReportMetric(float64(d.Nanoseconds())/1e3, names[i])
				}
			})
		}
	}
}
