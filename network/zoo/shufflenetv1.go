package zoo

import (
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/network"
)

// ShuffleNetV1Config describes a ShuffleNet of Zhang et al., "ShuffleNet: An
// Extremely Efficient Convolutional Neural Network for Mobile Devices", arXiv
// 1707.01083. Only Groups and Width must be set.
type ShuffleNetV1Config struct {
	Options
	Groups int     // g of Table 1: 1, 2, 3, 4 or 8
	Width  float64 // the s of "ShuffleNet s×": scales every layer's channels

	// The paper's ablations.
	NoShuffle  bool // Table 3: group convolutions that never exchange channels
	Shallow    bool // Table 5: half of the units of stages 2 to 4
	Bottleneck bool // units of Figure 2(a) instead of 2(b); wants Groups 1

	Classes int // 0 means 1000
}

// stage2Channels are the output channels of stage 2 in Table 1; each later stage
// has twice as many.
func stage2Channels(groups int) (int, bool) {
	c, ok := map[int]int{1: 144, 2: 200, 3: 240, 4: 272, 8: 384}[groups]
	return c, ok
}

// shuffleNetV1 is a config worked out: the channels and repeats of each stage.
type shuffleNetV1 struct {
	conv1   int    // channels of the first convolution
	stages  [3]int // output channels of stages 2, 3 and 4
	repeats [3]int // units in each
}

// plan works out the sizes. The paper leaves three things open; they are decided
// as in its authors' own code (megvii-model/ShuffleNet-Series), which gives the
// complexities that the paper prints: the first convolution has 24 channels at
// 1x and 1.5x, 12 below and 48 at 2x; a bottleneck is a quarter of its unit's
// output; the first pointwise convolution of stage 2 has no groups.
func (c ShuffleNetV1Config) plan() (shuffleNetV1, error) {
	var p shuffleNetV1
	base, ok := stage2Channels(c.Groups)
	if !ok {
		return p, fmt.Errorf("zoo: ShuffleNet v1 has 1, 2, 3, 4 or 8 groups, not %d", c.Groups)
	}
	if !(c.Width > 0) || c.Width > 16 {
		return p, fmt.Errorf("zoo: ShuffleNet v1 %gx: the width must be above 0 and at most 16", c.Width)
	}
	if c.Bottleneck && c.Groups != 1 {
		return p, fmt.Errorf("zoo: the bottleneck unit of Figure 2(a) has no groups, %d are asked for", c.Groups)
	}
	width := c.Width
	p.repeats = [3]int{4, 8, 4}
	if c.Shallow {
		// The paper keeps the complexity (40 MFLOPs beside 38) with half of the
		// units, so its maps must be wider; it does not say how wide. Half as
		// wide again gives 40.9.
		p.repeats = [3]int{2, 4, 2}
		width *= 1.5
	}
	switch {
	case c.Width < 1:
		p.conv1 = 12
	case c.Width < 2:
		p.conv1 = 24
	default:
		p.conv1 = int(24 * c.Width)
	}
	p.conv1 = multiple(float64(p.conv1), c.Groups)
	for i := range p.stages {
		p.stages[i] = multiple(float64(base)*width, c.Groups) << i
	}
	if p.stages[0] <= p.conv1 {
		return p, fmt.Errorf("zoo: ShuffleNet v1 g=%d %gx: %d channels in stage 2 leave none beside the %d of the shortcut", c.Groups, c.Width, p.stages[0], p.conv1)
	}
	return p, nil
}

// multiple rounds to the nearest multiple of n, halves up, and at least n.
func multiple(x float64, n int) int {
	return max(int(math.Floor(x/float64(n)+0.5)), 1) * n
}

// ShuffleNetV1 builds the network of Table 1: a strided convolution, a max pool,
// three stages of units, and the classifier.
func ShuffleNetV1(c ShuffleNetV1Config) (*network.Graph, error) {
	o, err := c.Options.normal()
	if err != nil {
		return nil, err
	}
	p, err := c.plan()
	if err != nil {
		return nil, err
	}
	if c.Classes <= 0 {
		c.Classes = 1000
	}

	l := newLayers(c.Name(), o)
	u := units{layers: l, groups: c.Groups, shuffles: !c.NoShuffle && c.Groups > 1}
	x := l.convNormReLU("conv1", l.picture(o), p.conv1, network.Square(3, 2, 1), 1)
	x = l.maxPool("maxpool", x, network.Square(3, 2, 1))
	for s, out := range p.stages {
		for i := range p.repeats[s] {
			name := fmt.Sprintf("stage%d.unit%d", s+2, i+1)
			switch {
			case i == 0 && s == 0:
				x = u.downsample(name, x, out, 1)
			case i == 0:
				x = u.downsample(name, x, out, c.Groups)
			case c.Bottleneck:
				x = u.bottleneck(name, x)
			default:
				x = u.shuffled(name, x)
			}
		}
	}
	return l.Build(l.classifier("fc", x, c.Classes))
}

// Name is the network's name in the zoo.
func (c ShuffleNetV1Config) Name() string {
	width := fmt.Sprintf("%gx", c.Width)
	if c.Width == math.Trunc(c.Width) {
		width = fmt.Sprintf("%.1fx", c.Width)
	}
	name := fmt.Sprintf("shufflenet_v1_g%d_%s", c.Groups, width)
	if c.NoShuffle {
		name += "_noshuffle"
	}
	if c.Shallow {
		name += "_shallow"
	}
	if c.Bottleneck {
		name += "_bottleneck"
	}
	return name
}

// shuffleNetV1Entries lists the family: Table 1 at every width of the paper,
// then the ablations.
func shuffleNetV1Entries() []entry {
	var configs []ShuffleNetV1Config
	groups, widths := []int{1, 2, 3, 4, 8}, []float64{0.25, 0.5, 1, 1.5, 2}
	for _, g := range groups {
		for _, w := range widths {
			configs = append(configs, ShuffleNetV1Config{Groups: g, Width: w})
		}
	}
	for _, g := range groups[1:] {
		for _, w := range widths {
			configs = append(configs, ShuffleNetV1Config{Groups: g, Width: w, NoShuffle: true})
		}
	}
	configs = append(configs,
		ShuffleNetV1Config{Groups: 3, Width: 0.5, Shallow: true},
		ShuffleNetV1Config{Groups: 1, Width: 1, Bottleneck: true})

	entries := make([]entry, len(configs))
	for i, c := range configs {
		entries[i] = entry{c.Name(), "Zhang et al. 2017, arXiv 1707.01083", false, func(o Options) (*network.Graph, error) {
			c.Options = o
			return ShuffleNetV1(c)
		}}
	}
	return entries
}
