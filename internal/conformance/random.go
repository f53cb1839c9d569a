package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// randomCases are networks put together at random, but always the same ones.
func randomCases(n int) []Case {
	var cases []Case
	for i := range n {
		cases = append(cases, nets(fmt.Sprintf("random/%03d", i), randomNetwork))
	}
	return cases
}

// randomNetwork applies random operators to random earlier values, and returns
// all values that nothing has used and a few that something has.
func randomNetwork(b *builder) []value {
	batch := 1 + b.r.IntN(2)
	pool := []value{b.in(batch, 2+b.r.IntN(9), 1+b.r.IntN(10), 1+b.r.IntN(10))}
	if b.r.IntN(3) == 0 {
		pool = append(pool, b.in(batch, 1+b.r.IntN(6), pool[0].Shape[2], pool[0].Shape[3]))
	}
	used := map[value]bool{pool[0]: true}
	for range 4 + b.r.IntN(12) {
		x := pool[max(0, len(pool)-1-b.r.IntN(4))]
		ys := randomNode(b, x, pool, used)
		used[x] = true
		pool = append(pool, ys...)
	}
	var outs []value
	for _, v := range pool {
		if !used[v] || b.r.IntN(8) == 0 {
			outs = append(outs, v)
		}
	}
	return outs
}

func randomNode(b *builder, x value, pool []value, used map[value]bool) []value {
	c := channels(x)
	one := func(v value) []value { return []value{v} }
	window := func() network.Window {
		k, d := [2]int{1 + b.r.IntN(3), 1 + b.r.IntN(3)}, [2]int{1 + b.r.IntN(2), 1 + b.r.IntN(2)}
		pad := func(axis int) int { return b.r.IntN((k[axis]-1)*d[axis]/2 + 1) }
		for axis := range 2 { // it must fit
			if x.Shape[2+axis] < (k[axis]-1)*d[axis]+1 {
				k[axis] = 1
			}
		}
		return network.Window{Kernel: k, Stride: [2]int{1 + b.r.IntN(2), 1 + b.r.IntN(2)}, Dilation: d,
			Pads: network.Pads{Top: pad(0), Left: pad(1), Bottom: pad(0), Right: pad(1)}}
	}
	switch b.r.IntN(15) {
	case 0, 1:
		g := divisor(b, c)
		return one(b.pointwise(x, g*(1+b.r.IntN(max(1, 12/g))), g))
	case 2:
		g := divisor(b, c)
		return one(b.conv(x, g*(1+b.r.IntN(max(1, 12/g))), network.Conv{Window: window(), Groups: g}))
	case 3:
		return one(b.conv(x, c, network.Conv{Window: window(), Groups: c}))
	case 4:
		p := network.Pool{Window: window(), Reduce: network.Reduction(b.r.IntN(2)), CountIncludePad: b.r.IntN(2) == 0}
		return one(b.do(p, x))
	case 5:
		return one(b.norm(x))
	case 6, 7:
		return one(b.do(network.Activate{Fn: network.Clip(-0.5*b.r.Float32(), 1+b.r.Float32())}, x))
	case 8, 9:
		return one(b.shuffle(x, divisor(b, c)))
	case 10: // add the youngest value that fits, at worst itself
		for i := len(pool) - 1; i >= 0; i-- {
			if y := pool[i]; y.Shape.Equal(x.Shape) && (y != x || i == 0 || b.r.IntN(3) == 0) {
				used[y] = true
				return one(b.plus(x, y))
			}
		}
		return one(b.plus(x, b.constant(x.Shape...)))
	case 11:
		xs := []value{x}
		for _, y := range pool {
			if s := y.Shape; s[0] == x.Shape[0] && s[2] == x.Shape[2] && s[3] == x.Shape[3] && c+s[1] <= 24 && b.r.IntN(2) == 0 {
				xs, c = append(xs, y), c+s[1]
				used[y] = true
			}
		}
		b.r.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
		return one(b.concat(xs...))
	case 12: // samples become channels, or channels samples
		planes := x.Shape[0] * c
		samples := divisor(b, planes)
		return one(b.do(network.Reshape{Shape: tensor.Shape{samples, planes / samples, x.Shape[2], x.Shape[3]}}, x))
	case 13:
		if c < 2 {
			return one(b.do(network.Identity{}, x))
		}
		cut := 1 + b.r.IntN(c-1)
		return b.split(x, cut, c-cut)[:2]
	default:
		start := b.r.IntN(c)
		return one(b.slice(x, start, c, 1+b.r.IntN(3)))
	}
}

// divisor is a random divisor of n.
func divisor(b *builder, n int) int {
	for {
		if d := 1 + b.r.IntN(n); n%d == 0 {
			return d
		}
	}
}
