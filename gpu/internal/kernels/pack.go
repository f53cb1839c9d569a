package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// tiles are weights as shaders read them.
type tiles struct {
	packed []float32
	count  int // tiles of one group
	size   int // vec4s of a tile
}

// packTiles lays weights [M][inputs·taps] out: for each tile of a group's output
// channels, and each input and tap, the channels' factors; then their biases. A
// group's last tile is filled up with zeros, and tiles begin at multiples of eight
// vec4s.
func packTiles(s *network.Step, groups, inputs, taps int, v Variant) tiles {
	outputs, row := s.Weights.Shape[0]/groups, inputs*taps
	stride := v.Stride()
	t := tiles{count: ceilDiv(outputs, v.Channels), size: ceilDiv((row+1)*stride, 8) * 8}
	t.packed = make([]float32, 4*groups*t.count*t.size)
	for m := range groups * outputs {
		o := m % outputs
		tile := t.packed[4*(m/outputs*t.count+o/v.Channels)*t.size:]
		for k, w := range s.Weights.Data[m*row : (m+1)*row] {
			tile[4*k*stride+o%v.Channels] = w
		}
		if s.Bias != nil {
			tile[4*row*stride+o%v.Channels] = s.Bias.Data[m]
		}
	}
	return t
}

// packChannels lays out, for each channel, the bias and the taps in whole vec4s.
func packChannels(weights, bias *tensor.Tensor, taps int) []float32 {
	channels := weights.Shape[0]
	row := (taps + 4) / 4 * 4
	packed := make([]float32, channels*row)
	for c := range channels {
		if bias != nil {
			packed[c*row] = bias.Data[c]
		}
		copy(packed[c*row+1:], weights.Data[c*taps:(c+1)*taps])
	}
	return packed
}
