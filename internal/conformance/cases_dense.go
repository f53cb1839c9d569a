package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// denseCases are fully connected layers and softmax.
func denseCases() []Case {
	var cases []Case
	for _, c := range []struct{ n, k, m int }{{1, 1, 1}, {1, 5, 3}, {1, 960, 10}, {1, 17, 1000}, {3, 12, 7}, {2, 1, 9}, {2, 33, 130}} {
		cases = append(cases, net(fmt.Sprintf("fc/n%d_%dto%d", c.n, c.k, c.m), func(b *builder) value {
			return b.fc(b.in(c.n, c.k), c.m)
		}))
	}
	flatten := func(name string, n int, before func(b *builder, x value) value) {
		cases = append(cases, net("fc/"+name, func(b *builder) value {
			x := before(b, b.in(n, 6, 3, 5))
			return b.fc(b.reshape(x, n, x.Shape[1:].Size()), 11)
		}))
	}
	flatten("of_flatten", 1, func(b *builder, x value) value { return x })
	flatten("of_flatten_batch_3", 3, func(b *builder, x value) value { return b.relu(x) })
	flatten("of_flatten_shuffle", 2, func(b *builder, x value) value { return b.shuffle(x, 3) })
	flatten("of_flatten_conv", 1, func(b *builder, x value) value { return b.relu(b.pointwise(x, 4, 2)) })
	flatten("of_flatten_concat", 1, func(b *builder, x value) value { return b.concat(x, b.relu(x)) })
	cases = append(cases,
		net("fc/of_global_pool", func(b *builder) value {
			x := b.do(network.GlobalPool{Reduce: network.Average}, b.relu(b.pointwise(b.in(1, 4, 7, 7), 20, 1)))
			return b.do(network.Softmax{Axis: 1}, b.fc(b.reshape(x, 1, 20), 30))
		}),
		net("fc/relu_fc", func(b *builder) value { return b.fc(b.relu(b.fc(b.in(2, 9), 14)), 5) }),
		net("fc/no_bias_clip", func(b *builder) value {
			x := b.do(network.FullyConnected{}, b.in(1, 6), b.constant(8, 6))
			return b.do(network.Activate{Fn: network.Clip(-1, 1)}, x)
		}),
		net("fc/add", func(b *builder) value { x := b.in(2, 8); return b.relu(b.plus(b.fc(x, 8), x)) }),
		net("fc/add_70", func(b *builder) value { x := b.in(2, 70); return b.relu(b.plus(b.fc(x, 70), x)) }))

	softmax := func(axis int, scale float32, shape ...int) {
		name := fmt.Sprintf("softmax/%v_axis%d_times%g", tensor.Shape(shape), axis, scale)
		cases = append(cases, net(name, func(b *builder) value {
			x := b.in(shape...)
			if scale != 1 { // large values, whose exponentials overflow
				x = b.plus(x, b.Const("large", rising(scale, shape...)))
			}
			return b.do(network.Softmax{Axis: axis}, x)
		}))
	}
	softmax(1, 1, 1, 1000)
	softmax(-1, 1, 3, 7)
	softmax(0, 1, 3, 7)
	softmax(0, 1, 9)
	softmax(1, 1, 2, 5, 3, 4)
	softmax(-1, 1, 2, 5, 3, 4)
	softmax(-2, 1, 2, 5, 3, 4)
	softmax(0, 1, 2, 5, 3, 4)
	softmax(2, 1, 2, 3, 4)
	softmax(1, 1, 2, 3, 4)
	softmax(2, 1, 2, 3, 4, 2, 3)
	softmax(1, 100, 1, 20)
	softmax(1, -300, 2, 6)
	softmax(1, 1, 1, 1)
	cases = append(cases,
		net("softmax/of_shuffle", func(b *builder) value {
			return b.do(network.Softmax{Axis: 1}, b.shuffle(b.in(1, 6, 2, 3), 2))
		}),
		net("softmax/then_relu_and_add", func(b *builder) value {
			x := b.in(2, 6)
			return b.relu(b.plus(b.do(network.Softmax{Axis: 1}, x), x))
		}))
	return cases
}

// rising is scale times 0, 1, 2, …
func rising(scale float32, shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = scale * float32(i)
	}
	return t
}
