package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

func TestComposeViews(t *testing.T) {
	map4 := tensor.Shape{1, 6, 3, 5}
	perm := func(p ...int) network.Transpose { return network.Transpose{Perm: p} }
	softmax := network.Softmax{Axis: -1}
	checkFusions(t, []fusion{
		{"permutations that cancel", map4, func(b *network.Builder, x value) value {
			y := b.Apply("t", perm(0, 2, 3, 1), pointwise(b, x, 4))
			return b.Apply("y", network.Activate{Fn: network.ReLU()}, b.Apply("u", perm(0, 3, 1, 2), y))
		}, "Conv relu"},
		{"permutations", map4, func(b *network.Builder, x value) value {
			return b.Apply("y", softmax, b.Apply("u", perm(1, 0, 2, 3), b.Apply("t", perm(0, 3, 2, 1), x)))
		}, "Transpose; Softmax"},
		{"a softmax of channels", map4, func(b *network.Builder, x value) value {
			y := b.Apply("s", softmax, b.Apply("t", perm(0, 3, 2, 1), pointwise(b, x, 4)))
			return b.Apply("y", perm(0, 3, 2, 1), y)
		}, "Conv; Softmax"},
		{"not where the permutation is another", map4, func(b *network.Builder, x value) value {
			y := b.Apply("s", softmax, b.Apply("t", perm(0, 3, 2, 1), pointwise(b, x, 4)))
			return b.Apply("y", perm(0, 3, 1, 2), y)
		}, "Conv; Transpose; Softmax; Transpose"},
		{"slices of a concatenation", map4, func(b *network.Builder, x value) value {
			c := b.Apply("c4", network.Concat{Axis: 1}, b.Apply("e", activate(network.FnExp), x), b.Apply("th", activate(network.FnTanh), x))
			p := b.Apply("p", network.Slice{Axis: 1, Start: 0, End: 6, Step: 1}, c)
			q := b.Apply("q", network.Slice{Axis: -3, Start: 7, End: 12, Step: 4}, c)
			return b.Apply("y", network.Concat{Axis: 1}, b.Apply("a", activate(network.FnSigmoid), p), q)
		}, "exp sigmoid; tanh; Slice; Concat"},
		{"a detector's heads", map4, func(b *network.Builder, x value) value {
			head := func(name string, in value) value {
				y := b.Apply(name+"t", perm(0, 2, 3, 1), in)
				return b.Apply(name+"r", network.Reshape{Shape: tensor.Shape{1, y.Shape.Size() / 2, 2}}, y)
			}
			small := b.Apply("pool", network.Pool{Window: network.Square(2, 2, 0)}, x)
			c := b.Apply("heads", network.Concat{Axis: 1}, head("a", x), head("b", small))
			return b.Apply("y", softmax, c)
		}, "MaxPool; Rearrange; Softmax"},
		{"not where another reads it", map4, func(b *network.Builder, x value) value {
			u := b.Apply("t", perm(0, 2, 3, 1), x)
			r := b.Apply("r", network.Reshape{Shape: tensor.Shape{1, 5, 3, 6}}, u)
			return b.Apply("y", network.Concat{Axis: 2}, b.Apply("s", softmax, r), b.Apply("v", perm(0, 2, 1, 3), u))
		}, "Transpose; Reshape; Softmax; Transpose; Concat"},
	})
}
