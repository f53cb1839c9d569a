package conformance

import (
	"fmt"
	"math"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Properties that hold whatever the reference says. They are tested on the fast
// backend, which the table has tied to the reference.

func run(t *testing.T, c Case, po network.PlanOptions) (in, out []*tensor.Tensor) {
	t.Helper()
	g, err := c.Graph()
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, po)
	if err != nil {
		t.Fatal(err)
	}
	s, err := network.CompilePlan(cpu.New(cpu.Options{Threads: 1}), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in = c.Inputs(g)
	out, err = s.Run(in...)
	if err != nil {
		t.Fatal(err)
	}
	return in, out
}

func TestShuffleAndItsInverseGiveTheInput(t *testing.T) {
	for _, c := range []int{6, 12, 35, 60} {
		for g := 1; g <= c; g++ {
			if c%g != 0 {
				continue
			}
			in, out := run(t, net(fmt.Sprint("inverse", c, g), func(b *builder) value {
				return b.shuffle(b.shuffle(b.in(2, c, 2, 3), g), c/g)
			}), network.PlanOptions{})
			if e := firstDifference(in[0].Data, out[0].Data); e >= 0 {
				t.Errorf("%d channels, %d groups: element %d is not the input's", c, g, e)
			}
		}
	}
}

func TestFusedEqualsUnfused(t *testing.T) {
	for _, c := range Cases() {
		_, want := run(t, c, network.PlanOptions{NoFusion: true})
		_, got := run(t, c, network.PlanOptions{})
		for i := range got {
			if d := farthest(got[i].Data, want[i].Data); d > 1e-4 {
				t.Errorf("%s: output %d differs by %g", c.Name, i, d)
			}
		}
	}
}

// A convolution in groups is convolutions on slices of channels, side by side.
func TestGroupsAreSlices(t *testing.T) {
	for _, groups := range []int{2, 3, 5} {
		for _, w := range []network.Window{network.Square(1, 1, 0), network.Square(3, 2, 1)} {
			const per, out = 4, 3
			_, got := run(t, nets("slices", func(b *builder) []value {
				k := w.Kernel[0]
				x, weights := b.in(2, groups*per, 7, 6), noise(b.r, 1, groups*out, per, k, k)
				var parts []value
				for g := range groups {
					part := tensor.FromSlice(weights.Data[g*out*per*k*k:(g+1)*out*per*k*k], out, per, k, k)
					parts = append(parts, b.do(network.Conv{Window: w}, b.slice(x, g*per, (g+1)*per, 1), b.Const("part", part)))
				}
				return []value{b.do(network.Conv{Window: w, Groups: groups}, x, b.Const("whole", weights)), b.concat(parts...)}
			}), network.PlanOptions{})
			if d := farthest(got[0].Data, got[1].Data); d > 1e-6 {
				t.Errorf("%d groups, %v: they differ by %g", groups, w.Kernel, d)
			}
		}
	}
}

// farthest is the largest difference over the largest magnitude.
func farthest(a, b []float32) float64 {
	worst, largest := 0.0, 1e-30
	for i := range a {
		worst = max(worst, math.Abs(float64(a[i])-float64(b[i])))
		largest = max(largest, math.Abs(float64(b[i])))
	}
	return worst / largest
}
