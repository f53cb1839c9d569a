package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// elementwise copies, adds and activates: elementwise.comp, each invocation
// four pixels, or one element where the operands' planes differ.
func elementwise(t *tables, s *network.Step) (dispatch, error) {
	const lanes, wide = 64, 4096
	act, before := s.Act, network.Activation{}
	in, out := &s.Inputs[0], &s.Output
	var second *network.View
	switch op := s.Op.(type) {
	case network.Activate:
		var one bool
		if act, one = op.Fn.Then(s.Act); !one {
			act, before = s.Act, op.Fn
		}
	case network.Add:
		second = &s.Inputs[1]
	}
	p, defines := t.operands(s, in, act)
	if second != nil {
		defines = append(defines, "SUM")
	}
	if before.On() {
		defines = append(defines, set("BEFORE", int(before.Fn)))
	}
	v := t.view(second)
	p = append(p, v[:]...)
	p = append(p, bits(before.A), bits(before.B), 0, 0)
	for _, v := range []*network.View{in, second, out, s.Residual} {
		if v == nil {
			p.ints(1, 1)
		} else {
			p.ints(v.Height, v.Width)
		}
	}

	// Planes are the launch's z, of which there are not always enough.
	same, vectors := flat(in, out, second, s.Residual)
	if same && vectors && len(out.Planes) <= wide {
		count := ceilDiv(pixels(in), 4)
		p.ints(count)
		x := ceilDiv(count, lanes)
		return dispatch{
			program: shaders.New("elementwise.comp", append([]string{set("LX", lanes), "FLAT"}, defines...)...),
			params:  p,
			groups:  [3]int{x, 1, len(out.Planes)},
		}, nil
	}
	count := out.Shape.Size()
	p.ints(count)
	x := min(ceilDiv(count, lanes), wide)
	return dispatch{
		program: shaders.New("elementwise.comp", append([]string{set("LX", lanes), "SCALAR"}, defines...)...),
		params:  p,
		groups:  [3]int{x, ceilDiv(count, lanes*x), 1},
	}, nil
}
