package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// pool is a sliding maximum or average: pool.comp, each invocation one pixel.
func pool(t *tables, s *network.Step) (dispatch, error) {
	op := s.Op.(network.Pool)
	win := op.Normal()
	_, _, h, w := s.Inputs[0].NCHW()
	_, _, oh, ow := s.Output.NCHW()
	planes := len(s.Output.Planes)

	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	count := 0
	if op.CountIncludePad {
		count = 1
	}
	p.ints(h, w, oh, ow, win.Pads.Top, win.Pads.Left, win.Pads.Bottom, win.Pads.Right,
		win.Kernel[0], win.Kernel[1], win.Stride[0], win.Stride[1], win.Dilation[0], win.Dilation[1], count, planes)
	lx := upTo(ow, 16)
	ly := upTo(oh, min(8, 64/lx))
	lz := upTo(planes, 64/(lx*ly))
	defines = append([]string{set("LX", lx), set("LY", ly), set("LZ", lz), "SCALAR"}, defines...)
	return dispatch{
		program: shaders.New("pool.comp", append(defines, reduction(op.Reduce)...)...),
		params:  p,
		groups:  [3]int{ceilDiv(ow, lx), ceilDiv(oh, ly), ceilDiv(planes, lz)},
	}, nil
}

// poolGlobal reduces whole planes: pool_global.comp, 16 invocations a plane.
func poolGlobal(t *tables, s *network.Step) (dispatch, error) {
	const lanes, slots = 16, 4
	in := &s.Inputs[0]
	p, defines := t.operands(s, in, s.Act)
	p.ints(in.Height, in.Width, len(in.Planes))
	defines = append([]string{set("LX", lanes), set("LY", slots), "SCALAR"}, defines...)
	return dispatch{
		program: shaders.New("pool_global.comp", append(defines, reduction(s.Op.(network.GlobalPool).Reduce)...)...),
		params:  p,
		groups:  [3]int{1, ceilDiv(len(in.Planes), slots), 1},
	}, nil
}

func reduction(r network.Reduction) []string {
	if r == network.Average {
		return []string{"AVERAGE"}
	}
	return nil
}
