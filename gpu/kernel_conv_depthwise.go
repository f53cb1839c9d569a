package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
	"github.com/shufflegl/shufflegl/tensor"
)

// convDepthwise is a convolution with a kernel for each channel:
// conv_depthwise.comp, each invocation four pixels of a row of one plane.
func convDepthwise(t *tables, s *network.Step) (dispatch, error) {
	op := s.Op.(network.Conv)
	win := op.Normal()
	kh, kw := win.Kernel[0], win.Kernel[1]
	if kh*kw > maxTaps {
		return convGeneral(t, s)
	}
	_, c, h, w := s.Inputs[0].NCHW()
	_, _, oh, ow := s.Output.NCHW()
	planes := len(s.Output.Planes)

	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	p.ints(h, w, oh, ow, win.Pads.Top, c, planes)
	size, groups := grid(ceilDiv(ow, 4), oh, planes)
	return dispatch{
		program: shaders.New("conv_depthwise.comp", join(size, window(win), defines)...),
		params:  p,
		weights: packChannels(s.Weights, s.Bias, kh*kw),
		groups:  groups,
	}, nil
}

// maxTaps is the largest depthwise kernel whose factors an invocation keeps in
// registers; others are convolved as groups of one channel.
const maxTaps = 49

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
