package conformance

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// elementwiseCases are additions, activations, batch normalisation and identity,
// on tensors of every rank.
func elementwiseCases() []Case {
	var cases []Case
	shapes := []tensor.Shape{{5}, {2, 6}, {2, 3, 5}, {1, 4, 3, 7}, {3, 2, 5, 5}, {2, 3, 2, 4, 3}}
	for _, s := range shapes {
		cases = append(cases,
			net(fmt.Sprintf("add/%v", s), func(b *builder) value { return b.plus(b.in(s...), b.in(s...)) }),
			net(fmt.Sprintf("relu/%v", s), func(b *builder) value { return b.relu(b.in(s...)) }),
			net(fmt.Sprintf("identity/%v", s), func(b *builder) value { return b.do(network.Identity{}, b.in(s...)) }))
		if len(s) > 1 {
			cases = append(cases, net(fmt.Sprintf("batchnorm/%v", s), func(b *builder) value { return b.norm(b.in(s...)) }))
		}
	}
	act := func(name string, fns ...network.Activation) Case {
		return net("activation/"+name, func(b *builder) value {
			x := b.in(2, 5, 6, 7)
			for _, f := range fns {
				x = b.do(network.Activate{Fn: f}, x)
			}
			return x
		})
	}
	for _, f := range functions() {
		cases = append(cases, act(f.String(), f), act(f.String()+"_relu", f, network.ReLU()), act("relu_"+f.String(), network.ReLU(), f),
			net("activation/fused_"+f.String(), func(b *builder) value {
				return b.do(network.Activate{Fn: f}, b.plus(b.pointwise(b.in(1, 4, 5, 5), 6, 2), b.in(1, 6, 5, 5)))
			}),
			net("activation/joined_"+f.String(), func(b *builder) value {
				x := b.in(1, 4, 5, 5)
				return b.do(network.Activate{Fn: f}, b.concat(b.pointwise(x, 6, 2), b.relu(b.pointwise(x, 3, 1))))
			}))
	}
	dense := network.Conv{Window: network.Square(3, 1, 1)}
	return append(cases,
		act("relu", network.ReLU()),
		act("relu6", network.ReLU6()),
		act("clip", network.Clip(-0.5, 0.25)),
		act("clip_positive", network.Clip(0.5, 0.75)),
		act("none", network.Activation{}),
		act("relu_clip", network.ReLU(), network.Clip(-3, 0.4)),
		act("disjoint_clips", network.Clip(-2, -1), network.Clip(1, 2)),
		net("add/large", func(b *builder) value { return b.plus(b.in(1, 7, 50, 51), b.in(1, 7, 50, 51)) }),
		net("add/itself", func(b *builder) value { x := b.in(1, 3, 4, 5); return b.plus(x, x) }),
		net("add/three", func(b *builder) value {
			x, y := b.in(1, 3, 4, 5), b.in(1, 3, 4, 5)
			return b.plus(b.plus(x, y), b.relu(y))
		}),
		net("add/constant", func(b *builder) value { return b.relu(b.plus(b.in(1, 3, 4, 5), b.constant(1, 3, 4, 5))) }),
		net("add/constant_first", func(b *builder) value { return b.plus(b.constant(2, 9), b.in(2, 9)) }),
		net("add/constants_only", func(b *builder) value {
			return b.plus(b.in(1, 2, 3, 3), b.relu(b.plus(b.constant(1, 2, 3, 3), b.constant(1, 2, 3, 3))))
		}),
		net("add/constant_to_conv", func(b *builder) value {
			return b.plus(b.conv(b.in(1, 3, 5, 5), 4, dense), b.constant(1, 4, 5, 5))
		}),
		net("add/shuffled_constant", func(b *builder) value {
			return b.plus(b.in(1, 6, 3, 3), b.shuffle(b.constant(1, 6, 3, 3), 2))
		}),
		net("batchnorm/after_conv", func(b *builder) value { return b.relu(b.norm(b.conv(b.in(1, 3, 7, 7), 8, dense))) }),
		net("batchnorm/after_depthwise", func(b *builder) value { return b.norm(b.depthwise(b.in(1, 6, 7, 7), 3, 2)) }),
		net("batchnorm/after_shuffled_conv", func(b *builder) value {
			return b.norm(b.shuffle(b.pointwise(b.in(1, 6, 4, 4), 6, 3), 2))
		}),
		net("batchnorm/before_conv", func(b *builder) value { return b.conv(b.norm(b.in(1, 3, 7, 7)), 8, dense) }),
		net("batchnorm/before_pointwise", func(b *builder) value { return b.pointwise(b.relu(b.norm(b.in(1, 6, 7, 7))), 8, 2) }),
		net("batchnorm/after_fc", func(b *builder) value { return b.norm(b.fc(b.in(2, 7), 5)) }),
		net("batchnorm/after_relu", func(b *builder) value { return b.norm(b.relu(b.pointwise(b.in(1, 4, 5, 5), 6, 2))) }),
		net("batchnorm/twice", func(b *builder) value { return b.norm(b.norm(b.pointwise(b.in(1, 4, 5, 5), 6, 2))) }),
		net("batchnorm/after_add", func(b *builder) value { return b.relu(b.norm(b.plus(b.in(2, 4, 5, 5), b.in(2, 4, 5, 5)))) }),
		nets("batchnorm/of_conv_used_twice", func(b *builder) []value {
			x := b.pointwise(b.in(1, 4, 5, 5), 6, 2)
			return []value{b.norm(x), b.relu(x)}
		}),
		nets("batchnorm/of_conv_that_is_output", func(b *builder) []value {
			x := b.pointwise(b.in(1, 4, 5, 5), 6, 2)
			return []value{b.norm(x), x}
		}),
		net("identity/inside", func(b *builder) value {
			x := b.do(network.Identity{}, b.pointwise(b.in(1, 4, 5, 5), 6, 2))
			return b.relu(b.do(network.Identity{}, x))
		}))
}

// functions lists an activation of every kind.
func functions() []network.Activation {
	return []network.Activation{
		{Fn: network.FnLeakyReLU, A: 0.1},
		{Fn: network.FnSigmoid},
		{Fn: network.FnHardSigmoid, A: 0.2, B: 0.5},
		{Fn: network.FnHardSwish},
		{Fn: network.FnSiLU},
		{Fn: network.FnTanh},
		{Fn: network.FnELU, A: 0.7},
		{Fn: network.FnSoftplus},
		{Fn: network.FnExp},
	}
}

// sqrtCases keep the operand from being negative, and one that is computed from
// being nearly 0, where a root makes much of a rounding.
func sqrtCases() []Case {
	root := network.Activate{Fn: network.Activation{Fn: network.FnSqrt}}
	return []Case{
		net("activation/sqrt", func(b *builder) value { return b.do(root, b.relu(b.in(2, 5, 6, 7))) }),
		net("activation/sqrt_fused", func(b *builder) value {
			return b.do(root, b.do(network.Activate{Fn: network.Clip(0.1, 9)}, b.pointwise(b.in(1, 4, 5, 5), 6, 2)))
		}),
	}
}
