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
	oc, px := t.tile(outputs), t.rows(count)
	tiles := ceilDiv(outputs, oc)

	p, defines := t.operands(s, in, s.Act)
	if outputs%oc == 0 {
		defines = append(defines, "EXACT")
	}
	p.ints(count, tiles, groups, inputs, outputs)
	lx := upTo(ceilDiv(count, px), 16)
	ly := upTo(tiles, 64/lx)
	return dispatch{
		program: shaders.New("conv_pointwise.comp", join(workGroup(lx, ly), tile(oc, px), defines)...),
		params:  p,
		weights: packTiles(s, groups, inputs, 1, oc),
		groups:  [3]int{ceilDiv(count, lx*px), ceilDiv(tiles, ly), n * groups},
	}, nil
}

// packTiles lays weights [M][inputs·taps] out as shaders read them: for each
// tile of oc output channels of a group the oc biases, then oc factors for each
// input and tap. A group's last tile is filled up with zeros.
func packTiles(s *network.Step, groups, inputs, taps, oc int) []float32 {
	outputs := s.Weights.Shape[0] / groups
	tiles, row := ceilDiv(outputs, oc), inputs*taps
	packed := make([]float32, groups*tiles*(row+1)*oc)
	for m := range groups * outputs {
		o := m % outputs
		tile := packed[(m/outputs*tiles+o/oc)*(row+1)*oc:]
		if s.Bias != nil {
			tile[o%oc] = s.Bias.Data[m]
		}
		for k, w := range s.Weights.Data[m*row : (m+1)*row] {
			tile[(k+1)*oc+o%oc] = w
		}
	}
	return packed
}
