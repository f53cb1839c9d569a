package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// unitCases are the building blocks of the networks this library is for, with
// their batch normalisation as it is trained.
func unitCases() []Case {
	var cases []Case
	for _, u := range []struct{ n, c, m, g, h, w int }{
		{1, 24, 24, 2, 7, 7}, {1, 30, 30, 3, 14, 14}, {3, 40, 40, 4, 5, 6}, {1, 48, 48, 8, 7, 7},
	} {
		cases = append(cases, net(fmt.Sprintf("unit/v1_s1_g%d_n%d", u.g, u.n), func(b *builder) value {
			return shuffleUnit(b, b.relu(b.in(u.n, u.c, u.h, u.w)), u.m, u.g, 1)
		}))
	}
	cases = append(cases,
		net("unit/v1_s2", func(b *builder) value { return shuffleUnit(b, b.in(1, 24, 14, 14), 48, 3, 2) }),
		net("unit/v1_s2_batch_3", func(b *builder) value { return shuffleUnit(b, b.in(3, 12, 9, 7), 36, 3, 2) }),
		net("unit/v1_s2_s1_s1", func(b *builder) value {
			x := shuffleUnit(b, b.in(1, 24, 14, 14), 48, 3, 2)
			return shuffleUnit(b, shuffleUnit(b, x, 48, 3, 1), 48, 3, 1)
		}),
		net("unit/v2_s1", func(b *builder) value { return basicUnit(b, b.in(1, 20, 9, 8)) }),
		net("unit/v2_s1_thrice", func(b *builder) value {
			return basicUnit(b, basicUnit(b, basicUnit(b, b.in(2, 12, 7, 7))))
		}),
		net("unit/v2_s2_s1", func(b *builder) value {
			x := b.in(1, 12, 11, 10)
			half := func(x value) value { return b.relu(b.norm(b.pointwise(x, 9, 1))) }
			left := half(b.norm(b.depthwise(x, 3, 2)))
			right := half(b.norm(b.depthwise(half(x), 3, 2)))
			return b.slice(basicUnit(b, b.shuffle(b.concat(left, right), 2)), 0, 18, 1)
		}),
		net("unit/mobilenet_v1", func(b *builder) value {
			x := b.relu(b.norm(b.depthwise(b.in(1, 12, 9, 9), 3, 2)))
			return b.relu(b.norm(b.pointwise(x, 20, 1)))
		}),
		net("unit/mobilenet_v2", func(b *builder) value {
			x := b.in(1, 8, 9, 9)
			six := network.Activate{Fn: network.ReLU6()}
			y := b.do(six, b.norm(b.pointwise(x, 24, 1)))
			y = b.do(six, b.norm(b.depthwise(y, 3, 1)))
			return b.plus(x, b.norm(b.pointwise(y, 8, 1)))
		}),
		net("unit/fire", func(b *builder) value {
			s := b.relu(b.pointwise(b.in(1, 10, 9, 9), 4, 1))
			e1 := b.relu(b.pointwise(s, 6, 1))
			e3 := b.relu(b.conv(s, 6, network.Conv{Window: network.Square(3, 1, 1)}))
			return b.do(network.Pool{Window: network.Square(3, 2, 0), Reduce: network.Max, Ceil: true}, b.concat(e1, e3))
		}),
		net("unit/classifier", func(b *builder) value {
			x := b.relu(b.norm(b.conv(b.in(2, 3, 33, 31), 12, network.Conv{Window: network.Square(3, 2, 1)})))
			x = b.pool(x, network.Max, 3, 2, 1)
			x = shuffleUnit(b, shuffleUnit(b, x, 36, 3, 2), 36, 3, 1)
			x = b.do(network.GlobalPool{Reduce: network.Average}, x)
			return b.do(network.Softmax{Axis: -1}, b.fc(b.reshape(x, 2, 36), 10))
		}))
	return cases
}

// shuffleUnit is the ShuffleNet unit (arXiv 1707.01083, figure 2): (b) with
// stride 1, (c) with stride 2, to m channels.
func shuffleUnit(b *builder, x value, m, g, stride int) value {
	branch := m
	if stride == 2 {
		branch -= channels(x)
	}
	y := b.relu(b.norm(b.pointwise(x, g*(m/4/g), g)))
	y = b.norm(b.depthwise(b.shuffle(y, g), 3, stride))
	y = b.norm(b.pointwise(y, branch, g))
	if stride == 2 {
		return b.relu(b.concat(b.pool(x, network.Average, 3, 2, 1), y))
	}
	return b.relu(b.plus(x, y))
}

// basicUnit is the ShuffleNet v2 unit of stride 1 (arXiv 1807.11164, figure 3c).
func basicUnit(b *builder, x value) value {
	half := channels(x) / 2
	parts := b.split(x, half, half)
	y := b.relu(b.norm(b.pointwise(parts[1], half, 1)))
	y = b.norm(b.depthwise(y, 3, 1))
	y = b.relu(b.norm(b.pointwise(y, half, 1)))
	return b.shuffle(b.concat(parts[0], y), 2)
}
