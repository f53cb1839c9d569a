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
	"github.com/shufflegl/shufflegl/tensor"
)

// BenchmarkSteps times every kernel at every shape of ShuffleNet v1, on one
// thread, and of the ONNX files that SHUFFLEGL_BENCH_MODELS names, and reports the best run: microseconds, multiply-adds, and what part of
// the measured peak that is.
func BenchmarkSteps(b *testing.B) {
	peak := simd.Best().Peak() / 1e9
	for _, name := range append([]string{
		"shufflenet_v1_g1_1.0x", "shufflenet_v1_g3_1.0x", "shufflenet_v1_g8_1.0x",
		"shufflenet_v1_g1_0.5x", "shufflenet_v1_g3_0.5x", "shufflenet_v1_g8_0.5x",
	}, strings.Fields(os.Getenv("SHUFFLEGL_BENCH_MODELS"))...) {
		b.Run(filepath.Base(name), func(b *testing.B) {
			g, err := zoo.Build(name, zoo.Options{})
			if strings.HasSuffix(name, ".onnx") {
				g, err = onnx.Load(name, onnx.Options{})
			}
			if err != nil {
				b.Fatal(err)
			}
			backend := New(Options{Threads: 1})
			p, err := network.PlanFor(backend, g)
			if err != nil {
				b.Fatal(err)
			}
			x, err := backend.Prepare(p)
			if err != nil {
				b.Fatal(err)
			}
			defer x.Close()
			e := x.(*executor)
			for _, i := range p.Inputs {
				e.loading.from = append(e.loading.from, tensor.New(i.View.Shape...))
			}
			seen := map[string]int{}
			for i := range p.Steps {
				seen[stepName(&p.Steps[i])]++
			}
			for i := range p.Steps {
				s := &p.Steps[i]
				times := seen[stepName(s)]
				if times == 0 {
					continue
				}
				seen[stepName(s)] = 0
				b.Run(fmt.Sprintf("%s×%d", stepName(s), times), func(b *testing.B) {
					best := time.Hour
					for b.Loop() {
						start := time.Now()
						e.workers.run(i+1, i+2) // the first kernel loads
						best = min(best, time.Since(start))
					}
					b.ReportMetric(float64(best.Nanoseconds())/1e3, "best-µs")
					b.ReportMetric(float64(s.MACs)/float64(best.Nanoseconds()), "GMAC/s")
					if peak > 0 {
						b.ReportMetric(100*float64(s.MACs)/float64(best.Nanoseconds())/peak, "%peak")
					}
				})
			}
		})
	}
}

// stepName tells shapes apart.
func stepName(s *network.Step) string {
	_, c, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	name := fmt.Sprintf("%s/%dx%dx%d-%dx%dx%d", s.Kernel, c, h, w, m, oh, ow)
	if op, ok := s.Op.(network.Conv); ok {
		name += fmt.Sprintf("-g%d", op.G())
	}
	if s.Residual != nil {
		name += "+residual"
	}
	return name
}
