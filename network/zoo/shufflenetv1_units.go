package zoo

import "github.com/shufflegl/shufflegl/network"

// units builds the three units of Figure 2 of arXiv 1707.01083. Each is a
// residual branch of pointwise(), depthwise and pointwise convolution beside a
// shortcut.
type units struct {
	*layers
	groups   int
	shuffles bool
}

// branchGain scales what a branch adds to its shortcut, so that a stage's sums
// do not grow with its length.
const branchGain = 0.5

// bottleneck is Figure 2(a): a residual bottleneck with a depthwise convolution
// in the middle, and no groups.
func (u units) bottleneck(name string, x *network.Value) *network.Value {
	out := channels(x)
	mid := multiple(float64(out)/4, 1)
	y := u.convNormReLU(name+".conv1", x, mid, pointwise(), 1)
	y = u.convNormReLU(name+".dwconv", y, mid, network.Square(3, 1, 1), mid)
	y = u.convNorm(name+".conv2", y, out, pointwise(), 1, branchGain)
	return u.addReLU(name, x, y)
}

// shuffled is Figure 2(b), the ShuffleNet unit: the pointwise convolutions have
// groups, and the channels between them are shuffled, so that each group of the
// second sees all groups of the first. There is no ReLU after the depthwise one.
func (u units) shuffled(name string, x *network.Value) *network.Value {
	out := channels(x)
	y := u.branch(name, x, out, out, 1, u.groups)
	return u.addReLU(name, x, y)
}

// downsample is Figure 2(c), the unit that begins a stage: stride 2, the shortcut
// is average-pooled, and concatenation takes the place of addition. The branch
// makes up the channels that the shortcut does not bring.
func (u units) downsample(name string, x *network.Value, out, firstGroups int) *network.Value {
	y := u.branch(name, x, out, out-channels(x), 2, firstGroups)
	shortcut := u.averagePool(name+".avgpool", x, network.Square(3, 2, 1))
	return u.concatReLU(name, shortcut, y)
}

// branch is what (b) and (c) share. The bottleneck is a quarter of the unit's
// output channels, also where the branch gives fewer.
func (u units) branch(name string, x *network.Value, unitOut, branchOut, stride, firstGroups int) *network.Value {
	mid := multiple(float64(unitOut)/4, u.groups)
	y := u.convNormReLU(name+".gconv1", x, mid, pointwise(), firstGroups)
	if u.shuffles {
		y = u.shuffle(name+".shuffle", y, u.groups)
	}
	y = u.convNorm(name+".dwconv", y, mid, network.Square(3, stride, 1), mid, 1)
	return u.convNorm(name+".gconv2", y, branchOut, pointwise(), u.groups, branchGain)
}

func pointwise() network.Window { return network.Square(1, 1, 0) }
