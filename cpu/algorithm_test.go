package cpu

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// Which convolutions are computed by which algorithm. Where tiles are few, Winograd's many weights
// cost more than they save; where there are few rows, pixels or terms in a sum, Strassen's sums do. And where
// weights are kept in fewer bytes.
func TestAlgorithm(t *testing.T) {
	const winograd, strassen, fixed = "Winograd F(4x4, 3x3)", "Strassen", "weights in 24 bits"
	for _, c := range []struct {
		network string
		level   simd.Level
		threads int
		want    map[string]string
	}{
		{"resnet18", simd.AVX512, 1, map[string]string{
			"conv_general/3x224x224-64x112x112-g1":         "",
			"conv_general/64x56x56-64x56x56-g1":            winograd,
			"conv_general/64x56x56-128x28x28-g1":           "", // stride 2
			"conv_general/128x28x28-128x28x28-g1":          winograd,
			"conv_general/256x14x14-256x14x14-g1+residual": winograd,
			"conv_general/512x7x7-512x7x7-g1":              "Winograd F(2x2, 3x3)",
			"fully_connected/512x1x1-1000x1x1":             fixed,
		}},
		{"resnet18", simd.AVX2, 1, map[string]string{
			"conv_general/64x56x56-128x28x28-g1":  strassen,
			"conv_general/256x14x14-512x7x7-g1":   "",
			"conv_general/128x28x28-128x28x28-g1": winograd,
		}},
		{"mobilenet_v1_1.0", simd.AVX2, 1, map[string]string{
			"conv_pointwise/32x112x112-64x112x112-g1": "",
			"conv_pointwise/64x56x56-128x56x56-g1":    strassen,
			"conv_pointwise/512x14x14-512x14x14-g1":   strassen,
			"conv_pointwise/1024x7x7-1024x7x7-g1":     "",
			"fully_connected/1024x1x1-1000x1x1":       fixed,
		}},
		{"shufflenet_v1_g1_1.0x", simd.AVX2, 1, map[string]string{
			"conv_pointwise/144x28x28-36x28x28-g1":          "",
			"conv_pointwise/288x14x14-72x14x14-g1":          strassen,
			"conv_pointwise/72x14x14-288x14x14-g1+residual": "",
			"conv_pointwise/576x7x7-144x7x7-g1":             "",
		}},
		{"mobilenet_v1_1.0", simd.AVX512, 1, map[string]string{
			"conv_pointwise/32x112x112-64x112x112-g1": "",
			"conv_pointwise/64x56x56-128x56x56-g1":    strassen,
			"conv_pointwise/512x14x14-512x14x14-g1":   strassen,
			"conv_pointwise/1024x7x7-1024x7x7-g1":     "",
		}},
		{"mobilenet_v1_1.0", simd.AVX512, 2, map[string]string{
			"conv_pointwise/256x28x28-256x28x28-g1": "", // 392 = 4·96 + 8
			"conv_pointwise/512x14x14-512x14x14-g1": strassen,
		}},
		{"shufflenet_v1_g1_1.0x", simd.AVX512, 1, map[string]string{
			"conv_pointwise/144x28x28-36x28x28-g1":          "",
			"conv_pointwise/144x28x28-72x28x28-g1":          strassen,
			"conv_pointwise/288x14x14-72x14x14-g1":          strassen,
			"conv_pointwise/72x14x14-288x14x14-g1+residual": strassen,
			"conv_pointwise/576x7x7-144x7x7-g1":             "",
		}},
		{"shufflenet_v1_g1_1.0x", simd.AVX512, 2, map[string]string{"conv_pointwise/288x14x14-72x14x14-g1": strassen, "conv_pointwise/144x28x28-72x28x28-g1": ""}},
		{"shufflenet_v1_g8_1.0x", simd.AVX512, 1, map[string]string{"conv_pointwise/768x14x14-192x14x14-g8": ""}},
		{"shufflenet_v1_g1_1.0x", simd.AVX2, 2, map[string]string{"conv_pointwise/288x14x14-72x14x14-g1": ""}},
		{"shufflenet_v1_g1_1.0x", simd.Go, 1, map[string]string{"conv_pointwise/288x14x14-72x14x14-g1": "", "fully_connected/576x1x1-1000x1x1": ""}},
	} {
		g, err := zoo.Build(c.network, zoo.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := network.NewPlan(g, network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b := New(Options{Threads: c.threads})
		b.level = c.level
		seen := map[string]bool{}
		for i := range p.Steps {
			s := &p.Steps[i]
			name := stepName(s)
			if algorithm, ok := c.want[name]; ok && b.Algorithm(s) != algorithm {
				t.Errorf("%s, %v, %d threads: %s is by %q, want %q", c.network, c.level, c.threads, name, b.Algorithm(s), algorithm)
			}
			seen[name] = true
		}
		for name := range c.want {
			if !seen[name] {
				t.Errorf("%s: %s is no step", c.network, name)
			}
		}
	}
}
