package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// elementwise copies, activates and combines two tensors: elementwise.comp, each
// invocation four elements of a row of one plane.
func elementwise(t *Tables, s *network.Step) (Dispatch, error) {
	act, before := s.Act, network.Activation{}
	in, out := &s.Inputs[0], &s.Output
	reads := s.Inputs[:1]
	var second *network.View
	var binary []string
	switch op := s.Op.(type) {
	case network.Activate:
		var one bool
		if act, one = op.Fn.Then(s.Act); !one {
			act, before = s.Act, op.Fn
		}
	case network.Binary:
		second, reads = &s.Inputs[1], s.Inputs[:2]
		binary = []string{Macro("BINARY", int(op.Fn))}
	}
	p, defines := t.operands(s, in, act)
	defines = append(binary, defines...)
	if before.On() {
		defines = append(defines, Macro("BEFORE", int(before.Fn)))
	}
	v := t.view(second)
	p = append(p, v[:]...)
	if v[2] >= 0 {
		defines = append(defines, "SECOND_TABLE")
	}
	if second != nil && !Aligned(second) {
		defines = append(defines, "SECOND_LOOSE")
	}
	p = append(p, bits(before.A), bits(before.B), 0, 0)

	// Planes that lie alike are one row, which an element may stand for.
	alike := []*network.View{out, s.Residual}
	for i := range reads {
		if v := &reads[i]; !onePixel(v) || v.Width != out.Width || v.Height != out.Height {
			alike = append(alike, v)
		}
	}
	rows, columns := out.Height, out.Width
	oneRow := flat(alike...)
	if oneRow {
		rows, columns = 1, pixels(out)
	}
	for i := range reads {
		switch v := &reads[i]; {
		case v.Height*v.Width < out.Height*out.Width:
			defines = append(defines, "FROM_SINGLE") // only copies rearrange elements
		case v.Width > 1 && v.ColumnStride == 0 || oneRow && onePixel(v):
			defines = append(defines, [...]string{"FROM_STANDS", "SECOND_STANDS"}[i])
		}
	}
	p.Ints(rows, columns, len(out.Planes))
	size, groups := grid(ceilDiv(columns, 4), rows, len(out.Planes), 64)
	return Dispatch{
		Program: shaders.New("elementwise.comp", join(size, defines)...),
		Params:  p,
		Groups:  groups,
	}, nil
}

// onePixel reports whether every plane of a view is one stored element.
func onePixel(v *network.View) bool {
	return (v.Height == 1 || v.RowStride == 0) && (v.Width == 1 || v.ColumnStride == 0)
}
