package kernels

import (
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// convPointwise is a grouped 1×1 convolution: conv_pointwise.comp, each
// invocation a tile of output channels by some vec4s of pixels, and its share of a pool
// beside it.
func convPointwise(t *Tables, s *network.Step) (Dispatch, error) {
	in := &s.Inputs[0]
	groups := s.Op.(network.Conv).G()
	switch {
	case in.Height*in.Width == 1 && groups == 1:
		return fullyConnected(t, s)
	case !flat(in, &s.Output, s.Residual):
		return convGeneral(t, s)
	}
	n, c, _, _ := in.NCHW()
	_, m, _, _ := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	count := vectors(in)
	p, defines := t.operands(s, in, s.Act)
	how := t.choose(s, Bounds{Kernel: PointwiseFile, Inputs: inputs, Outputs: outputs, Vectors: count}, defines)
	v := how.Variant
	tiles := packTiles(s, groups, inputs, 1, v)
	if outputs%v.Channels == 0 {
		defines = append(defines, "EXACT")
	}
	units := ceilDiv(count, v.Vectors)
	items := units * tiles.count * n * groups
	lanes := upTo(items, v.Lanes)
	loops := Rounds{"inputs": float64(inputs) / float64(v.Unroll)}
	besideBase, most := 0, ceilDiv(items, lanes)*lanes
	if b := s.Beside; b != nil {
		beside, macros := t.beside(b)
		p = append(p, beside...)
		besideBase = len(p) - 1
		_, _, rows, columns := b.Output.NCHW()
		strips := ceilDiv(columns, 4)
		defines = append(join(defines, macros), Macro("ROWS2", rows), Macro("STRIPS2", strips))
		most = max(most, len(b.Output.Planes)*rows*strips)
		loops["beside"] = float64(len(b.Output.Planes)*rows*strips) / float64(items)
	}
	if v.Unroll > 1 && !t.Texels && onlyTable(defines) {
		defines = append(defines, "INDEX_VECTORS")
	}
	p.Ints(count, tiles.count, groups, inputs, outputs, tiles.size, units, items)
	return Dispatch{
		Program: shaders.New("conv_pointwise.comp", join(WorkGroup(lanes), v.macros(), quotients(most), defines, t.arithmetic(v.Unroll))...),
		Params:  p,
		beside:  besideBase,
		Choice:  how,
		Stream:  v.Buffered,
		Paired:  v.Paired,
		Twins:   v.Twins,
		Weights: tiles.packed,
		Groups:  inRows(ceilDiv(items, lanes)),
		Rounds:  loops,
	}, nil
}

// onlyTable says whether the input's planes are found by table, and nothing else.
func onlyTable(defines []string) bool {
	tables := slices.DeleteFunc(slices.Clone(defines), func(m string) bool { return !strings.Contains(m, "_TABLE") })
	return slices.Equal(tables, []string{"FROM_TABLE"})
}
