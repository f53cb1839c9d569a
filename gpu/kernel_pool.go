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
	p = append(p, inAverages(op, h, w)...)
	p.ints(h, w, oh, ow, win.Pads.Top, planes)
	how := t.choose(s, bounds{kernel: poolFile}, window(win, w), defines, reduction(op.Reduce))
	size, groups := grid(ceilDiv(ow, 4), oh, planes, how.variant.lanes)
	return dispatch{
		program: shaders.New("pool.comp", join(size, how.variant.spare(), window(win, w), defines, reduction(op.Reduce))...),
		params:  p,
		choice:  how,
		groups:  groups,
	}, nil
}

// inAverages is the range of rows and columns that count in averages.
func inAverages(op network.Pool, height, width int) (p params) {
	pads := network.Pads{}
	if op.CountIncludePad {
		pads = op.Pads
	}
	p.ints(-pads.Top, height+pads.Bottom, -pads.Left, width+pads.Right)
	return p
}

// beside is a pool that a convolution's launch does beside its own work: parameters, of
// which the last is where the results are, which is known later; and macros.
func (t *tables) beside(b *network.Pooled) (p params, macros []string) {
	win := b.Op.Normal()
	_, _, h, w := b.Input.NCHW()
	for i, v := range []*network.View{&b.Input, &b.Output} {
		place := t.view(v)
		p = append(p, place[:]...)
		if place[2] >= 0 {
			macros = append(macros, [...]string{"FROM_TABLE", "TO_TABLE"}[i])
		}
	}
	if !aligned(&b.Input) {
		macros = append(macros, "FROM_LOOSE")
	}
	if b.Act.On() {
		macros = append(macros, set("ACTIVATION", int(b.Act.Fn)))
	}
	p = append(p, inAverages(b.Op, h, w)...)
	p = append(p, bits(b.Act.A), bits(b.Act.B))
	p.ints(h, w, win.Pads.Top, len(b.Output.Planes), 0)
	return p, append(shaders.Second(join(window(win, w), reduction(b.Op.Reduce), macros)...), "BESIDE=1")
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
	return []string{"OUTSIDE=-3.402823466e38"}
}
