package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convGeneral is any convolution: conv_general.comp, each invocation a tile of
// output channels by four pixels of some rows.
func convGeneral(t *Tables, s *network.Step) (Dispatch, error) {
	op := s.Op.(network.Conv)
	win, groups := op.Normal(), op.G()
	n, c, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	how := t.choose(s, Bounds{Kernel: GeneralFile, Inputs: inputs, Outputs: outputs, Vectors: oh, Strip: strip(win)}, window(win, w), defines)
	v := how.Variant
	tiles := packTiles(s, groups, inputs, win.Kernel[0]*win.Kernel[1], v)
	cells := ceilDiv(ow, 4) * ceilDiv(oh, v.Vectors)
	p.Ints(h, w, oh, ow, win.Pads.Top, tiles.count, inputs, outputs, tiles.size)
	lx := upTo(cells, 16)
	ly := upTo(tiles.count, v.Lanes/lx)
	return Dispatch{
		Program: shaders.New("conv_general.comp", join(WorkGroup(lx, ly), v.macros(), []string{Macro("GROUPS", groups)}, quotients(ceilDiv(cells, lx)*lx), window(win, w), defines)...),
		Params:  p,
		Choice:  how,
		Stream:  v.Buffered,
		Weights: tiles.packed,
		Groups:  [3]int{ceilDiv(cells, lx), ceilDiv(tiles.count, ly), n * groups},
		Rounds:  Rounds{"inputs": float64(inputs)},
	}, nil
}
