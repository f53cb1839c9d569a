package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// matmul multiplies computed matrices: matmul.comp, each invocation one element.
func matmul(t *tables, s *network.Step) (dispatch, error) {
	const lanes = 64
	a, b, out := &s.Inputs[0], &s.Inputs[1], &s.Output
	rows, depth, columns := a.Shape[len(a.Shape)-2], a.Shape[len(a.Shape)-1], b.Shape[len(b.Shape)-1]
	left, right := network.MatMul{}.Pairs(a.Shape, b.Shape)
	p, defines := t.operands(s, a, s.Act)
	second := t.view(b)
	p = append(p, second[:]...)
	p.ints(a.Height, a.Width, b.Height, b.Width, out.Height, out.Width, rows, columns, depth, out.Shape.Size(), t.add(left), t.add(right))
	return dispatch{
		program: shaders.New("matmul.comp", append([]string{set("LX", lanes), "SCALAR"}, defines...)...),
		params:  p,
		groups:  spread(out.Shape.Size(), lanes),
	}, nil
}
