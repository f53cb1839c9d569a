package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// fusedCases are what some backends do in one launch: a convolution and its pool, a
// depthwise convolution and the pointwise one behind it, and a pool beside those. On
// maps that no tile divides, and with what can stand before, between and behind.
func fusedCases() []Case {
	var cases []Case
	add := func(name string, f func(b *builder) value) { cases = append(cases, net("fused/"+name, f)) }
	act := func(b *builder, a network.Activation, x value) value { return b.do(network.Activate{Fn: a}, x) }
	conv := func(k, stride, pad, groups int) network.Conv {
		return network.Conv{Window: network.Square(k, stride, pad), Groups: groups}
	}
	pool := func(r network.Reduction, k, stride, pad int) network.Pool {
		return network.Pool{Window: network.Square(k, stride, pad), Reduce: r}
	}

	for i, g := range []int{1, 2, 3, 4, 5, 7, 8} {
		n, h, w := 1+i%3, 19+3*i, 40-5*i
		add(fmt.Sprintf("conv_pool_g%d_n%d", g, n), func(b *builder) value {
			x := b.relu(b.conv(b.in(n, 3*g, h, w), g*(3+i), conv(3, 1+i%2, 1, g)))
			return b.do(pool(network.Reduction(i%2), 3, 2, i%2), x)
		})
		add(fmt.Sprintf("depthwise_pointwise_g%d_n%d", g, n), func(b *builder) value {
			x := act(b, network.ReLU6(), b.depthwise(b.shuffle(b.in(n, 4*g, h, w), g), 3+2*(i%2), 1+i%2))
			return b.relu(b.pointwise(x, g*(2+i), g))
		})
		add(fmt.Sprintf("beside_g%d_n%d", g, n), func(b *builder) value {
			x := b.in(n, 4*g, h, w)
			y := b.pointwise(b.depthwise(x, 3, 2), g*(2+i), g)
			return b.relu(b.concat(b.pool(x, network.Reduction(i%2), 3, 2, 1), y))
		})
	}

	// Whole units: a pointwise convolution before, with or without a shuffle.
	for i, g := range []int{1, 2, 3, 4, 5, 7, 8} {
		n, h, w, bottleneck := 1+i%3, 6+5*i, 37-4*i, g*(3+i%4)
		add(fmt.Sprintf("unit_g%d_n%d", g, n), func(b *builder) value {
			x := b.in(n, 2*g, h, w)
			y := b.shuffle(act(b, network.ReLU6(), b.pointwise(x, bottleneck, g)), g)
			return b.relu(b.plus(x, b.pointwise(b.norm(b.depthwise(y, 3, 1)), 2*g, g)))
		})
		add(fmt.Sprintf("unit_s2_g%d_n%d", g, n), func(b *builder) value {
			x := b.in(n, 3*g, h, w)
			y := b.shuffle(b.relu(b.pointwise(x, bottleneck, g)), g)
			y = b.pointwise(b.depthwise(y, 3, 2), g*(2+i), g)
			return b.relu(b.concat(b.pool(x, network.Average, 3, 2, 1), y))
		})
		// Groups of the two convolutions that have nothing to do with each other.
		add(fmt.Sprintf("unit_1_to_%d", g), func(b *builder) value {
			y := b.pointwise(b.depthwise(b.pointwise(b.in(1, 6, h, w), bottleneck, 1), 5, 1+i%2), 2*g, g)
			return b.pointwise(b.depthwise(b.shuffle(b.relu(b.pointwise(y, bottleneck, g)), g), 3, 1), 5, 1)
		})
	}

	stem := func(name string, n, m, h, w int, c network.Conv, p network.Pool) {
		add("conv_pool_"+name, func(b *builder) value {
			return b.do(p, b.relu(b.conv(b.in(n, 4, h, w), m, c)))
		})
	}
	max32, average32 := pool(network.Max, 3, 2, 1), pool(network.Average, 3, 2, 1)
	ceiling := pool(network.Max, 3, 2, 0)
	ceiling.Ceil = true
	include := average32
	include.Ceil, include.CountIncludePad = true, true
	stem("imagenet", 1, 24, 61, 59, conv(3, 2, 1, 1), max32)
	stem("7x7", 1, 9, 45, 50, conv(7, 2, 3, 1), max32)
	stem("11x11_s4", 1, 6, 63, 63, conv(11, 4, 2, 2), ceiling)
	stem("2x2", 2, 13, 20, 18, conv(3, 1, 1, 1), pool(network.Max, 2, 2, 0))
	stem("ceil", 1, 5, 22, 24, conv(3, 2, 0, 1), ceiling)
	stem("ceil_include_pad", 1, 5, 23, 21, conv(3, 1, 1, 1), include)
	stem("5x5_s3", 1, 4, 23, 31, conv(3, 1, 1, 2), pool(network.Average, 5, 3, 2))
	stem("s1", 1, 4, 9, 30, conv(3, 1, 1, 1), pool(network.Max, 3, 1, 1))
	stem("s4", 1, 4, 30, 41, conv(3, 1, 1, 1), pool(network.Average, 2, 4, 0))
	stem("one_pixel", 1, 6, 5, 5, conv(3, 2, 1, 1), pool(network.Average, 3, 2, 0))
	stem("one_row", 1, 6, 1, 37, conv(3, 1, 1, 1), max32)
	stem("one_column", 1, 6, 37, 1, conv(3, 1, 1, 1), average32)
	stem("wide", 1, 3, 6, 700, conv(3, 1, 1, 1), max32)
	stem("tall", 1, 3, 300, 6, conv(3, 2, 1, 1), max32)
	for i, v := range windowVariants() {
		stem("conv_"+v.name, 1, 6, 12, 20, network.Conv{Window: v.w, Groups: 2}, max32)
		stem("pool_"+v.name, 1, 6, 12, 20, conv(3, 1, 1, 1), network.Pool{Window: v.w})
		stem("average_"+v.name, 1, 6, 13, 21, conv(3, 1, 1, 1), network.Pool{Window: v.w, Reduce: network.Average, Ceil: true, CountIncludePad: true})
		add("beside_"+v.name, func(b *builder) value {
			x, win := b.in(1, 6, 12, 20), v.w
			y := b.pointwise(b.conv(x, 6, network.Conv{Window: win, Groups: 6}), 5, 1)
			return b.concat(b.do(network.Pool{Window: win, Reduce: network.Reduction(i % 2)}, x), y)
		})
	}
	return append(cases,
		net("fused/conv_pool_of_shuffled", func(b *builder) value {
			return b.do(max32, b.conv(b.shuffle(b.in(2, 6, 13, 14), 3), 8, conv(3, 1, 1, 2)))
		}),
		net("fused/conv_pool_of_columns", func(b *builder) value { // rows that begin anywhere
			x := b.do(network.Slice{Axis: 3, Start: 3, End: 17, Step: 1}, b.in(1, 4, 11, 19))
			return b.do(average32, b.relu(b.conv(x, 8, conv(3, 1, 1, 1))))
		}),
		net("fused/conv_pool_plus", func(b *builder) value {
			x := b.in(1, 4, 18, 18)
			return b.relu(b.plus(b.do(average32, b.relu(b.conv(x, 8, conv(3, 1, 1, 1)))), b.conv(x, 8, conv(3, 2, 1, 1))))
		}),
		net("fused/conv_pool_elu_sigmoid", func(b *builder) value {
			x := act(b, network.Activation{Fn: network.FnELU, A: 0.5}, b.conv(b.in(1, 4, 18, 18), 8, conv(3, 1, 1, 1)))
			return act(b, network.Activation{Fn: network.FnSigmoid}, b.do(max32, x))
		}),
		net("fused/conv_pool_below_zero", func(b *builder) value { // padding must not win a maximum
			x := act(b, network.Clip(-3, -1), b.conv(b.in(1, 4, 10, 10), 8, conv(3, 1, 1, 1)))
			return b.do(max32, x)
		}),
		net("fused/conv_pool_twice", func(b *builder) value {
			x := b.do(max32, b.relu(b.conv(b.in(1, 3, 40, 44), 8, conv(3, 1, 1, 1))))
			return b.do(ceiling, b.relu(b.conv(x, 12, conv(3, 1, 1, 4))))
		}),
		net("fused/conv_pool_joined", func(b *builder) value { // into one half of a concatenation
			x := b.in(2, 3, 14, 15)
			return b.relu(b.concat(b.do(max32, b.conv(x, 5, conv(3, 1, 1, 1))), b.do(max32, x)))
		}),
		nets("fused/conv_that_is_output_too", func(b *builder) []value {
			x := b.relu(b.conv(b.in(1, 3, 14, 14), 5, conv(3, 1, 1, 1)))
			return []value{b.do(max32, x), x}
		}),
		net("fused/depthwise_pointwise_wide", func(b *builder) value {
			return b.pointwise(b.depthwise(b.in(1, 6, 5, 333), 3, 1), 7, 1)
		}),
		net("fused/depthwise_pointwise_many_channels", func(b *builder) value {
			return b.pointwise(b.depthwise(b.in(1, 300, 5, 9), 3, 1), 21, 1)
		}),
		net("fused/depthwise_elu_pointwise_sigmoid", func(b *builder) value {
			x := act(b, network.Activation{Fn: network.FnELU, A: 0.5}, b.depthwise(b.in(2, 6, 23, 18), 3, 1))
			return act(b, network.Activation{Fn: network.FnSigmoid}, b.pointwise(x, 9, 3))
		}),
		net("fused/depthwise_pointwise_plus_its_input", func(b *builder) value { // which its neighbours' windows read
			x := b.relu(b.in(1, 12, 26, 28))
			return b.relu(b.plus(b.pointwise(b.depthwise(x, 3, 1), 12, 2), x))
		}),
		net("fused/depthwise_pointwise_of_columns", func(b *builder) value {
			x := b.do(network.Slice{Axis: 3, Start: 1, End: 18, Step: 1}, b.in(1, 6, 9, 19))
			return b.plus(b.pointwise(b.depthwise(x, 5, 1), 6, 2), x)
		}),
		net("fused/norm_pointwise", func(b *builder) value { // a depthwise convolution that counts no multiply-adds
			return b.pointwise(b.norm(b.relu(b.in(1, 6, 7, 9))), 8, 2)
		}),
		net("fused/unit_wide", func(b *builder) value { // in several columns of tiles
			x := b.in(1, 5, 7, 211)
			return b.plus(x, b.pointwise(b.depthwise(b.pointwise(x, 11, 1), 3, 1), 5, 1))
		}),
		net("fused/unit_wide_s2", func(b *builder) value {
			x := b.relu(b.pointwise(b.in(2, 4, 9, 230), 12, 2))
			return b.pointwise(b.depthwise(b.shuffle(x, 2), 5, 2), 6, 3)
		}),
		net("fused/unit_of_columns_and_shuffled", func(b *builder) value {
			x := b.shuffle(b.do(network.Slice{Axis: 3, Start: 2, End: 15, Step: 1}, b.in(1, 6, 9, 19)), 2)
			return b.plus(b.pointwise(b.depthwise(b.pointwise(x, 9, 3), 3, 1), 6, 3), x)
		}),
		net("fused/unit_uneven_pads", func(b *builder) value {
			win := network.Window{Kernel: [2]int{3, 5}, Stride: [2]int{2, 1}, Pads: network.Pads{Top: 2, Left: 3, Bottom: 0, Right: 4}}
			x := b.conv(b.relu(b.pointwise(b.in(1, 4, 11, 13), 8, 4)), 8, network.Conv{Window: win, Groups: 8})
			return b.pointwise(x, 6, 2)
		}),
		nets("fused/unit_whose_middle_is_output", func(b *builder) []value {
			x := b.relu(b.pointwise(b.in(1, 4, 9, 9), 8, 2))
			return []value{b.pointwise(b.depthwise(b.shuffle(x, 2), 3, 1), 6, 2), x}
		}),
		nets("fused/beside_of_another_input", func(b *builder) []value { // of another batch
			x, y := b.in(2, 6, 9, 13), b.in(3, 5, 9, 13)
			return []value{b.pointwise(b.depthwise(x, 3, 2), 7, 1), b.relu(b.pool(y, network.Average, 3, 2, 1))}
		}),
		nets("fused/beside_of_shuffled", func(b *builder) []value {
			x := b.relu(b.pointwise(b.in(1, 6, 10, 11), 6, 2))
			return []value{b.pointwise(b.depthwise(x, 3, 2), 7, 1), b.pool(b.shuffle(x, 3), network.Max, 3, 2, 1)}
		}),
		nets("fused/beside_of_columns", func(b *builder) []value {
			x := b.in(1, 6, 10, 15)
			y := b.do(network.Slice{Axis: 3, Start: 3, End: 14, Step: 1}, x)
			return []value{b.pointwise(b.conv(x, 6, network.Conv{Window: network.Window{Kernel: [2]int{3, 5}, Stride: [2]int{1, 1}}, Groups: 6}), 7, 1),
				b.do(network.Pool{Window: network.Window{Kernel: [2]int{3, 1}, Stride: [2]int{1, 1}}}, y)}
		}),
		nets("fused/beside_many_planes", func(b *builder) []value {
			x := b.in(2, 70, 4, 3)
			return []value{b.pointwise(b.depthwise(b.slice(x, 0, 4, 1), 3, 1), 3, 1), b.pool(x, network.Average, 3, 1, 1)}
		}))
}
