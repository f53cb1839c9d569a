package zoo

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// shuffleNetV2 is a column of Table 5 of Ma et al., "ShuffleNet V2: Practical
// Guidelines for Efficient CNN Architecture Design", arXiv 1807.11164.
type shuffleNetV2 struct {
	width  string
	stages [3]int // output channels of stages 2, 3 and 4
	conv5  int
}

func (c shuffleNetV2) name() string { return "shufflenet_v2_" + c.width }

// build is Table 5: a strided convolution, a max pool, three stages of units, a
// pointwise convolution, and the classifier.
func (c shuffleNetV2) build(o Options) (*network.Graph, error) {
	l, o, err := start(c.name(), o)
	if err != nil {
		return nil, err
	}
	x := l.convNormReLU("conv1", l.picture(o), 24, network.Square(3, 2, 1), 1)
	x = l.maxPool("maxpool", x, network.Square(3, 2, 1))
	for s, out := range c.stages {
		for i := range [3]int{4, 8, 4}[s] {
			name := fmt.Sprintf("stage%d.unit%d", s+2, i+1)
			if i == 0 {
				x = l.downsampleV2(name, x, out)
			} else {
				x = l.unitV2(name, x)
			}
		}
	}
	x = l.convNormReLU("conv5", x, c.conv5, pointwise(), 1)
	return l.Build(l.classifier("fc", x, 1000))
}

// unitV2 is Figure 3(c): half of the channels pass, the other half go through
// the branch; then the two are concatenated and shuffled.
func (l *layers) unitV2(name string, x *network.Value) *network.Value {
	half := channels(x) / 2
	parts := l.ApplyAll(name+".split", network.Split{Axis: 1, Sizes: []int{half, half}}, x)
	left, right := l.estimate(parts[0], l.square[x]), l.estimate(parts[len(parts)-1], l.square[x])
	return l.joinV2(name, left, l.branchV2(name+".right", right, half, 1))
}

// downsampleV2 is Figure 3(d): stride 2, and both sides see all channels.
func (l *layers) downsampleV2(name string, x *network.Value, out int) *network.Value {
	left := l.convNorm(name+".left.dwconv", x, channels(x), network.Square(3, 2, 1), channels(x), 1)
	left = l.convNormReLU(name+".left.conv", left, out/2, pointwise(), 1)
	return l.joinV2(name, left, l.branchV2(name+".right", x, out-out/2, 2))
}

func (l *layers) branchV2(name string, x *network.Value, out, stride int) *network.Value {
	y := l.convNormReLU(name+".conv1", x, out, pointwise(), 1)
	y = l.convNorm(name+".dwconv", y, out, network.Square(3, stride, 1), out, 1)
	return l.convNormReLU(name+".conv2", y, out, pointwise(), 1)
}

func (l *layers) joinV2(name string, left, right *network.Value) *network.Value {
	y := l.Apply(name+".concat", network.Concat{Axis: 1}, left, right)
	return l.shuffle(name+".shuffle", l.estimate(y, (l.square[left]+l.square[right])/2), 2)
}

func shuffleNetV2Entries() []entry {
	var entries []entry
	for _, c := range []shuffleNetV2{
		{"0.5x", [3]int{48, 96, 192}, 1024},
		{"1.0x", [3]int{116, 232, 464}, 1024},
		{"1.5x", [3]int{176, 352, 704}, 1024},
		{"2.0x", [3]int{244, 488, 976}, 2048},
	} {
		entries = append(entries, entry{c.name(), "Ma et al. 2018, arXiv 1807.11164", false, c.build})
	}
	return entries
}
