package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// pool is a sliding maximum or average: pool.comp, each invocation four
// pixels of a row of one plane.
func pool(t *tables, s *network.Step) (dispatch, error) {
	op := s.Op.(network.Pool)
	win := op.Normal()
	_, _, h, w := s.Inputs[0].NCHW()
	_, _, oh, ow := s.Output.NCHW()
	planes := len(s.Output.Planes)

	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	counted := network.Pads{}
	if op.CountIncludePad {
		counted = win.Pads
	}
	p.ints(-counted.Top, h+counted.Bottom, -counted.Left, w+counted.Right)
	p.ints(h, w, oh, ow, win.Pads.Top, planes)
	how := t.choose(s, bounds{kernel: poolFile}, window(win), defines, reduction(op.Reduce))
	size, groups := grid(ceilDiv(ow, 4), oh, planes, how.variant.lanes)
	return dispatch{
		program: shaders.New("pool.comp", join(size, how.variant.spare(), window(win), defines, reduction(op.Reduce))...),
		params:  p,
		choice:  how,
		groups:  groups,
	}, nil
}

// poolGlobal reduces whole planes: pool_global.comp, 16 invocations a plane.
func poolGlobal(t *tables, s *network.Step) (dispatch, error) {
	const lanes, slots = 16, 4
	in := &s.Inputs[0]
	p, defines := t.operands(s, in, s.Act)
	p.ints(in.Height, in.Width, len(in.Planes))
	return dispatch{
		program: shaders.New("pool_global.comp", join(workGroup(lanes, slots), defines, reduction(s.Op.(network.GlobalPool).Reduce))...),
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
