package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convPointwise is a grouped 1×1 convolution: conv_pointwise.comp, each
// invocation a tile of output channels by some vec4s of pixels.
func convPointwise(t *tables, s *network.Step) (dispatch, error) {
	in := &s.Inputs[0]
	groups := s.Op.(network.Conv).G()
	switch {
	case in.Height*in.Width == 1 && groups == 1:
		return fullyConnected(t, s)
	case !flat(in, &s.Output, s.Residual):
		return convGeneral(t, s)
	}
	n, c, _, _ := in.NCHW()
	_, m, _, _ := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	count := vectors(in)
	p, defines := t.operands(s, in, s.Act)
	how := t.choose(s, bounds{kernel: pointwiseFile, inputs: inputs, outputs: outputs, vectors: count}, defines)
	v := how.variant
	tiles := packTiles(s, groups, inputs, 1, v)
	if outputs%v.channels == 0 {
		defines = append(defines, "EXACT")
	}
	units := ceilDiv(count, v.vectors)
	items := units * tiles.count * n * groups
	p.ints(count, tiles.count, groups, inputs, outputs, tiles.size, units, items)
	lanes := upTo(items, v.lanes)
	return dispatch{
		program: shaders.New("conv_pointwise.comp", join(workGroup(lanes), v.macros(), defines)...),
		params:  p,
		choice:  how,
		stream:  v.buffered,
		weights: tiles.packed,
		groups:  inRows(ceilDiv(items, lanes)),
		rounds:  rounds{"inputs": float64(inputs) / float64(v.unroll)},
	}, nil
}
