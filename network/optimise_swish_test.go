package network_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// fusion is a graph of one input x, and what is left of it: each node's kind and
// its activation.
type fusion struct {
	name  string
	shape tensor.Shape
	build func(b *network.Builder, x value) value
	want  string
}

func checkFusions(t *testing.T, cases []fusion) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := network.NewBuilder("fusion")
			g, err := b.Build(c.build(b, b.Input("x", c.shape...)))
			if err != nil {
				t.Fatal(err)
			}
			o := network.Optimize(g)
			var left []string
			for _, n := range o.Nodes {
				s := n.Op.Kind()
				if a, ok := n.Op.(network.Activate); ok {
					s = a.Fn.String()
				}
				if n.AddsLast {
					s += " +"
				}
				if n.Act.On() {
					s += " " + n.Act.String()
				}
				left = append(left, s)
			}
			if got := strings.Join(left, "; "); got != c.want {
				t.Errorf("%s\ninstead of\n%s", got, c.want)
			}
			compareGraphs(t, g, o)
			if _, err := network.NewPlan(g, network.PlanOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// number is a constant of one number.
func number(b *network.Builder, v float32) value {
	return b.Const(fmt.Sprint(v), tensor.FromSlice([]float32{v}, 1))
}

var (
	addOp = network.Binary{Fn: network.FnAdd}
	mulOp = network.Binary{Fn: network.FnMul}
	divOp = network.Binary{Fn: network.FnDiv}
)

func activate(fn network.Function, p ...float32) network.Activate {
	p = append(p, 0, 0)
	return network.Activate{Fn: network.Activation{Fn: fn, A: p[0], B: p[1]}}
}

func pointwise(b *network.Builder, x value, m int) value {
	return b.Apply("c", network.Conv{Window: network.Square(1, 1, 0)}, x, b.Const("w", noise("w", m, x.Shape[1], 1, 1)))
}

func TestRecogniseSwish(t *testing.T) {
	map4 := tensor.Shape{1, 4, 3, 3}
	shifted := func(b *network.Builder, x value) value {
		return b.Apply("clip", network.Activate{Fn: network.ReLU6()}, b.Apply("plus", addOp, x, number(b, 3)))
	}
	checkFusions(t, []fusion{
		{"x·σ(x)", map4, func(b *network.Builder, x value) value {
			c := pointwise(b, x, 4)
			return b.Apply("y", mulOp, c, b.Apply("s", activate(network.FnSigmoid), c))
		}, "Conv silu"},
		{"σ(x)·x", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", mulOp, b.Apply("s", activate(network.FnSigmoid), x), x)
		}, "silu"},
		{"not σ(x)·z", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", mulOp, b.Apply("s", activate(network.FnSigmoid), x), b.Apply("z", activate(network.FnTanh), x))
		}, "sigmoid; tanh; Mul"},
		{"not where σ(x) has another reader", map4, func(b *network.Builder, x value) value {
			s := b.Apply("s", activate(network.FnSigmoid), x)
			return b.Apply("y", addOp, s, b.Apply("m", mulOp, s, x))
		}, "sigmoid; Mul; Add"},
		{"x·h(x)", map4, func(b *network.Builder, x value) value {
			c := pointwise(b, x, 4)
			return b.Apply("y", mulOp, c, b.Apply("h", activate(network.FnHardSigmoid, 1.0/6, 0.5), c))
		}, "Conv hard swish"},
		{"not with ONNX's slope", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", mulOp, x, b.Apply("h", activate(network.FnHardSigmoid, 0.2, 0.5), x))
		}, "hard sigmoid[0.2,0.5]; Mul"},
		{"x·clip(x + 3, 0, 6) / 6", map4, func(b *network.Builder, x value) value {
			c := pointwise(b, x, 4)
			return b.Apply("y", divOp, b.Apply("m", mulOp, c, shifted(b, c)), number(b, 6))
		}, "Conv hard swish"},
		{"clip(x + 3, 0, 6)·x · 0.16666667", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", mulOp, b.Apply("m", mulOp, shifted(b, x), x), number(b, 1.0/6))
		}, "hard swish"},
		{"x·(clip(x + 3, 0, 6) / 6)", map4, func(b *network.Builder, x value) value {
			c := pointwise(b, x, 4)
			return b.Apply("y", mulOp, c, b.Apply("d", divOp, shifted(b, c), number(b, 6)))
		}, "Conv hard swish"},
		{"a gate of clip(x + 3, 0, 6) / 6", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", divOp, shifted(b, pointwise(b, x, 4)), number(b, 6))
		}, fmt.Sprintf("Conv hard sigmoid[%v,0.5]", float32(1.0/6))},
		{"not 6 / clip(x + 3, 0, 6)", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", divOp, number(b, 6), shifted(b, b.Apply("e", activate(network.FnExp), x)))
		}, "exp; Add relu6; Div"},
		{"max(x, x/10)", map4, func(b *network.Builder, x value) value {
			c := pointwise(b, x, 4)
			return b.Apply("y", network.Binary{Fn: network.FnMax}, b.Apply("m", mulOp, c, number(b, 0.1)), c)
		}, "Conv leaky relu[0.1]"},
		{"not max(x, 2x)", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", network.Binary{Fn: network.FnMax}, x, b.Apply("m", mulOp, x, number(b, 2)))
		}, "Mul; Max"},
	})
}

func TestFoldAffine(t *testing.T) {
	map4 := tensor.Shape{2, 4, 3, 3}
	channels := func(b *network.Builder, name string, shape ...int) value { return b.Const(name, noise(name, shape...)) }
	checkFusions(t, []fusion{
		{"a normalisation taken apart", map4, func(b *network.Builder, x value) value {
			y := b.Apply("m", mulOp, pointwise(b, x, 6), channels(b, "s", 1, 6, 1, 1))
			return b.Apply("y", addOp, channels(b, "t", 6, 1, 1), y)
		}, "Conv"},
		{"difference, quotient and activation", map4, func(b *network.Builder, x value) value {
			y := b.Apply("s", network.Binary{Fn: network.FnSub}, number(b, 2), pointwise(b, x, 6))
			return b.Apply("y", network.Activate{Fn: network.ReLU()}, b.Apply("d", divOp, y, number(b, 3)))
		}, "Conv relu"},
		{"a bias of a matrix", tensor.Shape{2, 5}, func(b *network.Builder, x value) value {
			y := b.Apply("f", network.FullyConnected{}, x, b.Const("w", noise("w", 3, 5)))
			return b.Apply("y", addOp, y, channels(b, "t", 3))
		}, "FullyConnected"},
		{"behind a transposed convolution", map4, func(b *network.Builder, x value) value {
			op := network.ConvTranspose{Window: network.Square(3, 2, 1), Groups: 2}
			y := b.Apply("c", op, x, b.Const("w", noise("w", 4, 3, 3, 3)), b.Const("b", noise("b", 6)))
			stats := []value{y}
			for _, name := range []string{"scale", "shift", "mean"} {
				stats = append(stats, channels(b, name, 6))
			}
			variance := tensor.New(6)
			for i := range variance.Data {
				variance.Data[i] = float32(i) + 0.5
			}
			return b.Apply("y", network.BatchNorm{Epsilon: 1e-3}, append(stats, b.Const("v", variance))...)
		}, "ConvTranspose"},
		{"an input made ready", map4, func(b *network.Builder, x value) value {
			y := b.Apply("s", network.Binary{Fn: network.FnSub}, x, channels(b, "mean", 1, 4, 1, 1))
			return pointwise(b, b.Apply("d", divOp, y, number(b, 58)), 3)
		}, "Conv; Conv"},
		{"one function alone stays", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", addOp, x, channels(b, "t", 4, 1, 1))
		}, "Add"},
		{"not by pixel", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", addOp, pointwise(b, x, 4), channels(b, "t", 3, 3))
		}, "Conv; Add"},
		{"not behind an activation", map4, func(b *network.Builder, x value) value {
			y := b.Apply("r", network.Activate{Fn: network.ReLU()}, pointwise(b, x, 4))
			return b.Apply("y", mulOp, y, number(b, 0))
		}, "Conv relu; Mul"},
		{"not where it makes a larger map", tensor.Shape{1, 4, 1, 1}, func(b *network.Builder, x value) value {
			return b.Apply("y", addOp, pointwise(b, x, 1), channels(b, "t", 4, 1, 1))
		}, "Conv; Add"},
	})
}
