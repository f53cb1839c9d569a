package zoo

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// mobileNetV1 is Table 1 of Howard et al., "MobileNets: Efficient Convolutional
// Neural Networks for Mobile Vision Applications", arXiv 1704.04861, with width
// multiplier width.
type mobileNetV1 struct {
	name  string
	width float64
}

func (c mobileNetV1) build(o Options) (*network.Graph, error) {
	l, o, err := start(c.name, o)
	if err != nil {
		return nil, err
	}
	of := func(n int) int { return int(float64(n) * c.width) }
	x := l.convNormReLU("conv1", l.picture(o), of(32), network.Square(3, 2, 1), 1)
	for i, block := range []struct{ out, stride int }{
		{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2},
		{512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1},
	} {
		name := fmt.Sprintf("block%d", i+1)
		x = l.convNormReLU(name+".dwconv", x, channels(x), network.Square(3, block.stride, 1), channels(x))
		x = l.convNormReLU(name+".conv", x, of(block.out), pointwise(), 1)
	}
	return l.Build(l.classifier("fc", x, 1000))
}

func mobileNetV1Entries() []entry {
	var entries []entry
	for _, c := range []mobileNetV1{
		{"mobilenet_v1_0.25", 0.25},
		{"mobilenet_v1_0.5", 0.5},
		{"mobilenet_v1_0.75", 0.75},
		{"mobilenet_v1_1.0", 1},
	} {
		entries = append(entries, entry{c.name, "Howard et al. 2017, arXiv 1704.04861", false, c.build})
	}
	return entries
}
