package conformance

import "github.com/shufflegl/shufflegl/network"

// joinCases are concat, split and slice: alone, of each other, and of values that
// are wanted elsewhere too.
func joinCases() []Case {
	concatAlong := func(axis int, shapes ...[]int) func(b *builder) value {
		return func(b *builder) value {
			var xs []value
			for _, s := range shapes {
				xs = append(xs, b.in(s...))
			}
			return b.relu(b.do(network.Concat{Axis: axis}, xs...))
		}
	}
	pw := func(b *builder, x value, m int) value { return b.pointwise(x, m, 1) }
	dense := network.Conv{Window: network.Square(3, 1, 1), Groups: 2}
	return []Case{
		net("concat/inputs", func(b *builder) value { return b.concat(b.in(1, 2, 4, 3), b.in(1, 5, 4, 3)) }),
		net("concat/batch_3", func(b *builder) value {
			return pw(b, b.concat(pw(b, b.in(3, 2, 4, 3), 5), b.in(3, 5, 4, 3)), 4)
		}),
		net("concat/two_convs", func(b *builder) value {
			x := b.in(2, 4, 5, 5)
			return b.concat(pw(b, x, 3), b.conv(x, 6, dense))
		}),
		net("concat/two_convs_batch_2_then_conv", func(b *builder) value {
			x := b.in(2, 4, 5, 5)
			return b.conv(b.relu(b.concat(pw(b, x, 3), b.conv(x, 5, network.Conv{Window: network.Square(3, 1, 1)}))), 6, dense)
		}),
		net("concat/four", func(b *builder) value {
			x := b.in(1, 4, 7, 7)
			return pw(b, b.concat(pw(b, x, 3), b.relu(pw(b, x, 2)), b.pool(x, network.Max, 3, 1, 1), b.depthwise(x, 3, 1)), 5)
		}),
		net("concat/same_value_twice", func(b *builder) value {
			x := pw(b, b.in(1, 4, 5, 5), 3)
			return b.relu(b.concat(x, x))
		}),
		net("concat/same_value_twice_then_conv", func(b *builder) value {
			x := pw(b, b.in(1, 4, 5, 5), 3)
			return b.pointwise(b.concat(x, x), 4, 2)
		}),
		net("concat/with_input", func(b *builder) value {
			x := b.in(1, 4, 5, 5)
			return b.depthwise(b.concat(x, pw(b, x, 3)), 3, 2)
		}),
		net("concat/with_constant", func(b *builder) value {
			x := b.in(1, 4, 5, 5)
			return b.depthwise(b.concat(pw(b, x, 3), b.constant(1, 2, 5, 5)), 3, 2)
		}),
		nets("concat/of_output", func(b *builder) []value {
			x := pw(b, b.in(1, 4, 5, 5), 3)
			return []value{x, b.concat(x, b.relu(x))}
		}),
		nets("concat/used_in_two", func(b *builder) []value {
			in := b.in(1, 4, 5, 5)
			x, y, z := pw(b, in, 3), pw(b, in, 2), pw(b, in, 1)
			return []value{b.depthwise(b.concat(x, y), 3, 1), b.depthwise(b.concat(z, x), 3, 1)}
		}),
		nets("concat/used_in_two_as_outputs", func(b *builder) []value {
			in := b.in(2, 4, 5, 5)
			x, y, z := pw(b, in, 3), pw(b, in, 2), pw(b, in, 1)
			return []value{b.concat(x, y), b.concat(z, x), b.concat(x, z, y)}
		}),
		net("concat/of_concats", func(b *builder) value {
			in := b.in(2, 4, 5, 5)
			inner := b.concat(pw(b, in, 3), pw(b, in, 2))
			return pw(b, b.concat(b.concat(pw(b, in, 1), inner), pw(b, in, 4)), 3)
		}),
		nets("concat/inside_used_too", func(b *builder) []value {
			in := b.in(1, 4, 5, 5)
			x := pw(b, in, 3)
			inner := b.concat(x, pw(b, in, 2))
			return []value{b.concat(inner, x), b.relu(inner)}
		}),
		net("concat/then_relu", func(b *builder) value {
			x := b.in(1, 4, 6, 6)
			return b.relu(b.concat(pw(b, x, 3), b.pool(x, network.Average, 3, 1, 1)))
		}),
		nets("concat/then_relu_but_part_used", func(b *builder) []value {
			x := b.in(1, 4, 6, 6)
			y := pw(b, x, 3)
			return []value{b.relu(b.concat(y, b.pool(x, network.Average, 3, 1, 1))), b.norm(y)}
		}),
		net("concat/then_shuffle_then_split", func(b *builder) value {
			x := b.in(1, 4, 6, 6)
			parts := b.split(b.shuffle(b.concat(pw(b, x, 4), x), 2), 4, 4)
			return b.plus(pw(b, parts[0], 5), pw(b, parts[1], 5))
		}),
		net("concat/then_add", func(b *builder) value {
			x := b.in(1, 6, 4, 4)
			return b.relu(b.plus(b.concat(pw(b, x, 2), pw(b, x, 4)), x))
		}),
		net("concat/then_global_pool", func(b *builder) value {
			x := b.in(1, 6, 4, 4)
			return b.do(network.GlobalPool{Reduce: network.Max}, b.concat(pw(b, x, 2), x))
		}),
		net("concat/of_one", func(b *builder) value { return b.relu(b.concat(b.in(1, 3, 4, 4))) }),
		net("concat/axis_0", concatAlong(0, []int{1, 3, 4, 4}, []int{2, 3, 4, 4})),
		net("concat/axis_2", concatAlong(2, []int{2, 3, 4, 5}, []int{2, 3, 1, 5}, []int{2, 3, 2, 5})),
		net("concat/axis_3", concatAlong(-1, []int{2, 3, 4, 5}, []int{2, 3, 4, 2})),
		net("concat/rank_2", concatAlong(1, []int{2, 3}, []int{2, 4}, []int{2, 1})),
		net("concat/rank_3", concatAlong(2, []int{2, 3, 4}, []int{2, 3, 1})),
		net("concat/rank_5", concatAlong(-4, []int{2, 3, 2, 2, 3}, []int{2, 1, 2, 2, 3})),
		net("concat/fc", func(b *builder) value {
			x := b.in(2, 5)
			return b.fc(b.concat(b.fc(x, 3), x, b.fc(x, 4)), 6)
		}),

		nets("split/outputs", func(b *builder) []value { return b.split(b.in(2, 7, 3, 4), 2, 4, 1)[:3] }),
		net("split/then_convs", func(b *builder) value {
			parts := b.split(b.relu(b.in(2, 8, 6, 5)), 3, 5)
			return b.concat(b.conv(parts[0], 4, network.Conv{Window: network.Square(3, 2, 1)}), b.depthwise(parts[1], 3, 2))
		}),
		net("split/axis_2", func(b *builder) value {
			parts := b.ApplyAll("halves", network.Split{Axis: 2, Sizes: []int{3, 3}}, b.in(1, 4, 6, 5))
			return b.plus(b.pointwise(parts[0], 4, 2), parts[1])
		}),
		net("split/axis_3", func(b *builder) value {
			parts := b.ApplyAll("halves", network.Split{Axis: -1, Sizes: []int{3, 2}}, b.in(2, 4, 6, 5))
			return b.concat(b.depthwise(parts[0], 3, 1), b.relu(parts[0]))
		}),
		net("split/axis_0", func(b *builder) value {
			parts := b.ApplyAll("samples", network.Split{Axis: 0, Sizes: []int{1, 2}}, b.in(3, 4, 3, 5))
			return b.pointwise(parts[1], 6, 2)
		}),
		net("slice/then_pointwise", func(b *builder) value { return b.pointwise(b.slice(b.in(2, 9, 4, 4), 2, 8, 1), 4, 2) }),
		net("slice/every_second", func(b *builder) value { return b.conv(b.slice(b.in(2, 9, 4, 4), 1, 9, 2), 4, dense) }),
		net("slice/every_third_of_conv", func(b *builder) value {
			return b.depthwise(b.slice(b.pointwise(b.in(1, 4, 5, 5), 10, 2), 0, 10, 3), 3, 1)
		}),
		net("slice/rows", func(b *builder) value {
			return b.conv(b.do(network.Slice{Axis: 2, Start: 1, End: 6, Step: 1}, b.in(1, 4, 7, 5)), 4, dense)
		}),
		net("slice/every_second_row", func(b *builder) value {
			return b.conv(b.do(network.Slice{Axis: 2, Start: 1, End: 7, Step: 2}, b.in(1, 4, 7, 5)), 4, dense)
		}),
		net("slice/columns_then_pointwise", func(b *builder) value {
			return b.pointwise(b.do(network.Slice{Axis: 3, Start: 2, End: 5, Step: 1}, b.in(2, 4, 7, 6)), 4, 2)
		}),
		net("slice/every_second_column", func(b *builder) value {
			return b.relu(b.do(network.Slice{Axis: 3, Start: 0, End: 5, Step: 2}, b.in(1, 4, 7, 5)))
		}),
		net("slice/of_slice", func(b *builder) value { return b.relu(b.slice(b.slice(b.in(1, 12, 2, 3), 1, 12, 2), 1, 6, 2)) }),
		net("gather/channels", func(b *builder) value {
			x := pw(b, b.in(2, 4, 5, 5), 6)
			return pw(b, b.do(network.Gather{Axis: 1, Indices: []int{5, 0, 3, 3, 1}}, x), 4)
		}),
		net("gather/batch", func(b *builder) value {
			return b.depthwise(b.do(network.Gather{Axis: 0, Indices: []int{2, 0}}, b.in(3, 4, 5, 5)), 3, 1)
		}),
		net("gather/rows_backwards", func(b *builder) value {
			return b.conv(b.do(network.Gather{Axis: -2, Indices: []int{4, 3, 2, 0}}, b.in(1, 4, 5, 6)), 4, dense)
		}),
		net("gather/columns", func(b *builder) value {
			return b.relu(b.do(network.Gather{Axis: 3, Indices: []int{5, 0, 1, 2, 2}}, b.in(2, 4, 5, 6)))
		}),
		net("gather/rank_1", func(b *builder) value { return b.do(network.Gather{Indices: []int{8, 7, 0, 0}}, b.in(9)) }),
		net("expand/channels", func(b *builder) value {
			return pw(b, b.do(network.Expand{Shape: []int{2, 4, 5, 6}}, b.in(1, 1, 5, 6)), 3)
		}),
		net("expand/pixels", func(b *builder) value {
			return pw(b, b.do(network.Expand{Shape: []int{2, 4, 3, 5}}, b.in(2, 4, 1, 1)), 3)
		}),
		net("expand/columns", func(b *builder) value {
			return b.relu(b.do(network.Expand{Shape: []int{1, 3, 4, 5, 6}}, b.in(1, 3, 1, 5, 1)))
		}),
		net("rearrange/heads", func(b *builder) value {
			flat := network.Reshape{Shape: []int{2, 24, 5}}
			head := network.Rearrange{Op: flat, From: []network.Rearrange{{Op: network.Transpose{Perm: []int{0, 2, 3, 1}}, From: make([]network.Rearrange, 1)}}}
			both := network.Rearrange{Op: network.Concat{Axis: -2}, From: []network.Rearrange{head, {}, head}}
			return b.relu(b.do(both, pw(b, b.in(2, 4, 3, 4), 10), b.in(2, 7, 5), b.in(2, 10, 4, 3)))
		}),
		net("slice/rank_1", func(b *builder) value { return b.do(network.Slice{Start: 1, End: 8, Step: 3}, b.in(9)) }),
		nets("slice/interleaved_and_joined", func(b *builder) []value {
			x := b.pointwise(b.in(1, 4, 5, 5), 8, 1)
			even, odd := b.slice(x, 0, 8, 2), b.slice(x, 1, 8, 2)
			return []value{b.concat(even, odd), b.pointwise(b.concat(odd, even), 4, 4)}
		}),
	}
}
