package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// besideCases are pools of what a pointwise convolution reads too, which some backends do
// in its launch, whatever the sizes of the two outputs.
func besideCases() []Case {
	var cases []Case
	add := func(name string, f func(b *builder) []value) {
		cases = append(cases, nets("fused/beside_pointwise_"+name, f))
	}
	maximum := func(b *builder, x value) value { return b.relu(b.pool(x, network.Max, 3, 2, 1)) }
	for i, g := range []int{1, 3, 8} {
		n, h, w := 1+i, 17-5*i, 9+14*i
		add(fmt.Sprintf("g%d_n%d", g, n), func(b *builder) []value {
			x := b.in(n, 2*g, h, w)
			return []value{b.relu(b.pointwise(x, g*(3+2*i), g)), b.pool(x, network.Average, 3, 2, 1)}
		})
	}
	for i, v := range windowVariants() {
		if i%2 > 0 {
			continue
		}
		add(v.name, func(b *builder) []value {
			x := b.in(1, 5, 12, 21)
			p := network.Pool{Window: v.w, Reduce: network.Reduction(i / 2 % 2), Ceil: true, CountIncludePad: i%4 == 0}
			return []value{b.do(p, x), b.pointwise(x, 7, 1)}
		})
	}
	add("of_shuffled", func(b *builder) []value { // both read by index
		x := b.shuffle(b.relu(b.pointwise(b.in(1, 6, 10, 11), 6, 2)), 3)
		return []value{b.pointwise(x, 7, 1), maximum(b, x)}
	})
	add("with_residual", func(b *builder) []value { // which the pool does not add
		x := b.in(1, 6, 9, 13)
		return []value{b.relu(b.plus(x, b.pointwise(x, 6, 3))), maximum(b, x)}
	})
	add("of_rows", func(b *builder) []value {
		x := b.do(network.Slice{Axis: 2, Start: 3, End: 10, Step: 1}, b.in(1, 6, 12, 15))
		return []value{b.pointwise(x, 9, 3), maximum(b, x)}
	})
	add("of_columns", func(b *builder) []value { // which cannot be walked in step
		x := b.do(network.Slice{Axis: 3, Start: 3, End: 14, Step: 1}, b.in(1, 6, 10, 15))
		return []value{b.pointwise(x, 9, 3), maximum(b, x)}
	})
	add("of_one_pixel", func(b *builder) []value {
		x := b.in(2, 9, 1, 1)
		return []value{b.pointwise(x, 5, 1), b.pool(x, network.Average, 3, 1, 1)}
	})
	add("many_planes", func(b *builder) []value { // more work groups pool than convolve
		x := b.in(2, 70, 5, 6)
		return []value{b.pointwise(x, 3, 1), b.pool(x, network.Average, 3, 1, 1)}
	})
	add("joined", func(b *builder) []value { // all into one map, which another launch reads
		x := b.relu(b.pointwise(b.in(1, 4, 8, 10), 8, 2))
		y := b.concat(b.pool(x, network.Average, 3, 1, 1), b.pointwise(x, 5, 1))
		return []value{b.pointwise(b.shuffle(y, 13), 4, 1)}
	})
	return cases
}
