package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convGeneral is any convolution: conv_general.comp, each invocation a tile of
// output channels by four pixels of some rows.
func convGeneral(t *tables, s *network.Step) (dispatch, error) {
	op := s.Op.(network.Conv)
	win, groups := op.Normal(), op.G()
	n, c, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	how := t.choose(s, bounds{kernel: generalFile, inputs: inputs, outputs: outputs, vectors: oh, strip: strip(win)}, window(win, w), defines)
	v := how.variant
	tiles := packTiles(s, groups, inputs, win.Kernel[0]*win.Kernel[1], v)
	cells := ceilDiv(ow, 4) * ceilDiv(oh, v.vectors)
	p.ints(h, w, oh, ow, win.Pads.Top, tiles.count, inputs, outputs, tiles.size)
	lx := upTo(cells, 16)
	ly := upTo(tiles.count, v.lanes/lx)
	return dispatch{
		program: shaders.New("conv_general.comp", join(workGroup(lx, ly), v.macros(), []string{set("GROUPS", groups)}, quotients(ceilDiv(cells, lx)*lx), window(win, w), defines)...),
		params:  p,
		choice:  how,
		stream:  v.buffered,
		weights: tiles.packed,
		groups:  [3]int{ceilDiv(cells, lx), ceilDiv(tiles.count, ly), n * groups},
		rounds:  rounds{"inputs": float64(inputs)},
	}, nil
}
