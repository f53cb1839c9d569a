package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// elementwise copies, activates and combines two tensors: elementwise.comp, each
// invocation four pixels, or one element where the operands' planes differ.
func elementwise(t *tables, s *network.Step) (dispatch, error) {
	const lanes, wide = 64, 4096
	act, before := s.Act, network.Activation{}
	in, out := &s.Inputs[0], &s.Output
	var second *network.View
	var binary []string
	switch op := s.Op.(type) {
	case network.Activate:
		var one bool
		if act, one = op.Fn.Then(s.Act); !one {
			act, before = s.Act, op.Fn
		}
	case network.Binary:
		second = &s.Inputs[1]
		binary = []string{set("BINARY", int(op.Fn))}
	}
	p, defines := t.operands(s, in, act)
	defines = append(binary, defines...)
	if before.On() {
		defines = append(defines, set("BEFORE", int(before.Fn)))
	}
	v := t.view(second)
	p = append(p, v[:]...)
	if v[2] >= 0 {
		defines = append(defines, "SECOND_TABLE")
	}
	p = append(p, bits(before.A), bits(before.B), 0, 0)
	for _, v := range []*network.View{in, second, out, s.Residual} {
		if v == nil {
			p.ints(1, 1)
		} else {
			p.ints(v.Height, v.Width)
		}
	}
	p.ints(in.ColumnStride)
	if second == nil {
		p.ints(1)
	} else {
		p.ints(second.ColumnStride)
	}

	// Where an element stands for its whole plane, the others can still be flat.
	flats := []*network.View{out, s.Residual}
	var stands []string
	for i, v := range []*network.View{in, second} {
		if v != nil && v.Height*v.Width > 1 && onePixel(v) {
			stands = append(stands, [...]string{"FIRST_STANDS", "SECOND_STANDS"}[i])
		} else {
			flats = append(flats, v)
		}
	}
	// Planes are the launch's z, of which there are not always enough.
	same := flat(flats...)
	if same && len(out.Planes) <= wide {
		count := ceilDiv(pixels(out), 4)
		p.ints(count)
		defines = append(append([]string{set("LX", lanes), "FLAT"}, stands...), defines...)
		return dispatch{
			program: shaders.New("elementwise.comp", defines...),
			params:  p,
			groups:  [3]int{ceilDiv(count, lanes), 1, len(out.Planes)},
		}, nil
	}
	p.ints(out.Shape.Size())
	return dispatch{
		program: shaders.New("elementwise.comp", append([]string{set("LX", lanes), "SCALAR"}, defines...)...),
		params:  p,
		groups:  spread(out.Shape.Size(), lanes),
	}, nil
}

// onePixel reports whether every plane of a view is one stored element.
func onePixel(v *network.View) bool {
	return (v.Height == 1 || v.RowStride == 0) && (v.Width == 1 || v.ColumnStride == 0)
}
