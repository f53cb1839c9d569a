package zoo

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// vgg16 is configuration D of Table 1 of Simonyan and Zisserman, "Very Deep
// Convolutional Networks for Large-Scale Image Recognition", arXiv 1409.1556.
func vgg16(o Options) (*network.Graph, error) {
	l, o, err := start("vgg16", o)
	if err != nil {
		return nil, err
	}
	x := l.picture(o)
	for s, out := range []int{64, 128, 256, 512, 512} {
		for i := range []int{2, 2, 3, 3, 3}[s] {
			x = l.convReLU(fmt.Sprintf("conv%d_%d", s+1, i+1), x, out, network.Square(3, 1, 1), 1)
		}
		x = l.maxPool(fmt.Sprintf("pool%d", s+1), x, network.Square(2, 2, 0))
	}
	return l.Build(l.denseHead(x, 7))
}

func vggEntries() []entry {
	return []entry{{"vgg16", "Simonyan and Zisserman 2014, arXiv 1409.1556", true, vgg16}}
}
