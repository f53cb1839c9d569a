package zoo

import (
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// layers writes a network down layer by layer and makes up its weights.
//
// Convolutions get normal weights of variance 2/fan-in (He et al., arXiv
// 1502.01852). A random network would still blow up or die out with depth, so
// each value's mean square is estimated along the way, and batch normalisation
// gets the statistics that it would have gathered in training: activations stay
// near 1 at any depth, and folding has real work to do.
type layers struct {
	*network.Builder
	seed   uint64
	blank  bool
	square map[*network.Value]float64 // a rough mean square of the value's elements
}

func newLayers(name string, o Options) *layers {
	return &layers{network.NewBuilder(name), o.Seed, o.Blank, map[*network.Value]float64{}}
}

// picture is the network's input: normalised pixels, of mean square 1.
func (l *layers) picture(o Options) *network.Value {
	x := l.Input("input", o.Batch, 3, o.Height, o.Width)
	return l.estimate(x, 1)
}

func (l *layers) estimate(v *network.Value, square float64) *network.Value {
	l.square[v] = square
	return v
}

// random is a stream of its own for each tensor, so that a layer's weights do
// not depend on which other layers there are.
func (l *layers) random(name string) *rand.Rand {
	h := fnv.New64a()
	io.WriteString(h, name)
	return rand.New(rand.NewPCG(l.seed, h.Sum64()))
}

// normal makes a constant of normally distributed elements.
func (l *layers) normal(name string, deviation float64, shape ...int) *network.Value {
	t, r := tensor.New(shape...), l.random(name)
	if l.blank {
		return l.Const(name, t)
	}
	for i := range t.Data {
		t.Data[i] = float32(deviation * r.NormFloat64())
	}
	return l.Const(name, t)
}

// uniform makes a constant of evenly distributed elements, ten times as quickly:
// two of VGG-16's tensors have 120 million.
func (l *layers) uniform(name string, deviation float64, shape ...int) *network.Value {
	t, r := tensor.New(shape...), l.random(name)
	if l.blank {
		return l.Const(name, t)
	}
	scale := float32(deviation * math.Sqrt(3) / (1 << 31))
	for i := 0; i < len(t.Data); i += 2 {
		u := r.Uint64()
		t.Data[i] = float32(int32(u)) * scale
		if i+1 < len(t.Data) {
			t.Data[i+1] = float32(int32(u>>32)) * scale
		}
	}
	return l.Const(name, t)
}

// conv is a convolution without bias, as is usual before batch normalisation.
func (l *layers) conv(name string, x *network.Value, out int, w network.Window, groups int) *network.Value {
	in := channels(x) / groups
	fan := in * w.Kernel[0] * w.Kernel[1]
	weight := l.normal(name+".weight", math.Sqrt(2/float64(fan)), out, in, w.Kernel[0], w.Kernel[1])
	y := l.Apply(name, network.Conv{Window: w, Groups: groups}, x, weight)
	return l.estimate(y, 2*l.square[x])
}

// batchNorm normalises the output of a convolution whose mean square has been
// estimated, then scales it by about gain.
func (l *layers) batchNorm(name string, x *network.Value, gain float64) *network.Value {
	c, r, square := channels(x), l.random(name), l.square[x]
	// The conversions forbid fused multiply-adds: the same bits on every machine.
	scale, bias, mean, variance := tensor.New(c), tensor.New(c), tensor.New(c), tensor.New(c)
	for i := range c {
		if l.blank {
			break
		}
		scale.Data[i] = float32(gain * (0.8 + float64(0.4*r.Float64())))
		bias.Data[i] = float32(0.1 * gain * r.NormFloat64())
		mean.Data[i] = float32(0.1 * math.Sqrt(square) * r.NormFloat64())
		variance.Data[i] = float32(square * (0.8 + float64(0.4*r.Float64())))
	}
	y := l.Apply(name, network.BatchNorm{Epsilon: 1e-5}, x,
		l.Const(name+".scale", scale), l.Const(name+".bias", bias),
		l.Const(name+".mean", mean), l.Const(name+".variance", variance))
	return l.estimate(y, gain*gain)
}

func (l *layers) relu(name string, x *network.Value) *network.Value {
	return l.estimate(l.Apply(name, network.Activate{Fn: network.ReLU()}, x), l.square[x]/2)
}

// convNorm and convNormReLU are the usual runs of layers.
func (l *layers) convNorm(name string, x *network.Value, out int, w network.Window, groups int, gain float64) *network.Value {
	return l.batchNorm(name+".bn", l.conv(name, x, out, w, groups), gain)
}

func (l *layers) convNormReLU(name string, x *network.Value, out int, w network.Window, groups int) *network.Value {
	return l.relu(name+".relu", l.convNorm(name, x, out, w, groups, 1))
}

func (l *layers) shuffle(name string, x *network.Value, groups int) *network.Value {
	return l.estimate(l.Apply(name, network.ChannelShuffle{Groups: groups}, x), l.square[x])
}

// maxPool picks the largest of nine, averagePool evens them out: the factors are
// those of rectified normal noise.
func (l *layers) maxPool(name string, x *network.Value, w network.Window) *network.Value {
	y := l.Apply(name, network.Pool{Window: w, Reduce: network.Max}, x)
	return l.estimate(y, 4*l.square[x])
}

func (l *layers) averagePool(name string, x *network.Value, w network.Window) *network.Value {
	y := l.Apply(name, network.Pool{Window: w, Reduce: network.Average, CountIncludePad: true}, x)
	return l.estimate(y, 0.4*l.square[x])
}

func (l *layers) relu6(name string, x *network.Value) *network.Value {
	return l.estimate(l.Apply(name, network.Activate{Fn: network.ReLU6()}, x), l.square[x]/2)
}

// convReLU is a convolution with bias and no batch normalisation, of about the
// same size whatever the size of its input. denseReLU is a fully connected layer
// of that kind.
func (l *layers) convReLU(name string, x *network.Value, out int, w network.Window, groups int) *network.Value {
	in := channels(x) / groups
	weight := l.uniform(name+".weight", l.deviation(x, in*w.Kernel[0]*w.Kernel[1]), out, in, w.Kernel[0], w.Kernel[1])
	y := l.Apply(name, network.Conv{Window: w, Groups: groups}, x, weight, l.uniform(name+".bias", 0.1, out))
	return l.relu(name+".relu", l.estimate(y, 2))
}

func (l *layers) denseReLU(name string, x *network.Value, out int) *network.Value {
	return l.relu(name+".relu", l.dense(name, x, out))
}

func (l *layers) dense(name string, x *network.Value, out int) *network.Value {
	in := channels(x)
	y := l.Apply(name, network.FullyConnected{}, x,
		l.uniform(name+".weight", l.deviation(x, in), out, in), l.uniform(name+".bias", 0.1, out))
	return l.estimate(y, 2)
}

// deviation is that of weights which make sums of fan products with elements of
// x have a mean square of 2.
func (l *layers) deviation(x *network.Value, fan int) float64 {
	if square := l.square[x]; square > 0 {
		return math.Sqrt(2 / (float64(fan) * square))
	}
	return 1 // after an error
}

// flatten makes each picture's map a row.
func (l *layers) flatten(name string, x *network.Value) *network.Value {
	if len(x.Shape) != 4 {
		return x
	}
	y := l.Apply(name, network.Reshape{Shape: tensor.Shape{x.Shape[0], x.Shape[1] * x.Shape[2] * x.Shape[3]}}, x)
	return l.estimate(y, l.square[x])
}

// add adds a branch to a shortcut with no activation behind.
func (l *layers) add(name string, shortcut, branch *network.Value) *network.Value {
	y := l.Apply(name, network.Binary{Fn: network.FnAdd}, shortcut, branch)
	return l.estimate(y, l.square[shortcut]+l.square[branch])
}

// addReLU adds a branch to a shortcut that has no negative elements, so that ReLU
// cuts little of what the shortcut brings.
func (l *layers) addReLU(name string, shortcut, branch *network.Value) *network.Value {
	y := l.Apply(name+".add", network.Binary{Fn: network.FnAdd}, shortcut, branch)
	return l.estimate(l.relu(name+".relu", y), l.square[shortcut]+l.square[branch]/2)
}

// concatReLU is the same for channels side by side.
func (l *layers) concatReLU(name string, shortcut, branch *network.Value) *network.Value {
	y := l.Apply(name+".concat", network.Concat{Axis: 1}, shortcut, branch)
	a, b := float64(channels(shortcut)), float64(channels(branch))
	return l.estimate(l.relu(name+".relu", y), (a*l.square[shortcut]+b*l.square[branch]/2)/(a+b))
}

// classifier pools the map to one pixel and ends in logits of a few units, so
// that their softmax prefers some classes, as a trained network's does.
func (l *layers) classifier(name string, x *network.Value, classes int) *network.Value {
	c, batch := channels(x), 1
	if len(x.Shape) > 0 {
		batch = x.Shape[0]
	}
	x = l.Apply("pool", network.GlobalPool{Reduce: network.Average}, x)
	x = l.Apply("flatten", network.Reshape{Shape: tensor.Shape{batch, c}}, x)
	return l.Apply(name, network.FullyConnected{}, x,
		l.normal(name+".weight", 3/math.Sqrt(float64(c)), classes, c),
		l.normal(name+".bias", 0.05, classes))
}

// channels is safe on the void values that follow an error.
func channels(x *network.Value) int {
	if len(x.Shape) < 2 {
		return 1
	}
	return x.Shape[1]
}
