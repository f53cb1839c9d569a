package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// looseCases read rows that begin in the middle of a vector, as a slice along the
// width leaves them, by every kind of operator.
func looseCases() []Case {
	var cases []Case
	add := func(name string, shape tensor.Shape, f func(b *builder, x value) value) {
		for _, start := range []int{1, 2} {
			cases = append(cases, net(fmt.Sprintf("loose/%s_%d", name, start), func(b *builder) value {
				wide := shape.Clone()
				axis := len(wide) - 1
				wide[axis] += start
				return f(b, b.do(network.Slice{Axis: axis, Start: start, End: wide[axis], Step: 1}, b.in(wide...)))
			}))
		}
	}
	square := tensor.Shape{1, 6, 5, 9}
	do := func(op network.Op) func(*builder, value) value {
		return func(b *builder, x value) value { return b.do(op, x) }
	}
	add("relu", square, func(b *builder, x value) value { return b.relu(x) })
	add("plus", square, func(b *builder, x value) value { return b.plus(b.in(square...), x) })
	add("plus_row", tensor.Shape{1, 6, 1, 9}, func(b *builder, x value) value { return b.plus(x, b.in(square...)) })
	add("plus_pixel", tensor.Shape{1, 6, 1, 1}, func(b *builder, x value) value { return b.plus(b.in(square...), x) })
	add("residual", square, func(b *builder, x value) value { return b.plus(b.depthwise(b.in(square...), 3, 1), x) })
	add("residual_pointwise", square, func(b *builder, x value) value { return b.plus(b.pointwise(b.in(square...), 6, 2), x) })
	add("conv", square, func(b *builder, x value) value { return b.conv(x, 5, network.Conv{Window: network.Square(3, 1, 1)}) })
	add("conv_stride", square, func(b *builder, x value) value { return b.conv(x, 5, network.Conv{Window: network.Square(3, 2, 0)}) })
	add("pointwise", square, func(b *builder, x value) value { return b.pointwise(x, 4, 2) })
	add("depthwise", square, func(b *builder, x value) value { return b.depthwise(x, 3, 2) })
	add("depthwise_pointwise", square, func(b *builder, x value) value { return b.pointwise(b.depthwise(x, 3, 1), 6, 2) })
	add("transposed", square, func(b *builder, x value) value {
		return b.do(network.ConvTranspose{Window: network.Square(3, 2, 1)}, x, b.Const("w", noise(b.r, 0.2, 6, 3, 3, 3)))
	})
	add("max", square, func(b *builder, x value) value { return b.pool(x, network.Max, 3, 2, 1) })
	add("average", square, func(b *builder, x value) value { return b.pool(x, network.Average, 2, 1, 0) })
	add("global", square, do(network.GlobalPool{Reduce: network.Average}))
	add("softmax_rows", square, do(network.Softmax{Axis: 3}))
	add("softmax_channels", square, do(network.Softmax{Axis: 1}))
	add("instance_norm", square, func(b *builder, x value) value {
		return b.do(network.InstanceNorm{Epsilon: 1e-3}, x, b.Const("s", noise(b.r, 1, 6)), b.Const("t", noise(b.r, 1, 6)))
	})
	add("lrn", square, do(network.LRN{Size: 3, Alpha: 0.3, Beta: 0.75, Bias: 1.5}))
	add("mean", square, do(network.Mean{Axes: []int{1}}))
	add("matmul_left", square, func(b *builder, x value) value { return b.do(network.MatMul{}, x, b.in(1, 6, 9, 7)) })
	add("matmul_right", square, func(b *builder, x value) value { return b.do(network.MatMul{}, b.in(1, 6, 7, 5), x) })
	add("matmul_rank_3", tensor.Shape{2, 4, 7}, func(b *builder, x value) value { return b.do(network.MatMul{}, b.in(2, 3, 4), x) })
	add("pad", square, do(network.Resample{What: "Pad", Rows: network.PadTaps(0, 5, 1, 1), Columns: network.PadTaps(0, 9, 2, 1), Fill: 2}))
	add("connected", square, func(b *builder, x value) value { return b.fc(b.reshape(x, 1, 270), 7) })
	return cases
}

// wideCases have windows that are too wide for an invocation to keep a row of.
func wideCases() []Case {
	var cases []Case
	for _, c := range []struct {
		name                     string
		kernel, stride, dilation int
		width, left              int
	}{
		{"kernel", 21, 1, 1, 30, 3},
		{"stride", 2, 27, 1, 90, 0},
		{"dilation", 3, 1, 33, 70, 5},
	} {
		w := network.Window{Kernel: [2]int{1, c.kernel}, Stride: [2]int{1, c.stride}, Dilation: [2]int{1, c.dilation}, Pads: network.Pads{Left: c.left, Right: 1}}
		add := func(name string, f func(b *builder, x value) value) {
			cases = append(cases, net("wide/"+c.name+"_"+name, func(b *builder) value { return f(b, b.in(1, 4, 3, c.width)) }))
		}
		add("conv", func(b *builder, x value) value { return b.conv(x, 3, network.Conv{Window: w}) })
		add("depthwise", func(b *builder, x value) value { return b.conv(x, 4, network.Conv{Window: w, Groups: 4}) })
		add("depthwise_pointwise", func(b *builder, x value) value {
			return b.pointwise(b.conv(x, 4, network.Conv{Window: w, Groups: 4}), 6, 2)
		})
		add("max", func(b *builder, x value) value { return b.do(network.Pool{Window: w}, x) })
		add("average", func(b *builder, x value) value {
			return b.do(network.Pool{Window: w, Reduce: network.Average, CountIncludePad: true}, x)
		})
	}
	return cases
}

// softmaxCases normalise along every axis of tensors of every rank.
func softmaxCases() []Case {
	var cases []Case
	for _, s := range []tensor.Shape{{7}, {3, 70}, {3, 4, 7}, {2, 3, 5, 6}, {2, 3, 5, 1}, {2, 2, 3, 5, 7}} {
		for axis := range s {
			cases = append(cases, net(fmt.Sprintf("softmax/%v_%d", s, axis), func(b *builder) value {
				return b.do(network.Softmax{Axis: axis}, b.in(s...))
			}))
		}
	}
	return append(cases, net("softmax/long_rows", func(b *builder) value { return b.do(network.Softmax{Axis: -1}, b.in(1, 2, 3, 523)) }))
}
