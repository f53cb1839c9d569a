package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// stemCases are how most networks begin, and what comes near: a convolution by two pixels, a
// clamp, and a maximum of 3x3 by two pixels, which some backends do in one pass. Of all
// paddings, of rows and columns that are odd in number at each of the three, and of one window and several
// registers of them.
func stemCases() []Case {
	var cases []Case
	add := func(name string, f func(b *builder) value) { cases = append(cases, net("stem/"+name, f)) }
	conv := func(k, pad, groups int) network.Conv {
		return network.Conv{Window: network.Square(k, 2, pad), Groups: groups}
	}
	pool := func(pad int, ceil bool) network.Pool {
		return network.Pool{Window: network.Square(3, 2, pad), Ceil: ceil}
	}
	clip := func(b *builder, lo, hi float32, x value) value {
		return b.do(network.Activate{Fn: network.Clip(lo, hi)}, x)
	}
	for i := range 4 {
		k, padded, pooled := 3+4*(i/2), i%2, 1-i%2
		for j, size := range [][2]int{{9, 16}, {23, 34}, {34, 67}, {15, 130}} {
			h, w := size[0], size[1]
			name := fmt.Sprintf("%dx%d_of_%dx%d_pads_%d_%d", k, k, h, w, padded, pooled)
			add(name, func(b *builder) value {
				x := b.relu(b.conv(b.in(1, 3, h, w), 1+(i+2*j)%7, conv(k, padded*k/2, 1)))
				return b.do(pool(pooled, j%2 == 1), x)
			})
		}
	}
	for _, g := range []int{2, 3, 5} {
		add(fmt.Sprintf("g%d", g), func(b *builder) value { // of several samples
			return b.do(pool(1, false), b.relu(b.conv(b.in(3, 2*g, 21, 38), 4*g, conv(3, 1, g))))
		})
	}
	same := network.Conv{Window: network.Window{Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}, Pads: network.Pads{Bottom: 1, Right: 1}}}
	uneven := network.Pool{Window: network.Window{Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}, Pads: network.Pads{Top: 1, Right: 1}}}
	add("uneven_pads", func(b *builder) value {
		return b.do(uneven, b.relu(b.conv(b.in(1, 3, 32, 40), 5, same)))
	})
	add("clamps", func(b *builder) value { // of which the second one cuts what the first one leaves
		return clip(b, 0.5, 0.75, b.do(pool(1, false), clip(b, 0.25, 1, b.conv(b.in(1, 3, 20, 24), 8, conv(3, 1, 1)))))
	})
	add("clamp_of_nothing", func(b *builder) value {
		return clip(b, -2, -1, b.do(pool(1, false), b.relu(b.conv(b.in(1, 3, 20, 24), 4, conv(3, 1, 1)))))
	})
	add("tanh_behind", func(b *builder) value {
		x := b.do(pool(1, false), b.relu(b.conv(b.in(1, 3, 19, 26), 7, conv(3, 1, 1))))
		return b.do(network.Activate{Fn: network.Activation{Fn: network.FnTanh}}, x)
	})
	add("residual", func(b *builder) value {
		x := b.in(1, 4, 20, 24)
		return b.plus(b.do(pool(1, false), b.relu(b.conv(x, 8, conv(3, 1, 1)))), b.pool(b.conv(x, 8, conv(3, 1, 1)), network.Average, 3, 2, 1))
	})
	add("of_columns_into_columns", func(b *builder) value { // rows that begin anywhere
		x := b.do(network.Slice{Axis: 3, Start: 3, End: 44, Step: 1}, b.in(1, 3, 21, 49))
		y := b.do(pool(1, false), b.relu(b.conv(x, 5, conv(3, 1, 1))))
		return b.do(network.Concat{Axis: 3}, y, b.do(network.Slice{Axis: 3, Start: 1, End: 4, Step: 1}, y))
	})
	add("of_shuffled", func(b *builder) value {
		return b.do(pool(1, false), b.relu(b.conv(b.shuffle(b.in(2, 6, 25, 22), 3), 8, conv(3, 1, 2))))
	})
	add("into_half", func(b *builder) value {
		x := b.in(2, 3, 29, 31)
		y := b.do(pool(0, false), b.relu(b.conv(x, 5, conv(3, 0, 1))))
		return b.concat(y, b.do(pool(0, false), b.relu(b.conv(x, 4, conv(3, 0, 1)))))
	})
	add("twice", func(b *builder) value {
		x := b.do(pool(1, false), b.relu(b.conv(b.in(1, 3, 70, 61), 6, conv(7, 3, 1))))
		return b.do(pool(0, false), b.relu(b.conv(x, 9, conv(3, 1, 3))))
	})
	return cases
}
