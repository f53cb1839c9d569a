package zoo

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// mobileNetV2 is Table 2 of Sandler et al., "MobileNetV2: Inverted Residuals and
// Linear Bottlenecks", arXiv 1801.04381, with width multiplier width. Channels
// are rounded as in its authors' code: to multiples of 8, and never down by more
// than a tenth; the last convolution does not shrink.
type mobileNetV2 struct {
	name  string
	width float64
}

func (c mobileNetV2) of(n int) int {
	x := float64(n) * c.width
	rounded := multiple(x, 8)
	if float64(rounded) < 0.9*x {
		rounded += 8
	}
	return rounded
}

func (c mobileNetV2) build(o Options) (*network.Graph, error) {
	l, o, err := start(c.name, o)
	if err != nil {
		return nil, err
	}
	x := l.convNormReLU6("conv1", l.picture(o), c.of(32), network.Square(3, 2, 1), 1)
	block := 0
	for _, row := range []struct{ expansion, out, repeats, stride int }{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
	} {
		for i := range row.repeats {
			block++
			stride := 1
			if i == 0 {
				stride = row.stride
			}
			x = l.invertedResidual(fmt.Sprintf("block%d", block), x, row.expansion, c.of(row.out), stride)
		}
	}
	last := max(1280, c.of(1280))
	x = l.convNormReLU6("conv2", x, last, pointwise(), 1)
	return l.Build(l.classifier("fc", x, 1000))
}

// invertedResidual is Table 1: expand, depthwise, project with no activation;
// with a shortcut where input and output have the same shape.
func (l *layers) invertedResidual(name string, x *network.Value, expansion, out, stride int) *network.Value {
	y := x
	if expansion > 1 {
		y = l.convNormReLU6(name+".expand", y, expansion*channels(x), pointwise(), 1)
	}
	y = l.convNormReLU6(name+".dwconv", y, channels(y), network.Square(3, stride, 1), channels(y))
	if stride > 1 || channels(x) != out {
		return l.convNorm(name+".project", y, out, pointwise(), 1, 1)
	}
	return l.add(name+".add", x, l.convNorm(name+".project", y, out, pointwise(), 1, branchGain))
}

func (l *layers) convNormReLU6(name string, x *network.Value, out int, w network.Window, groups int) *network.Value {
	return l.relu6(name+".relu6", l.convNorm(name, x, out, w, groups, 1))
}

func mobileNetV2Entries() []entry {
	var entries []entry
	for _, c := range []mobileNetV2{
		{"mobilenet_v2_0.35", 0.35},
		{"mobilenet_v2_0.5", 0.5},
		{"mobilenet_v2_0.75", 0.75},
		{"mobilenet_v2_1.0", 1},
		{"mobilenet_v2_1.4", 1.4},
	} {
		entries = append(entries, entry{c.name, "Sandler et al. 2018, arXiv 1801.04381", false, c.build})
	}
	return entries
}
