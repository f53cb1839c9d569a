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
	fours := ceilDiv(outputs, 4)
	operands, defines := t.operands(s, &s.Inputs[0], s.Act)
	program := shaders.New("fully_connected.comp", join(workGroup(lanes, slots), defines)...)
	weights := packTiles(s, 1, inputs, 1, 4)
	part := func(first, count int) dispatch {
		row := 4 * (inputs + 1)
		p := append(params(nil), operands...)
		p.ints(inputs, outputs, first)
		return dispatch{
			program: program,
			params:  p,
			weights: weights[first*row : (first+count)*row],
			stream:  true,
			groups:  [3]int{1, ceilDiv(count, slots), n},
		}
	}
	d := part(0, fours)
	// A matrix may be larger than a block of storage: then its rows are shared
	// out among several launches, in whole work groups.
	d.cut = func(block int) []dispatch {
		most := block / (16 * (inputs + 1)) / slots * slots
		if most == 0 {
			return nil
		}
		var parts []dispatch
		for first := 0; first < fours; first += most {
			parts = append(parts, part(first, min(most, fours-first)))
		}
		return parts
	}
	return d, nil
}
