package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convDepthwise is a convolution with a kernel for each channel:
// conv_depthwise.comp, each invocation four pixels of some rows of one plane.
func convDepthwise(t *Tables, s *network.Step) (Dispatch, error) {
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
	p.Ints(h, w, oh, ow, win.Pads.Top, c, planes)
	how := t.choose(s, Bounds{Kernel: DepthwiseFile, Rows: oh}, window(win, w), defines)
	v := how.Variant
	size, groups := grid(ceilDiv(ow, 4), ceilDiv(oh, v.Rows), planes, v.Lanes)
	return Dispatch{
		Program: shaders.New("conv_depthwise.comp", join(size, []string{Macro("PX", v.Rows)}, v.spare(), window(win, w), defines, t.arithmetic(kw))...),
		Params:  p,
		Choice:  how,
		Stream:  v.Buffered,
		Weights: packChannels(s.Weights, s.Bias, kh*kw),
		Groups:  groups,
		Rounds:  Rounds{"rows": float64(oh) / float64(ceilDiv(oh, v.Rows))},
	}, nil
}

// maxTaps is the largest depthwise kernel whose factors an invocation keeps in
// registers; others are convolved as groups of one channel.
const maxTaps = 49
