package cpu

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// What is fused: with one thread what is done in one pass (stems) or leaves the caches, with
// two also what does not make their parts too different. Without slides, nothing.
func TestWhatIsFused(t *testing.T) {
	slides := haveSlides()
	for _, c := range []struct {
		model                  string
		pools                  int // and the convolutions before them
		narrowPairs, widePairs int // with two threads, AVX2 and AVX-512
	}{
		{"shufflenet_v1_g1_1.0x", 1, 1, 1},    // parts of halves are too small, of 14x14 too different
		{"shufflenet_v1_g3_0.25x", 1, 15, 15}, // but where that is cheaper than a barrier
		{"mobilenet_v1_1.0", 0, 1, 1},
		{"squeezenet_1.1", 1, 0, 0},
		{"resnet18", 1, 0, 0},
		{"vgg16", 0, 0, 0}, // by Winograd
	} {
		g, err := zoo.Build(c.model, zoo.Options{Blank: true})
		if err != nil {
			t.Fatal(err)
		}
		for level, fused := range [][2]int{simd.Go: {}, simd.AVX2: {c.pools, c.narrowPairs}, simd.AVX512: {c.pools, c.widePairs}} {
			for threads := 1; threads <= 2; threads++ {
				b := AtLevel(New(Options{Threads: threads}), simd.Level(level))
				p, err := network.NewPlan(g, b.PlanOptions())
				if err != nil {
					t.Fatal(err)
				}
				want := map[network.Kernel]int{network.ConvPooled: fused[0], network.ConvFused: fused[1] * (threads - 1)}
				for kernel, n := range want {
					if level == int(simd.Go) || !slides {
						n = 0
					}
					if got := stepsOf(p, kernel); got != n {
						t.Errorf("%s, %v, %d threads: %d steps of %s, want %d\n%v", c.model, b.level, threads, got, kernel, n, p)
					}
				}
			}
		}
	}
}

func stepsOf(p *network.Plan, kernel network.Kernel) (n int) {
	for i := range p.Steps {
		if p.Steps[i].Kernel == kernel {
			n++
		}
	}
	return n
}

// haveSlides reports whether AVX2's kernels were built at all.
func haveSlides() bool {
	_, ok := simd.NewSlide(simd.AVX2, simd.Form{Size: 3, Stride: 1, Top: 1, Left: 1, In: simd.Plane{Height: 9, Width: 9, Pitch: 9}, Out: simd.Plane{Height: 9, Width: 9, Pitch: 9}})
	return ok
}
