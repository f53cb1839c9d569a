package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// resample resizes and pads: resample.comp, each invocation four pixels of a row
// of one plane.
func resample(t *Tables, s *network.Step) (Dispatch, error) {
	op := s.Op.(network.Resample)
	oh, ow, planes := s.Output.Height, s.Output.Width, len(s.Output.Planes)
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	p.Ints(oh, ow, planes, t.taps(op.Rows), t.taps(op.Columns))
	p = append(p, bits(op.Fill))
	taps := []string{Macro("ROWS", len(op.Rows[0])), Macro("COLUMNS", len(op.Columns[0]))}
	size, groups := grid(ceilDiv(ow, 4), oh, planes, 64)
	return Dispatch{
		Program: shaders.New("resample.comp", join(size, taps, defines)...),
		Params:  p,
		Groups:  groups,
	}, nil
}

// taps adds a table of positions and the bits of their weights.
func (t *Tables) taps(all [][]network.Tap) int {
	var words []int32
	for _, taps := range all {
		for _, tap := range taps {
			words = append(words, int32(tap.From), bits(tap.Weight))
		}
	}
	return t.add(words)
}
