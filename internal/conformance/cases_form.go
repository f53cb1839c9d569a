package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// formCases are reshapes and transposes that no layout need express, and
// networks of odd form: inputs that are outputs, outputs used inside.
func formCases() []Case {
	transposed := func(perm []int, shape ...int) Case {
		return net(fmt.Sprintf("transpose/rank_%d_%v", len(shape), perm), func(b *builder) value {
			return b.relu(b.do(network.Transpose{Perm: perm}, b.in(shape...)))
		})
	}
	return []Case{
		transposed([]int{1, 0}, 4, 6),
		transposed([]int{2, 1, 0}, 2, 3, 4),
		transposed([]int{0, 2, 1}, 2, 3, 4),
		transposed([]int{0, 2, 3, 1}, 2, 3, 4, 5),
		transposed([]int{0, 3, 1, 2}, 2, 3, 4, 5),
		transposed([]int{1, 0, 2, 3}, 2, 3, 4, 5),
		transposed([]int{0, 1, 3, 2}, 2, 3, 4, 5),
		transposed([]int{3, 2, 1, 0}, 2, 3, 4, 5),
		transposed([]int{0, 1, 2, 3}, 2, 3, 4, 5),
		transposed([]int{0, 2, 1, 3, 4}, 2, 3, 4, 2, 3),
		transposed([]int{4, 0, 1, 2, 3}, 2, 3, 2, 2, 3),
		net("transpose/then_conv", func(b *builder) value {
			x := b.do(network.Transpose{Perm: []int{0, 3, 1, 2}}, b.in(2, 5, 6, 4)) // from NHWC
			return b.conv(x, 6, network.Conv{Window: network.Square(3, 2, 1), Groups: 2})
		}),
		net("transpose/after_conv", func(b *builder) value {
			return b.do(network.Transpose{Perm: []int{0, 2, 3, 1}}, b.pointwise(b.in(2, 4, 3, 5), 6, 2))
		}),
		net("transpose/fused_conv_add", func(b *builder) value {
			x := b.in(1, 4, 5, 5)
			return b.relu(b.plus(b.pointwise(x, 4, 2), b.do(network.Transpose{Perm: []int{0, 1, 3, 2}}, x)))
		}),
		net("transpose/then_softmax", func(b *builder) value {
			return b.do(network.Softmax{Axis: 1}, b.do(network.Transpose{Perm: []int{2, 0, 1}}, b.in(2, 3, 4)))
		}),
		net("reshape/flatten_unflatten", func(b *builder) value {
			x := b.reshape(b.relu(b.in(2, 4, 3, 5)), 2, 60)
			return b.pointwise(b.reshape(x, 2, 4, 3, 5), 6, 2)
		}),
		net("reshape/other_map", func(b *builder) value {
			return b.conv(b.reshape(b.relu(b.in(1, 6, 4, 6)), 1, 4, 12, 3), 6, network.Conv{Window: network.Square(3, 1, 1)})
		}),
		net("reshape/rows_to_one", func(b *builder) value { return b.depthwise(b.reshape(b.in(1, 4, 3, 6), 1, 4, 1, 18), 3, 1) }),
		net("reshape/channels_to_batch", func(b *builder) value { return b.pointwise(b.reshape(b.in(1, 6, 3, 6), 3, 2, 3, 6), 4, 1) }),
		net("reshape/to_vector", func(b *builder) value { return b.relu(b.reshape(b.in(2, 3, 4, 5), 120)) }),
		net("reshape/to_rank_6", func(b *builder) value { return b.relu(b.reshape(b.in(2, 6, 4, 5), 2, 3, 2, 2, 2, 5)) }),
		net("reshape/alone", func(b *builder) value { return b.reshape(b.in(2, 6, 4, 5), 4, 15, 4) }),
		net("reshape/pixels_to_channels", func(b *builder) value { // of a convolution's output, as detectors do
			x := b.do(network.Transpose{Perm: []int{0, 2, 3, 1}}, b.pointwise(b.in(1, 4, 3, 3), 8, 2))
			return b.do(network.Softmax{Axis: -1}, b.reshape(x, 1, 18, 4))
		}),

		nets("form/input_is_output", func(b *builder) []value { x := b.in(1, 3, 4, 4); return []value{x} }),
		nets("form/input_is_output_too", func(b *builder) []value {
			x := b.in(1, 3, 4, 4)
			return []value{b.relu(x), x}
		}),
		nets("form/output_used_inside", func(b *builder) []value {
			x := b.relu(b.pointwise(b.in(1, 4, 4, 4), 6, 2))
			return []value{x, b.depthwise(x, 3, 2)}
		}),
		nets("form/output_twice", func(b *builder) []value {
			x := b.relu(b.in(1, 3, 4, 4))
			return []value{x, x}
		}),
		nets("form/shuffled_output_and_plain", func(b *builder) []value {
			x := b.pointwise(b.in(2, 4, 4, 4), 6, 2)
			return []value{b.shuffle(x, 2), x}
		}),
		nets("form/two_inputs", func(b *builder) []value {
			x, y := b.in(1, 3, 4, 4), b.in(1, 3, 4, 4)
			return []value{b.plus(b.depthwise(x, 3, 1), y), b.plus(x, b.depthwise(y, 3, 1))}
		}),
		nets("form/unused_input_and_node", func(b *builder) []value {
			x := b.in(1, 3, 4, 4)
			b.in(2, 2)
			b.relu(x)
			return []value{b.depthwise(x, 3, 1)}
		}),
		net("form/deep", func(b *builder) value { // buffers are used again and again
			x := b.in(1, 4, 6, 6)
			for i := range 12 {
				x = b.relu(b.pointwise(b.shuffle(x, 2), 4+2*(i%3), 2))
			}
			return x
		}),
		nets("form/branches", func(b *builder) []value { // many values alive at once
			x := b.in(1, 4, 6, 6)
			var all []value
			for range 6 {
				all = append(all, b.relu(b.pointwise(x, 4, 2)))
			}
			sum := all[5]
			for i := range 5 {
				sum = b.plus(all[i], b.depthwise(sum, 3, 1))
			}
			return []value{sum}
		}),
	}
}
