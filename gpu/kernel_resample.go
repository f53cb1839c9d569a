package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// resample resizes and pads: resample.comp, each invocation one pixel.
func resample(t *tables, s *network.Step) (dispatch, error) {
	op := s.Op.(network.Resample)
	oh, ow, planes := s.Output.Height, s.Output.Width, len(s.Output.Planes)
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	p.ints(oh, ow, planes, t.taps(op.Rows), t.taps(op.Columns))
	p = append(p, bits(op.Fill))
	lx := upTo(ow, 16)
	ly := upTo(oh, min(8, 64/lx))
	lz := upTo(planes, 64/(lx*ly))
	return dispatch{
		program: shaders.New("resample.comp", append([]string{set("LX", lx), set("LY", ly), set("LZ", lz), "SCALAR",
			set("ROWS", len(op.Rows[0])), set("COLUMNS", len(op.Columns[0]))}, defines...)...),
		params: p,
		groups: [3]int{ceilDiv(ow, lx), ceilDiv(oh, ly), ceilDiv(planes, lz)},
	}, nil
}

// taps adds a table of positions and the bits of their weights.
func (t *tables) taps(all [][]network.Tap) int {
	var words []int32
	for _, taps := range all {
		for _, tap := range taps {
			words = append(words, int32(tap.From), bits(tap.Weight))
		}
	}
	return t.add(words)
}
