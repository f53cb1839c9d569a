package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

func poolCases() []Case {
	var cases []Case
	reductions := []network.Reduction{network.Max, network.Average}
	add := func(name string, n, c, h, w int, op network.Pool) {
		name = fmt.Sprintf("pool/%v_%s", op.Reduce, name)
		cases = append(cases, net(name, func(b *builder) value { return b.do(op, b.in(n, c, h, w)) }))
	}
	for _, r := range reductions {
		square := func(k, stride, pad int) network.Pool {
			return network.Pool{Window: network.Square(k, stride, pad), Reduce: r}
		}
		ceil := func(p network.Pool) network.Pool { p.Ceil = true; return p }
		include := func(p network.Pool) network.Pool { p.CountIncludePad = true; return p }
		add("3x3_s2_p1", 1, 5, 14, 14, square(3, 2, 1))
		add("3x3_s1_p1", 1, 3, 7, 5, square(3, 1, 1))
		add("2x2_s2", 1, 4, 7, 7, square(2, 2, 0))
		add("5x5_s3_p2", 2, 3, 13, 5, square(5, 3, 2))
		add("whole_map", 1, 4, 6, 7, network.Pool{Window: network.Window{Kernel: [2]int{6, 7}}, Reduce: r})
		add("ceil_3x3_s2", 1, 3, 8, 6, ceil(square(3, 2, 0)))
		add("ceil_3x3_s2_p1", 1, 3, 8, 6, ceil(square(3, 2, 1)))
		add("ceil_2x2_s3_p1", 1, 3, 6, 7, ceil(square(2, 3, 1)))
		add("include_pad", 1, 3, 7, 6, include(square(3, 2, 1)))
		add("ceil_include_pad", 1, 3, 8, 6, include(ceil(square(3, 2, 1))))
		add("ceil_include_pad_s3", 1, 2, 3, 3, include(ceil(square(3, 3, 1))))
		add("1x1_s2", 1, 3, 5, 6, square(1, 2, 0))
		// The last windows reach past the padding of a map that they overlap by one pixel.
		add("padding_beyond_the_rest", 1, 2, 4, 4, ceil(square(4, 3, 2)))
		add("many_rows", 1, 1, 100, 90, square(3, 1, 1))
		for _, v := range windowVariants() {
			add(v.name, 1, 4, 12, 10, network.Pool{Window: v.w, Reduce: r})
			add(v.name+"_ceil_include", 1, 4, 11, 13, include(ceil(network.Pool{Window: v.w, Reduce: r})))
		}
		for _, s := range sizes {
			name := fmt.Sprintf("global_pool/%v_%dx%d", r, s.h, s.w)
			cases = append(cases, net(name, func(b *builder) value { return b.do(network.GlobalPool{Reduce: r}, b.in(2, 5, s.h, s.w)) }))
		}
		cases = append(cases,
			net(fmt.Sprintf("pool/%v_relu", r), func(b *builder) value { return b.relu(b.do(square(3, 2, 1), b.in(1, 4, 9, 9))) }),
			net(fmt.Sprintf("global_pool/%v_relu6", r), func(b *builder) value {
				return b.do(network.Activate{Fn: network.ReLU6()}, b.do(network.GlobalPool{Reduce: r}, b.in(1, 9, 5, 5)))
			}))
	}
	return cases
}
