package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// fullyConnected multiplies by a matrix: fully_connected.comp, some
// invocations for each four outputs. A 1×1 convolution of one pixel is the same.
func fullyConnected(t *Tables, s *network.Step) (Dispatch, error) {
	n := s.Inputs[0].Shape[0]
	inputs, outputs := s.Weights.Shape[1], s.Weights.Shape[0]
	fours := ceilDiv(outputs, 4)
	operands, defines := t.operands(s, &s.Inputs[0], s.Act)
	how := t.choose(s, Bounds{Kernel: ConnectedFile}, defines)
	slots := how.Variant.Lanes / how.Variant.Parts
	program := shaders.New("fully_connected.comp", join(WorkGroup(how.Variant.Parts, slots), defines)...)
	tiles := packTiles(s, 1, inputs, 1, Variant{Channels: 4, Vectors: 1, Unroll: 1})
	part := func(first, count int) Dispatch {
		row := 4 * tiles.size
		p := append(Params(nil), operands...)
		p.Ints(inputs, outputs, first, tiles.size)
		return Dispatch{
			Program: program,
			Params:  p,
			Choice:  how,
			Weights: tiles.packed[first*row : (first+count)*row],
			Stream:  !t.Images,
			Groups:  [3]int{1, ceilDiv(count, slots), n},
			Rounds:  Rounds{"inputs": float64(inputs) / float64(how.Variant.Parts)},
		}
	}
	d := part(0, fours)
	// A matrix may be larger than a block of storage: then its rows are shared
	// out among several launches, in whole work groups.
	d.cut = func(block int) []Dispatch {
		most := block / (4 * tiles.size) / slots * slots
		if most == 0 {
			return nil
		}
		var parts []Dispatch
		for first := 0; first < fours; first += most {
			parts = append(parts, part(first, min(most, fours-first)))
		}
		return parts
	}
	return d, nil
}
