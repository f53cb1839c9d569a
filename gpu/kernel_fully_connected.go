package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// fullyConnected multiplies by a matrix: fully_connected.comp, 16 invocations
// for four outputs. A 1×1 convolution of one pixel is the same.
func fullyConnected(t *tables, s *network.Step) (dispatch, error) {
	const lanes, slots = 16, 4
	n := s.Inputs[0].Shape[0]
	inputs, outputs := s.Weights.Shape[1], s.Weights.Shape[0]
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	p.ints(inputs, outputs)
	defines = append([]string{set("LX", lanes), set("LY", slots), "SCALAR"}, defines...)
	return dispatch{
		program: shaders.New("fully_connected.comp", defines...),
		params:  p,
		weights: packTiles(s, 1, inputs, 1, 4),
		groups:  [3]int{1, ceilDiv(ceilDiv(outputs, 4), slots), n},
	}, nil
}
