package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// fullyConnected multiplies by a matrix: fully_connected.comp, some
// invocations for each four outputs. A 1×1 convolution of one pixel is the same.
func fullyConnected(t *tables, s *network.Step) (dispatch, error) {
	n := s.Inputs[0].Shape[0]
	inputs, outputs := s.Weights.Shape[1], s.Weights.Shape[0]
	fours := ceilDiv(outputs, 4)
	operands, defines := t.operands(s, &s.Inputs[0], s.Act)
	how := t.choose(s, bounds{kernel: connectedFile}, defines)
	slots := how.variant.lanes / how.variant.parts
	program := shaders.New("fully_connected.comp", join(workGroup(how.variant.parts, slots), defines)...)
	tiles := packTiles(s, 1, inputs, 1, variant{channels: 4, vectors: 1, unroll: 1})
	part := func(first, count int) dispatch {
		row := 4 * tiles.size
		p := append(params(nil), operands...)
		p.ints(inputs, outputs, first, tiles.size)
		return dispatch{
			program: program,
			params:  p,
			choice:  how,
			weights: tiles.packed[first*row : (first+count)*row],
			stream:  !t.images,
			groups:  [3]int{1, ceilDiv(count, slots), n},
			rounds:  rounds{"inputs": float64(inputs) / float64(how.variant.parts)},
		}
	}
	d := part(0, fours)
	// A matrix may be larger than a block of storage: then its rows are shared
	// out among several launches, in whole work groups.
	d.cut = func(block int) []dispatch {
		most := block / (4 * tiles.size) / slots * slots
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
