package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
	"github.com/shufflegl/shufflegl/tensor"
)

// convTranspose is a transposed convolution: conv_transpose.comp, each
// invocation four output channels at four pixels of a row.
func convTranspose(t *Tables, s *network.Step) (Dispatch, error) {
	op := s.Op.(network.ConvTranspose)
	win, groups := op.Normal(), op.G()
	n, c, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	swapped := *s
	swapped.Weights = outputFirst(s.Weights, groups)
	v := Variant{Channels: 4, Unroll: 1, Vectors: 1}
	tiles := packTiles(&swapped, groups, inputs, win.Kernel[0]*win.Kernel[1], v)

	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	p.Ints(h, w, oh, ow, win.Pads.Top, win.Pads.Left, win.Kernel[0], win.Kernel[1], win.Stride[0], win.Stride[1],
		win.Dilation[0], win.Dilation[1], tiles.count, groups, inputs, outputs, tiles.size)
	strips := oh * ceilDiv(ow, 4)
	lx := upTo(strips, 16)
	ly := upTo(tiles.count, 64/lx)
	return Dispatch{
		Program: shaders.New("conv_transpose.comp", join(WorkGroup(lx, ly), defines)...),
		Params:  p,
		Weights: tiles.packed,
		Groups:  [3]int{ceilDiv(strips, lx), ceilDiv(tiles.count, ly), n * groups},
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
