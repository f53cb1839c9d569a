package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// pool is a sliding maximum or average: pool.comp, each invocation four
// pixels of a row of one plane.
func pool(t *Tables, s *network.Step) (Dispatch, error) {
	op := s.Op.(network.Pool)
	win := op.Normal()
	_, _, h, w := s.Inputs[0].NCHW()
	_, _, oh, ow := s.Output.NCHW()
	planes := len(s.Output.Planes)

	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	p = append(p, inAverages(op, h, w)...)
	p.Ints(h, w, oh, ow, win.Pads.Top, planes)
	how := t.choose(s, Bounds{Kernel: PoolFile}, window(win, w), defines, reduction(op.Reduce))
	size, groups := grid(ceilDiv(ow, 4), oh, planes, how.Variant.Lanes)
	return Dispatch{
		Program: shaders.New("pool.comp", join(size, how.Variant.spare(), window(win, w), defines, reduction(op.Reduce))...),
		Params:  p,
		Choice:  how,
		Groups:  groups,
	}, nil
}

// inAverages is the range of rows and columns that count in averages.
func inAverages(op network.Pool, height, width int) (p Params) {
	pads := network.Pads{}
	if op.CountIncludePad {
		pads = op.Pads
	}
	p.Ints(-pads.Top, height+pads.Bottom, -pads.Left, width+pads.Right)
	return p
}

// beside is a pool that a convolution's launch does beside its own work: parameters, of
// which the last is where the results are, which is known later; and macros.
func (t *Tables) beside(b *network.Pooled) (p Params, macros []string) {
	win := b.Op.Normal()
	_, _, h, w := b.Input.NCHW()
	for i, v := range []*network.View{&b.Input, &b.Output} {
		place := t.view(v)
		p = append(p, place[:]...)
		if place[2] >= 0 {
			macros = append(macros, [...]string{"FROM_TABLE", "TO_TABLE"}[i])
		}
	}
	if !Aligned(&b.Input) {
		macros = append(macros, "FROM_LOOSE")
	}
	if b.Act.On() {
		macros = append(macros, Macro("ACTIVATION", int(b.Act.Fn)))
	}
	p = append(p, inAverages(b.Op, h, w)...)
	p = append(p, bits(b.Act.A), bits(b.Act.B))
	p.Ints(h, w, win.Pads.Top, len(b.Output.Planes), 0)
	return p, append(shaders.Second(join(window(win, w), reduction(b.Op.Reduce), macros)...), "BESIDE=1")
}

// poolGlobal reduces whole planes: pool_global.comp, 16 invocations a plane, but one on
// software renderers.
func poolGlobal(t *Tables, s *network.Step) (Dispatch, error) {
	const lanes, slots = 16, 4
	in := &s.Inputs[0]
	p, defines := t.operands(s, in, s.Act)
	p.Ints(in.Height, in.Width, len(in.Planes))
	if t.Images || t.Texels {
		return Dispatch{
			Program: shaders.New("pool_global.comp", join(WorkGroup(lanes), []string{"ALONE"}, quotients(in.Height*ceilDiv(in.Width, 4)), defines, reduction(s.Op.(network.GlobalPool).Reduce))...),
			Params:  p,
			Groups:  [3]int{ceilDiv(len(in.Planes), lanes), 1, 1},
		}, nil
	}
	return Dispatch{
		Program: shaders.New("pool_global.comp", join(WorkGroup(lanes, slots), defines, reduction(s.Op.(network.GlobalPool).Reduce))...),
		Params:  p,
		Groups:  [3]int{1, ceilDiv(len(in.Planes), slots), 1},
	}, nil
}

func reduction(r network.Reduction) []string {
	if r == network.Average {
		return []string{"AVERAGE"}
	}
	return []string{"OUTSIDE=-3.402823466e38"}
}
