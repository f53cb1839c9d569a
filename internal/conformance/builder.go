package conformance

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// value is short for what every line of the case files handles.
type value = *network.Value

// builder writes networks down: it names nodes and makes up weights.
type builder struct {
	*network.Builder
	r     *rand.Rand
	count int
}

func newBuilder(name string) *builder {
	return &builder{Builder: network.NewBuilder(name), r: seeded(name)}
}

func (b *builder) name(kind string) string {
	b.count++
	return fmt.Sprintf("%s%d", kind, b.count)
}

func (b *builder) in(shape ...int) value { return b.Input(b.name("in"), shape...) }

func (b *builder) do(op network.Op, xs ...value) value {
	return b.Apply(b.name(op.Kind()), op, xs...)
}

func (b *builder) constant(shape ...int) value {
	return b.Const(b.name("const"), noise(b.r, 1, shape...))
}

// conv applies a convolution to m channels with weights that keep magnitudes
// about one.
func (b *builder) conv(x value, m int, op network.Conv) value {
	if len(x.Shape) != 4 {
		return b.do(op, x) // of no use: some call before has failed
	}
	cg := x.Shape[1] / op.G()
	scale := 1 / math.Sqrt(float64(max(cg, 1)*op.Kernel[0]*op.Kernel[1]))
	name := b.name("conv")
	w := b.Const(name+".w", noise(b.r, scale, m, cg, op.Kernel[0], op.Kernel[1]))
	if b.r.IntN(4) == 0 {
		return b.Apply(name, op, x, w)
	}
	return b.Apply(name, op, x, w, b.Const(name+".b", noise(b.r, 0.5, m)))
}

func (b *builder) pointwise(x value, m, groups int) value {
	return b.conv(x, m, network.Conv{Window: network.Square(1, 1, 0), Groups: groups})
}

func (b *builder) depthwise(x value, k, stride int) value {
	return b.conv(x, channels(x), network.Conv{Window: network.Square(k, stride, k/2), Groups: channels(x)})
}

func (b *builder) fc(x value, m int) value {
	k := 1
	if len(x.Shape) == 2 {
		k = x.Shape[1]
	}
	name := b.name("fc")
	w := b.Const(name+".w", noise(b.r, 1/math.Sqrt(float64(k)), m, k))
	return b.Apply(name, network.FullyConnected{}, x, w, b.Const(name+".b", noise(b.r, 0.5, m)))
}

func (b *builder) norm(x value) value {
	c := channels(x)
	name := b.name("norm")
	operand := func(what string, t *tensor.Tensor) value { return b.Const(name+"."+what, t) }
	variance := noise(b.r, 1, c)
	for i, v := range variance.Data {
		variance.Data[i] = v*v + 0.3
	}
	return b.Apply(name, network.BatchNorm{Epsilon: 1e-3}, x, operand("scale", noise(b.r, 1, c)),
		operand("bias", noise(b.r, 0.5, c)), operand("mean", noise(b.r, 0.5, c)), operand("variance", variance))
}

func (b *builder) shuffle(x value, groups int) value {
	return b.do(network.ChannelShuffle{Groups: groups}, x)
}

func (b *builder) relu(x value) value { return b.do(network.Activate{Fn: network.ReLU()}, x) }

func (b *builder) plus(x, y value) value { return b.do(network.Binary{Fn: network.FnAdd}, x, y) }

func (b *builder) concat(xs ...value) value { return b.do(network.Concat{Axis: 1}, xs...) }

func (b *builder) split(x value, sizes ...int) []value {
	return b.ApplyAll(b.name("split"), network.Split{Axis: 1, Sizes: sizes}, x)
}

func (b *builder) slice(x value, start, end, step int) value {
	return b.do(network.Slice{Axis: 1, Start: start, End: end, Step: step}, x)
}

func (b *builder) pool(x value, r network.Reduction, k, stride, pad int) value {
	return b.do(network.Pool{Window: network.Square(k, stride, pad), Reduce: r}, x)
}

func (b *builder) reshape(x value, shape ...int) value {
	return b.do(network.Reshape{Shape: shape}, x)
}

func channels(x value) int {
	if len(x.Shape) < 2 {
		return 1
	}
	return x.Shape[1]
}

// net is a case of one output.
func net(name string, add func(b *builder) value) Case {
	return nets(name, func(b *builder) []value { return []value{add(b)} })
}

// nets is a case of several outputs.
func nets(name string, add func(b *builder) []value) Case { return Case{name, add} }
