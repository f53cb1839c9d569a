package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
	"github.com/shufflegl/shufflegl/tensor"
)

// convTranspose is a transposed convolution: conv_transpose.comp, each
// invocation four output channels at four pixels of a row.
func convTranspose(t *tables, s *network.Step) (dispatch, error) {
	op := s.Op.(network.ConvTranspose)
	win, groups := op.Normal(), op.G()
	n, c, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	tiles, taps := ceilDiv(outputs, 4), win.Kernel[0]*win.Kernel[1]

	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	p.ints(h, w, oh, ow, win.Pads.Top, win.Pads.Left, win.Kernel[0], win.Kernel[1], win.Stride[0], win.Stride[1],
		win.Dilation[0], win.Dilation[1], tiles, groups, inputs, outputs)
	strips := oh * ceilDiv(ow, 4)
	lx := upTo(strips, 16)
	ly := upTo(tiles, 64/lx)
	swapped := *s
	swapped.Weights = outputFirst(s.Weights, groups)
	return dispatch{
		program: shaders.New("conv_transpose.comp", join(workGroup(lx, ly), defines)...),
		params:  p,
		weights: packTiles(&swapped, groups, inputs, taps, 4),
		groups:  [3]int{ceilDiv(strips, lx), ceilDiv(tiles, ly), n * groups},
	}, nil
}

// outputFirst turns weights [C,M/G,kH,kW] into [M,C/G,kH,kW].
func outputFirst(w *tensor.Tensor, groups int) *tensor.Tensor {
	c, m, taps := w.Shape[0]/groups, w.Shape[1], w.Shape[2]*w.Shape[3]
	out := tensor.New(groups*m, c, w.Shape[2], w.Shape[3])
	for g := range groups {
		for i := range c {
			for o := range m {
				copy(out.Data[((g*m+o)*c+i)*taps:][:taps], w.Data[((g*c+i)*m+o)*taps:])
			}
		}
	}
	return out
}
