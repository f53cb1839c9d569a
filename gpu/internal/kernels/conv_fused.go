package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convFused is a depthwise convolution and the pointwise one behind it, or a whole unit:
// conv_fused.comp, a work group for each of the step's tiles.
func convFused(t *Tables, s *network.Step) (Dispatch, error) {
	first, groups := s.First, s.Op.(network.Conv).G()
	win := first.Op.Normal()
	n, _, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	inputs, outputs := first.Shape[1]/groups, m/groups
	rows, strips := s.Tile.Rows, ceilDiv(s.Tile.Columns, 4)
	before := unitOf(s)
	middle, where, err := t.middle(s)
	if err != nil {
		return Dispatch{}, err
	}
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	if first.Act.On() {
		defines = append(defines, Macro("BETWEEN", int(first.Act.Fn)))
	}
	defines = append(defines, before.macros()...)
	how := t.choose(s, Bounds{Kernel: FusedFile, Inputs: inputs, Outputs: outputs, Vectors: rows * strips}, window(win, w), defines,
		[]string{Macro("ROWS", rows), Macro("STRIPS", strips), Macro("parts", ceilDiv(outputs, s.Tile.Channels))}, before.shape())
	v := how.Variant
	tiles := packTiles(s, groups, inputs, 1, v)
	share := ceilDiv(s.Tile.Channels, v.Channels)

	slabs, besideBase, planes := n*groups, 0, 0
	if s.Beside != nil {
		beside, macros := t.beside(s.Beside)
		p = append(p, beside...)
		besideBase = len(p) - 1
		const vectors = 4                              // of an invocation, or a little more
		planes = max(1, vectors*v.Lanes/(rows*strips)) // of a work group
		p.Ints(planes, slabs)                          // of the convolutions
		defines = append(defines, macros...)
		slabs += ceilDiv(len(s.Beside.Output.Planes), planes*ceilDiv(tiles.count, share))
	}
	weights := append(tiles.packed, packChannels(first.Weights, first.Bias, win.Kernel[0]*win.Kernel[1])...)
	if before != nil {
		var more Params
		more, weights = before.pack(t, v, weights)
		p = append(p, more...)
	}
	p.Ints(h, w, oh, ow, win.Pads.Top, groups, inputs, outputs, tiles.count, tiles.size, share, len(tiles.packed)/4)
	p = append(p, bits(first.Act.A), bits(first.Act.B))
	p = append(p, where...)
	if outputs%v.Channels == 0 {
		defines = append(defines, "EXACT")
	}
	columns := ceilDiv(ow, 4*strips)
	// Of all work groups so many convolve, and the others pool.
	convolve, lanes, cells := float64(n*groups)/float64(slabs), float64(v.Lanes), rows*strips
	each := ceilDiv(tiles.count, ceilDiv(tiles.count, share)) // tiles of one
	loops := Rounds{
		"depthwise": convolve * float64(inputs*strips) / lanes,
		"pointwise": convolve * float64(each*ceilDiv(cells, v.Vectors)) / lanes,
		"inputs":    float64(inputs) / float64(v.Unroll),
	}
	if s.Beside != nil {
		loops["beside"] = (1 - convolve) * float64(planes*cells) / lanes
	}
	before.count(loops, convolve/lanes)
	return Dispatch{
		Program: shaders.New("conv_fused.comp", join(WorkGroup(v.Lanes), v.macros(), middle,
			[]string{Macro("ROWS", rows), Macro("STRIPS", strips), Macro("ACROSS", columns)}, window(win, w), defines, t.arithmetic(win.Kernel[1]))...),
		Params:  p,
		beside:  besideBase,
		Choice:  how,
		Stream:  v.Buffered,
		Holds:   where != nil,
		Weights: weights,
		Groups:  [3]int{ceilDiv(oh, rows) * columns, slabs, ceilDiv(tiles.count, share)},
		Rounds:  loops,
	}, nil
}
