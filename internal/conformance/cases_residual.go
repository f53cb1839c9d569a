package conformance

import "github.com/shufflegl/shufflegl/network"

// residualCases add what was computed to something else, in every way in which an
// addition can or cannot be fused.
func residualCases() []Case {
	pw := func(b *builder, x value, m int) value { return b.pointwise(x, m, 2) }
	return []Case{
		net("residual/conv_plus_input", func(b *builder) value {
			x := b.in(2, 6, 5, 7)
			return b.relu(b.plus(pw(b, x, 6), x))
		}),
		net("residual/input_plus_conv", func(b *builder) value {
			x := b.in(2, 6, 5, 7)
			return b.relu(b.plus(x, pw(b, x, 6)))
		}),
		net("residual/without_relu", func(b *builder) value {
			x := b.in(1, 6, 5, 7)
			return b.plus(pw(b, b.depthwise(x, 3, 1), 6), x)
		}),
		net("residual/depthwise", func(b *builder) value {
			x := b.relu(b.in(1, 6, 5, 7))
			return b.do(network.Activate{Fn: network.ReLU6()}, b.plus(b.depthwise(x, 3, 1), x))
		}),
		net("residual/general", func(b *builder) value {
			x := b.in(1, 6, 5, 7)
			return b.relu(b.plus(x, b.conv(x, 6, network.Conv{Window: network.Square(3, 1, 1), Groups: 3})))
		}),
		net("residual/relu_before_add", func(b *builder) value {
			x := b.in(1, 6, 5, 7)
			return b.plus(b.relu(pw(b, x, 6)), x)
		}),
		net("residual/two_convs", func(b *builder) value {
			x := b.in(1, 6, 5, 7)
			return b.relu(b.plus(pw(b, x, 4), b.conv(x, 4, network.Conv{Window: network.Square(3, 1, 1)})))
		}),
		net("residual/conv_with_itself", func(b *builder) value {
			x := pw(b, b.in(1, 6, 5, 7), 4)
			return b.plus(x, x)
		}),
		nets("residual/conv_also_output", func(b *builder) []value {
			x := b.in(1, 6, 5, 7)
			y := pw(b, x, 6)
			return []value{b.plus(y, x), y}
		}),
		nets("residual/sum_used_twice", func(b *builder) []value {
			x := b.in(1, 6, 5, 7)
			y := b.plus(pw(b, x, 6), x)
			return []value{b.relu(y), b.depthwise(y, 3, 1)}
		}),
		net("residual/pool", func(b *builder) value {
			x := b.in(1, 6, 6, 6)
			return b.relu(b.plus(b.pool(x, network.Average, 3, 1, 1), b.pool(x, network.Max, 3, 1, 1)))
		}),
		net("residual/of_shuffled", func(b *builder) value {
			x := pw(b, b.in(1, 6, 5, 7), 6)
			return b.relu(b.plus(pw(b, x, 6), b.shuffle(x, 3)))
		}),
		net("residual/shuffled_sum", func(b *builder) value {
			x := b.in(1, 6, 5, 7)
			return b.relu(b.plus(b.shuffle(pw(b, x, 6), 3), x))
		}),
		net("residual/of_slice", func(b *builder) value {
			x := b.in(1, 12, 5, 7)
			return b.plus(pw(b, x, 4), b.slice(x, 1, 12, 3))
		}),
		net("residual/chain", func(b *builder) value {
			x := b.in(1, 6, 5, 7)
			for range 3 {
				x = b.relu(b.plus(pw(b, x, 6), x))
			}
			return x
		}),
		net("residual/two_deep", func(b *builder) value {
			x := b.in(1, 6, 5, 7)
			return b.plus(b.plus(pw(b, x, 6), x), b.depthwise(x, 3, 1))
		}),
		net("residual/conv_later_than_its_partner", func(b *builder) value {
			x := b.in(1, 6, 5, 7)
			y := pw(b, x, 6)
			z := pw(b, b.relu(y), 6)
			return b.plus(y, z)
		}),
	}
}
