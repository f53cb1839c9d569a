package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convGeneral is any convolution: conv_general.comp, each invocation a tile of
// output channels by four pixels of a row.
func convGeneral(t *tables, s *network.Step) (dispatch, error) {
	op := s.Op.(network.Conv)
	win, groups := op.Normal(), op.G()
	n, c, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	oc := t.tile(outputs)
	tiles, strips := ceilDiv(outputs, oc), ceilDiv(ow, 4)*oh

	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	defines = append(defines, rows(&s.Output)...)
	p.ints(h, w, oh, ow, win.Pads.Top, win.Pads.Left, win.Kernel[0], win.Kernel[1], win.Stride[0], win.Stride[1],
		win.Dilation[0], win.Dilation[1], tiles, groups, inputs, outputs)
	lx := upTo(strips, 16)
	ly := upTo(tiles, 64/lx)
	return dispatch{
		program: shaders.New("conv_general.comp", append([]string{set("LX", lx), set("LY", ly), set("OC", oc), "SCALAR"}, defines...)...),
		params:  p,
		weights: packTiles(s, groups, inputs, win.Kernel[0]*win.Kernel[1], oc),
		groups:  [3]int{ceilDiv(strips, lx), ceilDiv(tiles, ly), n * groups},
	}, nil
}
