package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// shuffleCases put a channel shuffle before and behind everything that could read
// or write it.
func shuffleCases() []Case {
	var cases []Case
	for _, g := range []int{2, 3, 4, 5, 7} {
		c := g * (g%3 + 2)
		add := func(name string, f func(b *builder, x value) value) {
			cases = append(cases, net(fmt.Sprintf("shuffle/g%d_%s", g, name), func(b *builder) value {
				return f(b, b.in(2, c, 6, 5))
			}))
		}
		add("alone", func(b *builder, x value) value { return b.shuffle(x, g) })
		add("pointwise", func(b *builder, x value) value { return b.pointwise(b.shuffle(x, g), 2*g, g) })
		add("depthwise", func(b *builder, x value) value { return b.depthwise(b.shuffle(x, g), 3, 1) })
		add("conv", func(b *builder, x value) value {
			return b.conv(b.shuffle(x, g), 2*g, network.Conv{Window: network.Square(3, 2, 1), Groups: g})
		})
		add("max_pool", func(b *builder, x value) value { return b.pool(b.shuffle(x, g), network.Max, 3, 2, 1) })
		add("average_pool", func(b *builder, x value) value { return b.pool(b.shuffle(x, g), network.Average, 3, 2, 1) })
		add("global_pool", func(b *builder, x value) value {
			return b.do(network.GlobalPool{Reduce: network.Average}, b.shuffle(x, g))
		})
		add("add", func(b *builder, x value) value { return b.plus(x, b.shuffle(x, g)) })
		add("relu", func(b *builder, x value) value { return b.relu(b.shuffle(x, g)) })
		add("batchnorm", func(b *builder, x value) value { return b.norm(b.shuffle(x, g)) })
		add("twice", func(b *builder, x value) value {
			return b.pointwise(b.shuffle(b.shuffle(x, g), c/g), c, g)
		})
		add("twice_the_same", func(b *builder, x value) value { return b.relu(b.shuffle(b.shuffle(x, g), g)) })
		add("inverse", func(b *builder, x value) value { return b.shuffle(b.shuffle(x, g), c/g) })
		add("after_pointwise", func(b *builder, x value) value { return b.shuffle(b.relu(b.pointwise(x, c, g)), g) })
		add("between", func(b *builder, x value) value {
			x = b.shuffle(b.relu(b.pointwise(x, 3*g, g)), g)
			return b.pointwise(b.depthwise(x, 3, 1), c, g)
		})
	}
	return append(cases,
		net("shuffle/rank_2", func(b *builder) value { return b.fc(b.shuffle(b.in(3, 12), 4), 5) }),
		net("shuffle/rank_3", func(b *builder) value { return b.relu(b.shuffle(b.in(2, 6, 5), 3)) }),
		net("shuffle/rank_5", func(b *builder) value { return b.shuffle(b.in(2, 6, 2, 3, 2), 3) }),
		net("shuffle/one_group", func(b *builder) value { return b.shuffle(b.in(1, 6, 3, 3), 1) }),
		net("shuffle/as_exported", func(b *builder) value { // as PyTorch writes it
			x := b.relu(b.pointwise(b.in(2, 6, 4, 5), 12, 3))
			x = b.reshape(x, 2, 3, 4, 4, 5)
			x = b.do(network.Transpose{Perm: []int{0, 2, 1, 3, 4}}, x)
			return b.depthwise(b.reshape(x, 2, 12, 4, 5), 3, 1)
		}),
		nets("shuffle/before_and_after", func(b *builder) []value {
			x := b.pointwise(b.in(1, 6, 4, 4), 6, 2)
			return []value{b.relu(b.shuffle(x, 3)), b.norm(b.shuffle(x, 2)), b.depthwise(x, 3, 1)}
		}))
}
