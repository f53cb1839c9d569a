// Package paper reproduces the tables of ShuffleNet's paper that need no training:
// complexities, and how much faster networks really are than AlexNet, against how
// much faster they ought to be. It adds what the paper leaves out: what the channel
// shuffle itself costs.
//
// X. Zhang, X. Zhou, M. Lin, J. Sun, "ShuffleNet: An Extremely Efficient Convolutional
// Neural Network for Mobile Devices", arXiv 1707.01083.
package paper

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// Complexity is a column of Table 1: a number of groups, in millions of
// multiply-adds.
type Complexity struct {
	Groups   int     `json:"groups"`
	Model    string  `json:"model"`
	Channels [3]int  `json:"channels"` // of the output of stages 2, 3 and 4
	Paper    float64 `json:"paper_mmacs"`
	// Ours of the convolutions, which is what the paper counts, and with the
	// classifier.
	Convolutions float64 `json:"convolution_mmacs"`
	All          float64 `json:"mmacs"`
}

// Table1 counts what the networks of the zoo compute.
func Table1() ([]Complexity, error) {
	table := []Complexity{
		{Groups: 1, Paper: 143}, {Groups: 2, Paper: 140}, {Groups: 3, Paper: 137}, {Groups: 4, Paper: 133}, {Groups: 8, Paper: 137},
	}
	for i := range table {
		c := &table[i]
		c.Model = fmt.Sprintf("shufflenet_v1_g%d_1.0x", c.Groups)
		g, err := zoo.Build(c.Model, zoo.Options{Blank: true})
		if err != nil {
			return nil, err
		}
		for _, n := range g.Nodes {
			m := float64(network.MACs(n)) / 1e6
			c.All += m
			if n.Op.Kind() == "Conv" {
				c.Convolutions += m
			}
			for stage := range c.Channels {
				if n.Name == fmt.Sprintf("stage%d.unit2.relu", stage+2) {
					c.Channels[stage] = n.Outputs[0].Shape[1]
				}
			}
		}
	}
	return table, nil
}

// Net is a row of Table 8.
type Net struct {
	Model string // in the zoo
	Title string // as the paper calls it
	MMACs float64
	// Milliseconds at Sizes, on one thread of a Snapdragon 820.
	MS [3]float64
}

// Sizes are the heights and widths of Table 8.
var Sizes = [3][2]int{{224, 224}, {480, 640}, {720, 1280}}

// Baseline is the network that the others are compared with.
const Baseline = "alexnet"

// Table8 is what the paper measured.
func Table8() []Net {
	return []Net{
		{"shufflenet_v1_g3_0.5x", "ShuffleNet 0.5x (g = 3)", 38, [3]float64{15.2, 87.4, 260.1}},
		{"shufflenet_v1_g3_1.0x", "ShuffleNet 1x (g = 3)", 140, [3]float64{37.8, 222.2, 684.5}},
		{Baseline, "AlexNet", 720, [3]float64{184.0, 1156.7, 3633.9}},
		{"mobilenet_v1_1.0", "1.0 MobileNet-224", 569, [3]float64{110.0, 612.0, 1879.2}},
	}
}

// graph builds the network for a picture of a size. The paper does not say what
// AlexNet's fully connected layers do on larger pictures; its times there grow as the
// area does, which is what they do if the last map is pooled to the size it has at 224
// pixels. (If they slid, the last one would take three times as many multiply-adds.)
func (n Net) graph(height, width int, o zoo.Options) (*network.Graph, error) {
	o.Height, o.Width = height, width
	if n.Model == Baseline {
		return zoo.AlexNet(zoo.AlexNetConfig{Options: o, Pooled: true})
	}
	return zoo.Build(n.Model, o)
}
