package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convPool is a convolution and the pool behind it: conv_pool.comp, a work group for
// each of the step's tiles.
func convPool(t *Tables, s *network.Step) (Dispatch, error) {
	first, op := s.First, s.Op.(network.Pool)
	groups, win, around := first.Op.G(), first.Op.Normal(), op.Normal()
	n, c, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	rows, strips := s.Tile.Rows, ceilDiv(s.Tile.Columns, 4)
	channels := ceilDiv(s.Tile.Channels, 4) * 4
	middleRows, middleStrips := beneath(around, rows, strips)
	middle, where, err := t.middle(s)
	if err != nil {
		return Dispatch{}, err
	}
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	if first.Act.On() {
		defines = append(defines, Macro("BETWEEN", int(first.Act.Fn)))
	}
	left := win
	left.Pads.Left += around.Pads.Left * win.Stride[1]
	second := shaders.Second(join(window(around, first.Shape[3]), reduction(op.Reduce))...)
	tile := []string{Macro("ROWS", rows), Macro("STRIPS", strips)}
	how := t.choose(s, Bounds{Kernel: ConvPoolFile, Inputs: inputs, Outputs: channels, Strip: strip(win)}, window(left, w), second, defines, tile, []string{Macro("channels", channels)})
	v := how.Variant
	layer := *s
	layer.Weights, layer.Bias = first.Weights, first.Bias
	tiles := packTiles(&layer, groups, inputs, win.Kernel[0]*win.Kernel[1], v)
	share := channels / v.Channels

	p = append(p, inAverages(op, first.Shape[2], first.Shape[3])...)
	p.Ints(h, w, first.Shape[2], first.Shape[3], oh, ow, win.Pads.Top, around.Pads.Top,
		inputs, outputs, tiles.count, tiles.size)
	p = append(p, bits(first.Act.A), bits(first.Act.B))
	p = append(p, where...)
	across, each := ceilDiv(ow, 4*strips), min(share, tiles.count)
	return Dispatch{
		Program: shaders.New("conv_pool.comp", join(WorkGroup(v.Lanes), v.macros(), middle,
			tile, []string{Macro("ACROSS", across), Macro("SHARE", share), Macro("GROUPS", groups)}, window(left, w), second, defines)...),
		Params:  p,
		Choice:  how,
		Stream:  v.Buffered,
		Holds:   where != nil,
		Weights: tiles.packed,
		Groups:  [3]int{ceilDiv(oh, rows) * across, n * groups, ceilDiv(tiles.count, share)},
		Rounds: Rounds{
			"first":  float64(each*middleRows*middleStrips) / float64(v.Lanes),
			"inputs": float64(inputs),
			"second": float64(each*v.Channels*rows*strips) / float64(v.Lanes),
		},
	}, nil
}
