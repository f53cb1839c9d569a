package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convPointwise is a grouped 1×1 convolution: conv_pointwise.comp, each
// invocation a tile of output channels by four pixels.
func convPointwise(t *tables, s *network.Step) (dispatch, error) {
	in := &s.Inputs[0]
	groups := s.Op.(network.Conv).G()
	same, vectors := flat(in, &s.Output, s.Residual)
	switch {
	case in.Height*in.Width == 1 && groups == 1:
		return fullyConnected(t, s)
	case !same:
		return convGeneral(t, s)
	}
	n, c, _, _ := in.NCHW()
	_, m, _, _ := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	oc := t.tile(outputs)
	tiles, lanes := ceilDiv(outputs, oc), 1

	p, defines := t.operands(s, in, s.Act)
	if vectors {
		lanes = 4
	} else {
		defines = append(defines, "SCALAR")
	}
	if outputs%oc == 0 {
		defines = append(defines, "EXACT")
	}
	count := ceilDiv(pixels(in), lanes)
	p.ints(count, tiles, groups, inputs, outputs)
	lx := upTo(count, 16)
	ly := upTo(tiles, 64/lx)
	return dispatch{
		program: shaders.New("conv_pointwise.comp", append([]string{set("LX", lx), set("LY", ly), set("OC", oc)}, defines...)...),
		params:  p,
		weights: packTiles(s, groups, inputs, 1, oc),
		groups:  [3]int{ceilDiv(count, lx), ceilDiv(tiles, ly), n * groups},
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
