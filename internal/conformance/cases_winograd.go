package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// winogradCases are convolutions of stride 1 that Winograd's algorithms can do, on maps
// that no tile divides: all ways of padding, groups, batches, what can be added and
// applied in the store, inputs that lie anywhere, and enough channels for rounding
// errors to show.
func winogradCases() []Case {
	var cases []Case
	add := func(name string, f func(b *builder) value) { cases = append(cases, net("winograd/"+name, f)) }
	conv := func(k int, p network.Pads, groups int) network.Conv {
		w := network.Square(k, 1, 0)
		w.Pads = p
		return network.Conv{Window: w, Groups: groups}
	}
	same := func(k int) network.Pads { return network.Pads{Top: k / 2, Left: k / 2, Bottom: k / 2, Right: k / 2} }
	for i, s := range []size{{1, 1}, {1, 30}, {7, 7}, {13, 5}, {17, 61}, {5, 130}} {
		k, g := 3+i%2*2, 1+i%3
		add(fmt.Sprintf("%dx%d_g%d_%dx%d", k, k, g, s.h, s.w), func(b *builder) value {
			return b.relu(b.conv(b.in(1+i%2, 5*g, s.h, s.w), (9-i%4)*g, conv(k, same(k), g)))
		})
	}
	for i, p := range []network.Pads{{}, {Top: 2, Right: 1}, {Left: 2}, {Bottom: 2}} {
		k := 3 + i%2*2
		add(fmt.Sprintf("%dx%d_pads_%d%d%d%d", k, k, p.Top, p.Left, p.Bottom, p.Right), func(b *builder) value {
			return b.conv(b.in(1, 3, 11, 18), 10, conv(k, p, 1))
		})
	}
	for i, f := range []network.Activation{network.ReLU6(), network.Clip(-0.5, 0.25), {Fn: network.FnSigmoid}, {Fn: network.FnLeakyReLU, A: 0.1}} {
		add(fmt.Sprintf("added_then_%v", f), func(b *builder) value {
			x := b.in(1+i%2, 6, 15, 22)
			return b.do(network.Activate{Fn: f}, b.plus(b.conv(x, 6, conv(3+i%2*2, same(3+i%2*2), 1+i%2)), x))
		})
	}
	add("of_shuffled", func(b *builder) value { return b.conv(b.shuffle(b.in(2, 12, 9, 9), 3), 10, conv(5, same(5), 2)) })
	add("into_joined", func(b *builder) value {
		x := b.relu(b.pointwise(b.in(1, 9, 13, 13), 7, 1))
		return b.concat(b.relu(b.pointwise(x, 5, 1)), b.relu(b.conv(x, 6, conv(3, same(3), 1))))
	})
	add("deep", func(b *builder) value {
		return b.conv(b.relu(b.conv(b.in(1, 100, 6, 5), 100, conv(3, same(3), 1))), 10, conv(5, same(5), 1))
	})
	return cases
}
