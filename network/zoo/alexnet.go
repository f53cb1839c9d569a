package zoo

import "github.com/shufflegl/shufflegl/network"

// AlexNetConfig describes the network of Krizhevsky, Sutskever and Hinton, "ImageNet
// Classification with Deep Convolutional Neural Networks", 2012.
type AlexNetConfig struct {
	Options
	// Pooled averages the last map to 6x6 where a larger picture makes it larger, so
	// that the fully connected layers cost what they always do. Else they slide.
	Pooled bool
}

// AlexNet builds the network that ShuffleNet is compared with: its two towers, one
// a GPU then, are two groups. The first convolution pads 224 pixels by two, which
// makes the paper's map of 55x55.
func AlexNet(c AlexNetConfig) (*network.Graph, error) {
	l, o, err := start("alexnet", c.Options)
	if err != nil {
		return nil, err
	}
	pool := network.Square(3, 2, 0)
	x := l.convReLU("conv1", l.picture(o), 96, network.Square(11, 4, 2), 1)
	x = l.maxPool("pool1", l.localNorm("norm1", x), pool)
	x = l.convReLU("conv2", x, 256, network.Square(5, 1, 2), 2)
	x = l.maxPool("pool2", l.localNorm("norm2", x), pool)
	x = l.convReLU("conv3", x, 384, network.Square(3, 1, 1), 1)
	x = l.convReLU("conv4", x, 384, network.Square(3, 1, 1), 2)
	x = l.convReLU("conv5", x, 256, network.Square(3, 1, 1), 2)
	x = l.maxPool("pool5", x, pool)
	const side = 6
	if c.Pooled && len(x.Shape) == 4 && min(x.Shape[2], x.Shape[3]) >= side {
		x = l.shrink("pool6", x, side)
	}
	return l.Build(l.denseHead(x, side))
}

// shrink averages a map to side×side, by windows of one size that overlap as little
// as they can.
func (l *layers) shrink(name string, x *network.Value, side int) *network.Value {
	var w network.Window
	for d := range 2 {
		n := x.Shape[2+d]
		w.Stride[d] = n / side
		w.Kernel[d] = n - (side-1)*w.Stride[d]
	}
	w.Dilation = [2]int{1, 1}
	if w.Kernel == [2]int{1, 1} {
		return x
	}
	return l.averagePool(name, x, w)
}

func alexNet(o Options) (*network.Graph, error) { return AlexNet(AlexNetConfig{Options: o}) }

// localNorm is section 3.3 of the paper: k = 2, n = 5, α = 10⁻⁴ (which LRN
// divides by n), β = 0.75.
func (l *layers) localNorm(name string, x *network.Value) *network.Value {
	y := l.Apply(name, network.LRN{Size: 5, Alpha: 5e-4, Beta: 0.75, Bias: 2}, x)
	return l.estimate(y, l.square[x]/2.83) // 2^(2β)
}

// denseHead is the three fully connected layers that AlexNet and VGG end in, for
// maps of side×side pixels. On a larger map it slides, as convolutions whose
// results are averaged (Simonyan and Zisserman, arXiv 1409.1556, section 3.2).
// For a smaller one its first layer is smaller.
func (l *layers) denseHead(x *network.Value, side int) *network.Value {
	const hidden, classes = 4096, 1000
	if len(x.Shape) == 4 && (x.Shape[2] > side || x.Shape[3] > side) {
		h, w := min(side, x.Shape[2]), min(side, x.Shape[3])
		x = l.convReLU("fc6", x, hidden, network.Window{Kernel: [2]int{h, w}}, 1)
		x = l.convReLU("fc7", x, hidden, pointwise(), 1)
		x = l.Apply("pool", network.GlobalPool{Reduce: network.Average}, x)
		return l.dense("fc8", l.estimate(l.flatten("flatten", x), 0.5), classes)
	}
	x = l.flatten("flatten", x)
	x = l.denseReLU("fc6", x, hidden)
	x = l.denseReLU("fc7", x, hidden)
	return l.dense("fc8", x, classes)
}

func alexNetEntries() []entry {
	return []entry{{"alexnet", "Krizhevsky et al. 2012, two groups", true, alexNet}}
}
