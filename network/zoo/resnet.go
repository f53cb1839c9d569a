package zoo

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// resNet is a column of Table 1 of He et al., "Deep Residual Learning for Image
// Recognition", arXiv 1512.03385.
type resNet struct {
	name       string
	blocks     [4]int // of stages 2 to 5
	bottleneck bool   // Figure 5 right, instead of left
	late       bool   // the 3×3 convolution has a bottleneck's stride, not the 1×1 before it
}

func (c resNet) build(o Options) (*network.Graph, error) {
	l, o, err := start(c.name, o)
	if err != nil {
		return nil, err
	}
	x := l.convNormReLU("conv1", l.picture(o), 64, network.Square(7, 2, 3), 1)
	x = l.maxPool("maxpool", x, network.Square(3, 2, 1))
	for s, blocks := range c.blocks {
		for i := range blocks {
			stride := 1
			if i == 0 && s > 0 {
				stride = 2
			}
			x = c.block(l, fmt.Sprintf("stage%d.block%d", s+2, i+1), x, 64<<s, stride)
		}
	}
	return l.Build(l.classifier("fc", x, 1000))
}

// block is one of Figure 5. Where the shape changes, the shortcut is projected
// (option B of section 3.3).
func (c resNet) block(l *layers, name string, x *network.Value, width, stride int) *network.Value {
	y, out := x, width
	if c.bottleneck {
		first, second := stride, 1
		if c.late {
			first, second = 1, stride
		}
		out = 4 * width
		y = l.convNormReLU(name+".conv1", y, width, network.Square(1, first, 0), 1)
		y = l.convNormReLU(name+".conv2", y, width, network.Square(3, second, 1), 1)
		y = l.convNorm(name+".conv3", y, out, pointwise(), 1, branchGain)
	} else {
		y = l.convNormReLU(name+".conv1", y, width, network.Square(3, stride, 1), 1)
		y = l.convNorm(name+".conv2", y, width, network.Square(3, 1, 1), 1, branchGain)
	}
	if stride > 1 || channels(x) != out {
		x = l.convNorm(name+".shortcut", x, out, network.Square(1, stride, 0), 1, 1)
	}
	return l.addReLU(name, x, y)
}

func resNetEntries() []entry {
	const source = "He et al. 2015, arXiv 1512.03385"
	var entries []entry
	for _, c := range []struct {
		resNet
		source string
	}{
		{resNet{"resnet18", [4]int{2, 2, 2, 2}, false, false}, source},
		{resNet{"resnet50", [4]int{3, 4, 6, 3}, true, false}, source},
		{resNet{"resnet50_v1.5", [4]int{3, 4, 6, 3}, true, true}, source + ", as torchvision has it"},
	} {
		entries = append(entries, entry{c.name, c.source, true, c.build})
	}
	return entries
}
