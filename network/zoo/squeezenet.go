package zoo

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// squeezeNet11 is SqueezeNet v1.1 of Iandola et al., "SqueezeNet: AlexNet-level
// accuracy with 50x fewer parameters", arXiv 1602.07360, as its authors' own
// repository (forresti/SqueezeNet) has it: the first convolution is smaller than
// the paper's and pooling comes earlier. Pooling rounds sizes up.
func squeezeNet11(o Options) (*network.Graph, error) {
	l, o, err := start("squeezenet_1.1", o)
	if err != nil {
		return nil, err
	}
	x := l.convReLU("conv1", l.picture(o), 64, network.Square(3, 2, 0), 1)
	fire := 2
	for pool, squeezes := range [][]int{{16, 16}, {32, 32}, {48, 48, 64, 64}} {
		x = l.maxPoolCeil(fmt.Sprintf("pool%d", pool+1), x, network.Square(3, 2, 0))
		for _, squeeze := range squeezes {
			x = l.fire(fmt.Sprintf("fire%d", fire), x, squeeze, 4*squeeze)
			fire++
		}
	}
	x = l.convReLU("conv10", x, 1000, pointwise(), 1)
	x = l.Apply("pool", network.GlobalPool{Reduce: network.Average}, x)
	return l.Build(l.flatten("flatten", x))
}

// fire is the module of Figure 1: a pointwise convolution to few channels, then
// pointwise and 3×3 convolutions side by side.
func (l *layers) fire(name string, x *network.Value, squeeze, expand int) *network.Value {
	x = l.convReLU(name+".squeeze", x, squeeze, pointwise(), 1)
	a := l.convReLU(name+".expand1x1", x, expand, pointwise(), 1)
	b := l.convReLU(name+".expand3x3", x, expand, network.Square(3, 1, 1), 1)
	y := l.Apply(name+".concat", network.Concat{Axis: 1}, a, b)
	return l.estimate(y, (l.square[a]+l.square[b])/2)
}

func (l *layers) maxPoolCeil(name string, x *network.Value, w network.Window) *network.Value {
	y := l.Apply(name, network.Pool{Window: w, Reduce: network.Max, Ceil: true}, x)
	return l.estimate(y, 4*l.square[x])
}

func squeezeNetEntries() []entry {
	return []entry{{"squeezenet_1.1", "Iandola et al. 2016, arXiv 1602.07360 (v1.1)", false, squeezeNet11}}
}
