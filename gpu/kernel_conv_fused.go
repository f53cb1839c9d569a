package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// sharedVectors is the 16 KiB of shared memory that every device has, in vec4s;
// conv_fused.comp declares them all.
const sharedVectors = 1024

// convFused is a depthwise convolution and the pointwise one behind it:
// conv_fused.comp, a work group for a band of rows of one group.
func convFused(t *tables, s *network.Step) (dispatch, error) {
	first, groups := s.First, s.Op.(network.Conv).G()
	win := first.Op.Normal()
	n, c, h, w := s.Inputs[0].NCHW()
	_, m, oh, ow := s.Output.NCHW()
	inputs, outputs := c/groups, m/groups
	strips := ceilDiv(ow, 4)
	band := min(sharedVectors/(inputs*strips), oh)
	if band == 0 {
		return dispatch{}, fmt.Errorf("rows of %d pixels of %d channels between two convolutions: %w", ow, inputs, network.ErrUnsupported)
	}
	bands := ceilDiv(oh, band)
	band = ceilDiv(oh, bands) // alike

	v := t.fit(inputs, outputs, band*strips)
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	tiles := packTiles(s, groups, inputs, 1, v)
	p.ints(h, w, oh, ow, win.Pads.Top, groups, inputs, outputs, tiles.count, tiles.size, band, strips, len(tiles.packed)/4)
	p = append(p, bits(first.Act.A), bits(first.Act.B))
	if outputs%v.channels == 0 {
		defines = append(defines, "EXACT")
	}
	if first.Act.On() {
		defines = append(defines, set("BETWEEN", int(first.Act.Fn)))
	}
	return dispatch{
		program: shaders.New("conv_fused.comp", join(workGroup(v.lanes), v.macros(), window(win), defines)...),
		params:  p,
		stream:  v.buffered,
		weights: append(tiles.packed, packChannels(first.Weights, first.Bias, win.Kernel[0]*win.Kernel[1])...),
		groups:  [3]int{bands, n * groups, 1},
	}, nil
}
