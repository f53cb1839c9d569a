package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// softmax normalises along one axis: softmax.comp, a work group for each row.
func softmax(t *tables, s *network.Step) (dispatch, error) {
	const lanes, wide = 64, 4096
	in := &s.Inputs[0]
	axis := s.Op.(network.Softmax).Axis
	if axis < 0 {
		axis += len(in.Shape)
	}
	length, inner := in.Shape[axis], in.Shape[axis+1:].Size()
	rows := in.Shape.Size() / length
	p, defines := t.operands(s, in, s.Act)
	p.ints(in.Height, in.Width, length, inner, rows)
	x := min(rows, wide)
	return dispatch{
		program: shaders.New("softmax.comp", append([]string{set("LX", lanes), "SCALAR"}, defines...)...),
		params:  p,
		groups:  [3]int{x, ceilDiv(rows, x), 1},
	}, nil
}
