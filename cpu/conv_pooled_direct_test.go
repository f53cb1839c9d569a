package cpu

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Which stems are done in one pass by assembly: those of 3x3 by two pixels, and by AVX2 of 7x7, whose clamp
// leaves nothing below zero.
func TestDirectForm(t *testing.T) {
	conv := func(k, stride int) network.Conv { return network.Conv{Window: network.Square(k, stride, k/2)} }
	most := network.Pool{Window: network.Square(3, 2, 1)}
	average, dilated := most, conv(3, 2)
	average.Reduce = network.Average
	dilated.Dilation = [2]int{2, 2}
	for _, c := range []struct {
		name string
		conv network.Conv
		act  network.Activation
		pool network.Pool
		want bool
	}{
		{"3x3", conv(3, 2), network.ReLU(), most, true},
		{"7x7", conv(7, 2), network.ReLU(), most, true},
		{"ReLU6", conv(3, 2), network.ReLU6(), most, true},
		{"5x5", conv(5, 2), network.ReLU(), most, false},
		{"stride 1", conv(3, 1), network.ReLU(), most, false},
		{"dilated", dilated, network.ReLU(), most, false},
		{"no activation", conv(3, 2), network.Activation{}, most, false},
		{"a clamp below zero", conv(3, 2), network.Clip(-1, 1), most, false},
		{"averages", conv(3, 2), network.ReLU(), average, false},
		{"a pool of 2x2", conv(3, 2), network.ReLU(), network.Pool{Window: network.Square(2, 2, 0)}, false},
	} {
		f := &network.Prior{Op: c.conv, Act: c.act, Shape: tensor.Shape{1, 24, 32, 40}}
		in, out := flatView(tensor.Shape{1, 3, 64, 80}), flatView(tensor.Shape{1, 24, 16, 20})
		for level := range simd.AVX512 + 1 {
			if _, got := directForm(level, f, c.pool, in, out); got != (c.want && level != simd.Go && haveSlides() && (c.conv.Kernel[0] == 3 || level == simd.AVX2)) {
				t.Errorf("%s, %v: %t", c.name, level, got)
			}
		}
	}
}
