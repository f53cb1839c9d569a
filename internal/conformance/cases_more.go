package conformance

import (
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// binaryCases combine two tensors, in every way that one can be broadcast to the
// other.
func binaryCases() []Case {
	var cases []Case
	fns := []network.BinaryFn{network.FnAdd, network.FnSub, network.FnMul, network.FnDiv, network.FnMax, network.FnMin, network.FnPReLU}
	for _, fn := range fns {
		op := network.Binary{Fn: fn}
		// Divisors are kept away from zero.
		divisor := func(b *builder, x value) value {
			if fn != network.FnDiv {
				return x
			}
			return b.do(network.Activate{Fn: network.Activation{Fn: network.FnExp}}, x)
		}
		for _, c := range []struct{ a, b tensor.Shape }{
			{tensor.Shape{2, 3, 5, 7}, tensor.Shape{2, 3, 5, 7}},
			{tensor.Shape{2, 3, 5, 7}, tensor.Shape{2, 3, 1, 1}},
			{tensor.Shape{2, 3, 5, 7}, tensor.Shape{1, 3, 1, 1}},
			{tensor.Shape{2, 3, 5, 7}, tensor.Shape{7}},
			{tensor.Shape{2, 3, 5, 7}, tensor.Shape{5, 1}},
			{tensor.Shape{2, 3, 1, 1}, tensor.Shape{2, 3, 8, 8}},
		} {
			cases = append(cases, net(fmt.Sprintf("binary/%s_%v_%v", op.Kind(), c.a, c.b), func(b *builder) value {
				x, y := b.in(c.a...), b.in(c.b...)
				return b.relu(b.do(op, x, divisor(b, y)))
			}))
		}
	}
	mul := network.Binary{Fn: network.FnMul}
	for _, c := range []struct{ a, b tensor.Shape }{
		{tensor.Shape{5}, tensor.Shape{1}},
		{tensor.Shape{4, 5}, tensor.Shape{5}},
		{tensor.Shape{4, 1}, tensor.Shape{1, 5}},
		{tensor.Shape{3, 4, 5}, tensor.Shape{4, 1}},
		{tensor.Shape{3, 1, 5}, tensor.Shape{1, 4, 1}},
		{tensor.Shape{1, 1, 1, 1}, tensor.Shape{2, 3, 4, 5}},
		{tensor.Shape{2, 3, 4, 5}, tensor.Shape{4, 5}},
		{tensor.Shape{2, 1, 4, 5}, tensor.Shape{3, 1, 1}},
		{tensor.Shape{2, 3, 2, 3, 4}, tensor.Shape{3, 1, 1, 4}},
		{tensor.Shape{1, 5, 9, 9}, tensor.Shape{1, 1, 9, 9}},
		{tensor.Shape{1, 5, 9, 9}, tensor.Shape{1, 1, 9, 1}},
		{tensor.Shape{1, 5, 9, 9}, tensor.Shape{1, 5, 1, 9}},
	} {
		cases = append(cases,
			net(fmt.Sprintf("binary/broadcast_%v_%v", c.a, c.b), func(b *builder) value { return b.do(mul, b.in(c.a...), b.in(c.b...)) }),
			net(fmt.Sprintf("binary/constant_%v_%v", c.b, c.a), func(b *builder) value { return b.do(mul, b.constant(c.b...), b.in(c.a...)) }))
	}
	return append(cases,
		net("binary/squeeze_excite", func(b *builder) value {
			x := b.pointwise(b.in(2, 6, 7, 7), 8, 2)
			s := b.pointwise(b.relu(b.pointwise(b.do(network.GlobalPool{Reduce: network.Average}, x), 4, 1)), 8, 1)
			return b.pointwise(b.do(mul, x, b.do(network.Activate{Fn: network.Activation{Fn: network.FnSigmoid}}, s)), 5, 1)
		}),
		net("binary/shuffled_by_joined", func(b *builder) value {
			x := b.in(1, 6, 5, 5)
			return b.do(mul, b.shuffle(x, 3), b.concat(b.pointwise(x, 2, 1), b.pointwise(x, 4, 1)))
		}),
		net("binary/reshaped_scale", func(b *builder) value {
			s := b.fc(b.in(2, 7), 6)
			return b.do(mul, b.in(2, 6, 5, 5), b.do(network.Reshape{Shape: tensor.Shape{2, 6, 1, 1}}, s))
		}))
}

// transposeCases are transposed convolutions.
func transposeCases() []Case {
	var cases []Case
	for _, c := range []struct {
		n, in, out, groups, h, w, k, stride, pad, dilation int
		extra                                              [2]int
	}{
		{1, 3, 5, 1, 4, 6, 3, 2, 1, 1, [2]int{1, 1}},
		{2, 4, 6, 2, 5, 5, 2, 2, 0, 1, [2]int{}},
		{1, 6, 6, 6, 7, 3, 4, 2, 1, 1, [2]int{}},
		{1, 5, 10, 5, 3, 4, 3, 3, 0, 1, [2]int{2, 0}},
		{1, 2, 3, 1, 1, 1, 5, 1, 2, 1, [2]int{}},
		{3, 3, 4, 1, 6, 5, 3, 1, 2, 2, [2]int{}},
		{1, 8, 9, 1, 9, 9, 1, 2, 0, 1, [2]int{}},
	} {
		op := network.ConvTranspose{Window: network.Square(c.k, c.stride, c.pad), Groups: c.groups, Extra: c.extra}
		op.Dilation = [2]int{c.dilation, c.dilation}
		name := fmt.Sprintf("conv_transpose/g%d_%dto%d_n%d_%dx%d_k%d_s%d_p%d_d%d", c.groups, c.in, c.out, c.n, c.h, c.w, c.k, c.stride, c.pad, c.dilation)
		cases = append(cases, net(name, func(b *builder) value {
			scale := 1 / math.Sqrt(float64(c.in/c.groups*c.k*c.k))
			w := b.Const("w", noise(b.r, scale, c.in, c.out/c.groups, c.k, c.k))
			y := b.do(op, b.in(c.n, c.in, c.h, c.w), w, b.Const("b", noise(b.r, 0.5, c.out)))
			return b.relu(b.plus(y, b.in(y.Shape...)))
		}))
	}
	uneven := network.ConvTranspose{Window: network.Window{Kernel: [2]int{3, 2}, Stride: [2]int{2, 3}, Pads: network.Pads{Top: 1, Left: 0, Bottom: 0, Right: 1}}}
	return append(cases, net("conv_transpose/uneven_without_bias", func(b *builder) value {
		return b.do(uneven, b.shuffle(b.in(1, 4, 5, 4), 2), b.Const("w", noise(b.r, 0.3, 4, 3, 3, 2)))
	}))
}

// normCases normalise by plane and across channels.
func normCases() []Case {
	var cases []Case
	for _, s := range []tensor.Shape{{2, 3, 7, 5}, {1, 5, 1, 1}, {1, 2, 40, 33}, {2, 4, 9}} {
		cases = append(cases, net(fmt.Sprintf("instance_norm/%v", s), func(b *builder) value {
			c := s[1]
			return b.relu(b.do(network.InstanceNorm{Epsilon: 1e-3}, b.in(s...), b.Const("s", noise(b.r, 1, c)), b.Const("t", noise(b.r, 1, c))))
		}))
		for _, size := range []int{1, 3, 4, 5, 9} {
			cases = append(cases, net(fmt.Sprintf("lrn/%v_%d", s, size), func(b *builder) value {
				return b.do(network.LRN{Size: size, Alpha: 0.3, Beta: 0.75, Bias: 1.5}, b.in(s...))
			}))
		}
	}
	return append(cases, net("lrn/shuffled", func(b *builder) value {
		return b.do(network.LRN{Size: 5, Alpha: 1e-4, Beta: 0.75, Bias: 1}, b.shuffle(b.in(1, 6, 5, 5), 2))
	}))
}

// meanCases average over every set of axes.
func meanCases() []Case {
	var cases []Case
	shape := tensor.Shape{2, 3, 4, 5}
	for set := range 16 {
		var axes []int
		for d := range 4 {
			if set>>d&1 == 1 {
				axes = append(axes, d)
			}
		}
		cases = append(cases, net(fmt.Sprintf("mean/%v", axes), func(b *builder) value {
			return b.do(network.Mean{Axes: axes, Keep: set%2 == 0}, b.in(shape...))
		}))
	}
	return append(cases,
		net("mean/rank5", func(b *builder) value { return b.do(network.Mean{Axes: []int{1, 3}}, b.in(2, 3, 4, 2, 3)) }),
		net("mean/shuffled", func(b *builder) value {
			return b.relu(b.do(network.Mean{Axes: []int{2, 3}, Keep: true}, b.shuffle(b.in(1, 6, 5, 5), 2)))
		}))
}

// productCases multiply computed matrices.
func productCases() []Case {
	var cases []Case
	for _, c := range []struct{ a, b tensor.Shape }{
		{tensor.Shape{3, 4}, tensor.Shape{4, 5}},
		{tensor.Shape{2, 3, 4}, tensor.Shape{2, 4, 5}},
		{tensor.Shape{1, 2, 3, 4}, tensor.Shape{1, 2, 4, 3}},
		{tensor.Shape{2, 1, 3, 4}, tensor.Shape{5, 4, 1}},
		{tensor.Shape{2, 3, 17, 33}, tensor.Shape{33, 9}},
	} {
		cases = append(cases, net(fmt.Sprintf("matmul/%v_%v", c.a, c.b), func(b *builder) value {
			return b.relu(b.do(network.MatMul{}, b.in(c.a...), b.in(c.b...)))
		}))
	}
	return append(cases, net("matmul/by_constant", func(b *builder) value {
		return b.do(network.MatMul{}, b.in(2, 3, 4), b.constant(4, 6))
	}))
}

// resampleCases resize and pad.
func resampleCases() []Case {
	// Half-pixel centres, as exporters write them most.
	centres := func(n, out int) []float64 {
		var at []float64
		for i := range out {
			at = append(at, (float64(i)+0.5)*float64(n)/float64(out)-0.5)
		}
		return at
	}
	var cases []Case
	for mode, name := range []string{"nearest", "linear", "cubic"} {
		for _, c := range []struct{ h, w, outH, outW int }{{5, 7, 10, 14}, {6, 8, 3, 4}, {1, 1, 3, 2}, {7, 5, 9, 4}, {4, 4, 4, 4}} {
			taps := func(n, out int) [][]network.Tap {
				return network.ResizeTaps(network.Interpolation(mode), n, centres(n, out), math.Floor, -0.75)
			}
			cases = append(cases, net(fmt.Sprintf("resample/%s_%dx%d_%dx%d", name, c.h, c.w, c.outH, c.outW), func(b *builder) value {
				op := network.Resample{What: "Resize", Rows: taps(c.h, c.outH), Columns: taps(c.w, c.outW)}
				return b.relu(b.do(op, b.shuffle(b.in(2, 6, c.h, c.w), 3)))
			}))
		}
	}
	for i, name := range []string{"constant", "edge", "reflect", "wrap"} {
		mode := network.PadMode(i)
		cases = append(cases,
			net("resample/pad_"+name, func(b *builder) value {
				op := network.Resample{What: "Pad", Rows: network.PadTaps(mode, 5, 2, 1), Columns: network.PadTaps(mode, 6, 3, 0), Fill: -1.5}
				return b.do(op, b.in(2, 3, 5, 6))
			}),
			net("resample/pad_row_"+name, func(b *builder) value {
				op := network.Resample{What: "Pad", Rows: network.Keep(1), Columns: network.PadTaps(mode, 9, 1, 4), Fill: 0.5}
				return b.conv(b.do(network.Reshape{Shape: tensor.Shape{2, 3, 1, 14}}, b.do(op, b.in(2, 3, 9))), 4, network.Conv{Window: network.Window{Kernel: [2]int{1, 3}}})
			}))
	}
	return cases
}
