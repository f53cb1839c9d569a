package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// classifierCases are how networks end, which some backends do in one launch: a global
// pool, a fully connected layer, a softmax, or two of them.
func classifierCases() []Case {
	var cases []Case
	add := func(name string, f func(b *builder) value) { cases = append(cases, net("fused/classifier_"+name, f)) }
	pooled := func(b *builder, r network.Reduction, x value) value {
		x = b.do(network.GlobalPool{Reduce: r}, x)
		return b.reshape(x, x.Shape[0], x.Shape[1])
	}
	softmax := func(b *builder, x value) value { return b.do(network.Softmax{Axis: -1}, x) }

	for i, c := range []struct{ n, inputs, h, w, outputs int }{
		{1, 20, 7, 7, 30}, {2, 33, 5, 3, 10}, {3, 6, 1, 1, 5}, {1, 300, 2, 2, 7}, {1, 5, 15, 20, 1001}, {2, 1, 4, 9, 1},
	} {
		name := fmt.Sprintf("n%d_%dto%d", c.n, c.inputs, c.outputs)
		reduce := network.Reduction(i % 2)
		add(name, func(b *builder) value {
			return b.fc(pooled(b, reduce, b.in(c.n, c.inputs, c.h, c.w)), c.outputs)
		})
		add(name+"_softmax", func(b *builder) value {
			return softmax(b, b.fc(pooled(b, reduce, b.in(c.n, c.inputs, c.h, c.w)), c.outputs))
		})
		if i%2 == 0 {
			add(name+"_row_softmax", func(b *builder) value {
				return softmax(b, b.fc(b.in(c.n, c.inputs), c.outputs))
			})
		}
	}
	add("relu", func(b *builder) value {
		return b.relu(b.fc(pooled(b, network.Average, b.relu(b.pointwise(b.in(1, 4, 7, 7), 20, 1))), 30))
	})
	add("clip_softmax", func(b *builder) value {
		return softmax(b, b.do(network.Activate{Fn: network.Clip(-1, 0.5)}, b.fc(pooled(b, network.Max, b.in(2, 9, 3, 3)), 14)))
	})
	add("no_bias", func(b *builder) value {
		return b.do(network.FullyConnected{}, pooled(b, network.Average, b.in(1, 6, 3, 5)), b.constant(8, 6))
	})
	add("of_shuffle", func(b *builder) value {
		return softmax(b, b.fc(pooled(b, network.Average, b.shuffle(b.in(2, 6, 5, 5), 3)), 9))
	})
	add("of_concat", func(b *builder) value {
		x := b.in(1, 6, 3, 3)
		return b.fc(pooled(b, network.Average, b.concat(b.slice(x, 0, 4, 1), b.pool(x, network.Max, 3, 1, 1))), 9)
	})
	// The second of two equal classifiers must not take the first's sums.
	add("twice", func(b *builder) value {
		x := b.in(2, 12, 3, 3)
		return b.concat(softmax(b, b.fc(pooled(b, network.Average, x), 6)), b.fc(pooled(b, network.Max, x), 6))
	})
	// Large logits, whose exponentials overflow.
	add("large_softmax", func(b *builder) value {
		return softmax(b, b.fc(b.plus(b.in(1, 40), b.Const("large", rising(100, 1, 40))), 21))
	})
	return cases
}
