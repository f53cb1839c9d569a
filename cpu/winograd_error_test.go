package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Winograd's algorithms round more than sums do, the more the more pixels they compute
// at once. This holds them to a fifth of what backends may be wrong by, with as many
// channels as networks have (-v prints the errors).
func TestWinogradError(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	random := func(scale float64, shape ...int) *tensor.Tensor {
		x := tensor.New(shape...)
		for i := range x.Data {
			x.Data[i] = float32(r.NormFloat64() * scale)
		}
		return x
	}
	for _, taps := range []int{3, 5} {
		const channels, outputs, size = 512, 4, 14
		n := network.NewBuilder("error")
		w := n.Const("w", random(1, outputs, channels, taps, taps))
		op := network.Conv{Window: network.Square(taps, 1, taps/2)}
		g, err := n.Build(n.Apply("y", op, n.Input("x", 1, channels, size, size), w))
		if err != nil {
			t.Fatal(err)
		}
		x := random(1, 1, channels, size, size)
		for i, v := range x.Data { // as after ReLU
			x.Data[i] = max(v, 0)
		}
		in := []*tensor.Tensor{x}
		values, err := Evaluate(g, in)
		if err != nil {
			t.Fatal(err)
		}
		want := values["y"].Data
		largest := 0.0
		for _, v := range want {
			largest = max(largest, math.Abs(float64(v)))
		}
		p, err := network.NewPlan(g, network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, level := range simd.Levels() {
			for _, w := range append([]simd.Winograd{{}}, simd.Algorithms()...) {
				if w.Out > 0 && w.Taps != taps {
					continue
				}
				b := New(Options{Threads: 1})
				b.level, b.prefer = level, &w // which does nothing where it does not fit
				name := fmt.Sprintf("F(%d,%d)", w.Out, w.Taps)
				if w.Out == 0 {
					name = fmt.Sprintf("sums, %dx%d", taps, taps)
				}
				e, err := b.Prepare(p)
				if err != nil {
					t.Fatal(err)
				}
				out := []*tensor.Tensor{tensor.New(1, outputs, size, size)}
				if err := e.Run(out, in); err != nil {
					t.Fatal(err)
				}
				e.Close()
				worst, squares := 0.0, 0.0
				for i, v := range out[0].Data {
					d := math.Abs(float64(v)-float64(want[i])) / largest
					worst, squares = max(worst, d), squares+d*d
				}
				t.Logf("%-10s %-9s worst %.2g, root mean square %.2g", level, name, worst, math.Sqrt(squares/float64(len(want))))
				if worst > 2e-5 {
					t.Errorf("%v, %s: the error is %.2g of the largest magnitude", level, name, worst)
				}
			}
		}
	}
}
