package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convPool is a convolution and the pool behind it: conv_pool.comp, a work group for
// each of the step's tiles.
func convPool(t *tables, s *network.Step) (dispatch, error) {
	first, op := s.First, s.Op.(network.Pool)
	groups, win, around := first.Op.G(), first.Op.Normal(), op.Normal()
	n, c, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	rows, strips := s.Tile.Rows, ceilDiv(s.Tile.Columns, 4)
	channels := ceilDiv(s.Tile.Channels, 4) * 4
	middleRows := (rows-1)*around.Stride[0] + (around.Kernel[0]-1)*around.Dilation[0] + 1
	middleStrips := ((4*strips-1)*around.Stride[1]+(around.Kernel[1]-1)*around.Dilation[1])/4 + 1
	middle, err := shared(s, channels*middleRows*middleStrips)
	if err != nil {
		return dispatch{}, err
	}
	v := variant{channels: min(t.general.channels, channels), vectors: 1, unroll: 1, lanes: t.fused.lanes}
	for channels%v.channels != 0 {
		v.channels -= 4
	}
	layer := *s
	layer.Weights, layer.Bias = first.Weights, first.Bias
	tiles := packTiles(&layer, groups, inputs, win.Kernel[0]*win.Kernel[1], v)
	share := channels / v.channels

	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	p = append(p, inAverages(op, first.Shape[2], first.Shape[3])...)
	p.ints(h, w, first.Shape[2], first.Shape[3], oh, ow, win.Pads.Top, around.Pads.Top,
		groups, inputs, outputs, tiles.count, tiles.size, share)
	p = append(p, bits(first.Act.A), bits(first.Act.B))
	if first.Act.On() {
		defines = append(defines, set("BETWEEN", int(first.Act.Fn)))
	}
	across := ceilDiv(ow, 4*strips)
	win.Pads.Left += around.Pads.Left * win.Stride[1]
	second := shaders.Second(join(window(around), reduction(op.Reduce))...)
	return dispatch{
		program: shaders.New("conv_pool.comp", join(workGroup(v.lanes), v.macros(), middle,
			[]string{set("ROWS", rows), set("STRIPS", strips), set("ACROSS", across)}, window(win), second, defines)...),
		params:  p,
		stream:  t.general.buffered,
		weights: tiles.packed,
		groups:  [3]int{ceilDiv(oh, rows) * across, n * groups, ceilDiv(tiles.count, share)},
	}, nil
}
