package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// matmul multiplies computed matrices: matmul.comp, each invocation four columns
// of one row.
func matmul(t *Tables, s *network.Step) (Dispatch, error) {
	const lanes = 64
	a, b, out := &s.Inputs[0], &s.Inputs[1], &s.Output
	rows, depth, columns := a.Shape[len(a.Shape)-2], a.Shape[len(a.Shape)-1], b.Shape[len(b.Shape)-1]
	left, right := network.MatMul{}.Pairs(a.Shape, b.Shape)
	p, defines := t.operands(s, a, s.Act)
	second := t.view(b)
	p = append(p, second[:]...)
	cells := len(left) * rows * ceilDiv(columns, 4)
	// Matrices are planes of single elements if they have no more dimensions.
	if len(a.Shape) < 3 {
		defines = append(defines, "FROM_SINGLE")
	}
	if len(b.Shape) < 3 {
		defines = append(defines, "SECOND_SINGLE")
	}
	if !Aligned(b) {
		defines = append(defines, "SECOND_LOOSE")
	}
	if len(out.Shape) < 3 {
		defines = append(defines, "NARROW")
		cells = rows * columns
	}
	p.Ints(a.Height, b.Height, out.Height, rows, columns, depth, cells, t.add(left), t.add(right))
	return Dispatch{
		Program: shaders.New("matmul.comp", join(WorkGroup(lanes), defines)...),
		Params:  p,
		Groups:  Spread(cells, lanes),
	}, nil
}
