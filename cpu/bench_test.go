package cpu_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// BenchmarkNetworks times whole networks on one thread and on two, and reports
// each kind of kernel's share in milliseconds.
func BenchmarkNetworks(b *testing.B) {
	for _, name := range []string{
		"shufflenet_v1_g1_1.0x", "shufflenet_v1_g3_1.0x", "shufflenet_v1_g8_1.0x",
		"shufflenet_v1_g3_0.5x", "shufflenet_v1_g3_0.25x",
	} {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", name, threads), func(b *testing.B) {
				g, err := zoo.Build(name, zoo.Options{})
				if err != nil {
					b.Fatal(err)
				}
				benchGraph(b, g, cpu.New(cpu.Options{Threads: threads}))
			})
		}
	}
}

// BenchmarkAfterPause times the first runs after 30 ms in which nothing was to do, as between a
// camera's pictures: medians.
func BenchmarkAfterPause(b *testing.B) {
	for _, name := range []string{"shufflenet_v1_g1_1.0x", "shufflenet_v1_g3_0.25x"} {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", name, threads), func(b *testing.B) {
				g, err := zoo.Build(name, zoo.Options{})
				if err != nil {
					b.Fatal(err)
				}
				s, err := network.Compile(cpu.New(cpu.Options{Threads: threads}), g)
				if err != nil {
					b.Fatal(err)
				}
				defer s.Close()
				in, out := []*tensor.Tensor{tensor.New(s.Plan.Inputs[0].View.Shape...)}, s.NewOutputs()
				var times [8][]time.Duration
				for b.Loop() {
					time.Sleep(30 * time.Millisecond)
					for i := range times {
						start := time.Now()
						if err := s.RunInto(out, in); err != nil {
							b.Fatal(err)
						}
						times[i] = append(times[i], time.Since(start))
					}
				}
				for i, all := range times {
					slices.Sort(all)
					b.ReportMetric(float64(all[len(all)/2].Microseconds()), fmt.Sprintf("run%d-µs", i+1))
				}
			})
		}
	}
}

func benchGraph(b *testing.B, g *network.Graph, backend network.Backend) {
	p, err := network.PlanFor(backend, g)
	if err != nil {
		b.Fatal(err)
	}
	e, err := backend.Prepare(p)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	var in, out []*tensor.Tensor
	for _, i := range p.Inputs {
		t := tensor.New(i.View.Shape...)
		for j := range t.Data {
			t.Data[j] = float32(j%255)/128 - 1
		}
		in = append(in, t)
	}
	for _, o := range p.Outputs {
		out = append(out, tensor.New(o.View.Shape...))
	}
	times := make([]time.Duration, len(p.Steps))
	byKernel := map[network.Kernel]time.Duration{}
	best := time.Hour
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		if err := e.(network.StepTimer).RunTimed(out, in, times); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(start))
		for i, s := range p.Steps {
			byKernel[s.Kernel] += times[i]
		}
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
	b.ReportMetric(ms(best), "best-ms")
	b.ReportMetric(float64(p.MACs)/float64(best.Nanoseconds()), "best-GMAC/s")
	for k, d := range byKernel {
		b.ReportMetric(ms(d)/float64(b.N), "ms-"+string(k))
	}
}

// BenchmarkKernels times single layers of ShuffleNet v1 1x, 3 groups.
func BenchmarkKernels(b *testing.B) {
	conv := func(k, stride, groups int) network.Conv {
		return network.Conv{Window: network.Square(k, stride, k/2), Groups: groups}
	}
	for _, l := range []struct {
		name    string
		c, h, m int // input channels and height, output channels
		op      network.Op
	}{
		{"stem", 3, 224, 24, conv(3, 2, 1)},
		{"max_pool", 24, 112, 0, network.Pool{Window: network.Square(3, 2, 1), Reduce: network.Max}},
		{"pointwise_28", 60, 28, 240, conv(1, 1, 3)},
		{"pointwise_14", 480, 14, 120, conv(1, 1, 3)},
		{"pointwise_7", 240, 7, 960, conv(1, 1, 3)},
		{"pointwise_dense_14", 256, 14, 256, conv(1, 1, 1)},
		{"depthwise_28", 60, 28, 60, conv(3, 1, 60)},
		{"depthwise_s2_28", 120, 28, 120, conv(3, 2, 120)},
		{"depthwise_7", 240, 7, 240, conv(3, 1, 240)},
		{"average_pool_28", 240, 28, 0, network.Pool{Window: network.Square(3, 2, 1), Reduce: network.Average}},
		{"relu_28", 240, 28, 0, network.Activate{Fn: network.ReLU()}},
		{"add_28", 240, 28, 0, network.Binary{Fn: network.FnAdd}},
	} {
		b.Run(l.name, func(b *testing.B) {
			n := network.NewBuilder(l.name)
			x := n.Input("x", 1, l.c, l.h, l.h)
			operands := []*network.Value{x}
			switch op := l.op.(type) {
			case network.Conv:
				w := tensor.New(l.m, l.c/op.G(), op.Kernel[0], op.Kernel[1])
				for i := range w.Data {
					w.Data[i] = float32(i%7) - 3.5
				}
				operands = append(operands, n.Const("w", w))
			case network.Binary:
				operands = append(operands, n.Input("y", x.Shape...))
			}
			g, err := n.Build(n.Apply("y", l.op, operands...))
			if err != nil {
				b.Fatal(err)
			}
			benchGraph(b, g, cpu.New(cpu.Options{Threads: 1}))
		})
	}
}
