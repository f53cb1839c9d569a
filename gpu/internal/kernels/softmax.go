package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// softmax normalises along one axis: softmax.comp, a work group for each row of
// planes if that is the axis, otherwise for four neighbours in a row.
func softmax(t *Tables, s *network.Step) (Dispatch, error) {
	const lanes, wide = 64, 4096
	in := &s.Inputs[0]
	axis := s.Op.(network.Softmax).Axis
	if axis < 0 {
		axis += len(in.Shape)
	}
	length, inner := in.Shape[axis], in.Shape[axis+1:].Size()
	count := in.Shape.Size() / length
	p, defines := t.operands(s, in, s.Act)
	if inner == 1 && in.Width > 1 {
		defines = append(defines, "ALONG")
		length = ceilDiv(length, 4)
	} else {
		inner /= in.Width
		count = count / in.Width * ceilDiv(in.Width, 4)
	}
	p.Ints(in.Height, in.Width, length, inner, count)
	x := min(count, wide)
	return Dispatch{
		Program: shaders.New("softmax.comp", join(WorkGroup(lanes), defines)...),
		Params:  p,
		Groups:  [3]int{x, ceilDiv(count, x), 1},
	}, nil
}
