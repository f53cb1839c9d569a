package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

type size struct{ h, w int }

var sizes = [...]size{{1, 1}, {1, 7}, {7, 1}, {7, 7}, {13, 5}, {14, 14}, {28, 28}}

// pointwiseCases pair all group counts with all group sizes, on maps of every
// size in turn: groups of a number of channels that no vector width divides are
// what ShuffleNet is made of.
func pointwiseCases() []Case {
	var cases []Case
	add := func(g, c, m, batch int, s size) {
		cases = append(cases, net(fmt.Sprintf("pointwise/g%d_%dto%d_n%d_%dx%d", g, c, m, batch, s.h, s.w), func(b *builder) value {
			return b.relu(b.pointwise(b.in(batch, g*c, s.h, s.w), g*m, g))
		}))
	}
	perGroup := []int{1, 3, 5, 12, 17, 20}
	turn := 0
	for _, g := range []int{1, 2, 3, 4, 5, 7, 8, 25} {
		for i, c := range perGroup {
			s := sizes[turn%len(sizes)]
			turn++
			if g*c > 100 && s.h == 28 {
				s = sizes[turn%len(sizes)]
			}
			add(g, c, perGroup[(i+2)%len(perGroup)], 1, s)
		}
	}
	for _, s := range sizes {
		add(3, 5, 7, 1, s)
		add(1, 9, 33, 3, s)
	}
	add(1, 300, 70, 1, size{7, 7})
	add(1, 130, 8, 1, size{1, 3})
	add(1, 75, 150, 2, size{1, 1})
	add(2, 4, 3, 1, size{40, 33})
	return cases
}

// deepCases are products of so many rows, so long sums and so many pixels that some backends compute
// them with fewer multiply-adds, or in parts.
func deepCases() []Case {
	hard := network.Activate{Fn: network.Activation{Fn: network.FnHardSwish}}
	return []Case{
		net("deep/128to128_18x18", func(b *builder) value { return b.relu(b.pointwise(b.in(1, 128, 18, 18), 128, 1)) }),
		net("deep/150to140_17x16_n2", func(b *builder) value { return b.pointwise(b.in(2, 150, 17, 16), 140, 1) }),
		net("deep/residual", func(b *builder) value {
			x := b.in(1, 256, 12, 16)
			return b.relu(b.plus(x, b.pointwise(x, 256, 1)))
		}),
		net("deep/other_activation", func(b *builder) value { return b.do(hard, b.pointwise(b.in(1, 132, 13, 21), 110, 1)) }),
		net("deep/shuffled_groups", func(b *builder) value {
			return b.pointwise(b.shuffle(b.pointwise(b.in(1, 200, 16, 18), 256, 2), 2), 200, 2)
		}),
		net("deep/behind_depthwise", func(b *builder) value {
			return b.relu(b.pointwise(b.relu(b.depthwise(b.in(1, 128, 32, 20), 3, 1)), 128, 1))
		}),
		net("deep/squeeze", func(b *builder) value { // pooled, and two convolutions of one pixel
			x := b.do(network.GlobalPool{Reduce: network.Average}, b.in(2, 70, 5, 6))
			return b.do(hard, b.pointwise(b.relu(b.pointwise(x, 65, 1)), 70, 1))
		}),
		net("deep/520to257_7x7", func(b *builder) value { return b.relu(b.pointwise(b.in(1, 520, 7, 7), 257, 1)) }),
		net("deep/512to512_5x5_residual", func(b *builder) value {
			x := b.in(1, 512, 5, 5)
			return b.relu(b.plus(b.pointwise(x, 512, 1), x))
		}),
		net("deep/3x3_s2_of_70", func(b *builder) value {
			return b.do(hard, b.conv(b.in(1, 70, 11, 9), 260, network.Conv{Window: network.Square(3, 2, 1), Groups: 1}))
		}),
		net("deep/3x3_s2", func(b *builder) value {
			return b.relu(b.conv(b.in(1, 20, 33, 37), 64, network.Conv{Window: network.Square(3, 2, 1), Groups: 1}))
		}),
	}
}

// convCases are the convolutions that are neither 1×1 nor depthwise.
func convCases() []Case {
	var cases []Case
	add := func(name string, c, m, h, w int, op network.Conv) {
		cases = append(cases, net("conv/"+name, func(b *builder) value { return b.conv(b.in(1, c, h, w), m, op) }))
	}
	square := func(k, stride, pad, groups int) network.Conv {
		return network.Conv{Window: network.Square(k, stride, pad), Groups: groups}
	}
	for i, k := range []int{3, 5, 7} {
		for stride := 1; stride <= 4; stride++ {
			add(fmt.Sprintf("%dx%d_s%d", k, k, stride), 3, 5, 13+i, 11+stride, square(k, stride, k/2, 1))
		}
	}
	add("11x11_s4", 3, 4, 31, 31, square(11, 4, 2, 1))
	add("stem_3x3_s2", 3, 24, 32, 32, square(3, 2, 1, 1))
	add("nopad_3x3", 2, 3, 5, 4, square(3, 1, 0, 1))
	add("kernel_as_large_as_map", 4, 6, 5, 5, square(5, 1, 0, 1))
	add("1x1_s2", 6, 5, 7, 8, square(1, 2, 0, 1))
	add("1x1_s3_g3", 9, 6, 7, 7, square(1, 3, 0, 3))
	add("1x1_padded", 5, 4, 6, 3, square(1, 1, 1, 1))
	add("3x3_on_1x1_map", 5, 4, 1, 1, square(3, 1, 1, 1))
	add("wide_output", 3, 2, 3, 700, square(3, 1, 1, 1))
	for _, g := range []int{2, 3, 5} {
		add(fmt.Sprintf("3x3_g%d", g), 3*g, 5*g, 9, 7, square(3, 1, 1, g))
	}
	add("3x3_multiplier_2", 6, 12, 9, 7, square(3, 2, 1, 6))
	add("5x5_multiplier_3_s3", 4, 12, 11, 9, square(5, 3, 2, 4))
	add("one_channel_one_group", 1, 1, 9, 9, square(3, 1, 1, 1))
	for _, v := range windowVariants() {
		add(v.name, 4, 6, 12, 10, network.Conv{Window: v.w, Groups: 2})
	}
	cases = append(cases,
		net("conv/batch_3", func(b *builder) value { return b.conv(b.in(3, 4, 7, 6), 6, square(3, 2, 1, 2)) }),
		net("conv/relu_then_clip", func(b *builder) value {
			x := b.relu(b.conv(b.in(1, 3, 8, 8), 5, square(3, 1, 1, 1)))
			return b.do(network.Activate{Fn: network.Clip(0.1, 0.7)}, x)
		}),
		net("conv/of_conv", func(b *builder) value {
			x := b.relu(b.conv(b.in(1, 3, 15, 13), 8, square(3, 2, 1, 1)))
			return b.conv(x, 6, square(3, 2, 0, 2))
		}))
	return cases
}

type windowVariant struct {
	name string
	w    network.Window
}

// windowVariants are windows that are not square and symmetric.
func windowVariants() []windowVariant {
	w := func(kh, kw, sh, sw, dh, dw, top, left, bottom, right int) network.Window {
		return network.Window{Kernel: [2]int{kh, kw}, Stride: [2]int{sh, sw}, Dilation: [2]int{dh, dw},
			Pads: network.Pads{Top: top, Left: left, Bottom: bottom, Right: right}}
	}
	return []windowVariant{
		{"1x3", w(1, 3, 1, 1, 1, 1, 0, 1, 0, 1)},
		{"3x1_s1x2", w(3, 1, 1, 2, 1, 1, 1, 0, 1, 0)},
		{"2x4", w(2, 4, 2, 3, 1, 1, 0, 1, 1, 2)},
		{"3x3_pads_below", w(3, 3, 2, 2, 1, 1, 0, 0, 1, 1)},
		{"3x3_pads_above", w(3, 3, 2, 2, 1, 1, 1, 2, 0, 0)},
		{"3x3_far_pads", w(3, 3, 2, 2, 1, 1, 2, 2, 2, 1)},
		{"3x3_dilated_2", w(3, 3, 1, 1, 2, 2, 2, 2, 2, 2)},
		{"3x2_dilated_3x2_s2", w(3, 2, 2, 1, 3, 2, 3, 1, 2, 2)},
		{"3x3_zero_stride_means_1", w(3, 3, 0, 0, 0, 0, 1, 1, 1, 1)},
	}
}

// depthwiseCases have one input channel for each output channel.
func depthwiseCases() []Case {
	var cases []Case
	add := func(name string, n, c, h, w int, win network.Window) {
		cases = append(cases, net("depthwise/"+name, func(b *builder) value {
			return b.conv(b.in(n, c, h, w), c, network.Conv{Window: win, Groups: c})
		}))
	}
	for _, k := range []int{3, 5} {
		for stride := 1; stride <= 3; stride++ {
			for _, s := range []size{{7, 7}, {13, 5}, {1, 7}, {7, 1}, {2, 2}} {
				add(fmt.Sprintf("%dx%d_s%d_%dx%d", k, k, stride, s.h, s.w), 1, 6, s.h, s.w, network.Square(k, stride, k/2))
			}
		}
	}
	add("3x3_28x28", 1, 20, 28, 28, network.Square(3, 1, 1))
	add("3x3_many_rows", 1, 2, 90, 70, network.Square(3, 1, 1))
	add("batch_3", 3, 5, 9, 8, network.Square(3, 2, 1))
	add("no_pad", 1, 4, 6, 6, network.Square(3, 1, 0))
	add("1x1", 1, 4, 6, 6, network.Square(1, 1, 0))
	for _, v := range windowVariants() {
		add(v.name, 1, 5, 12, 10, v.w)
	}
	return cases
}
