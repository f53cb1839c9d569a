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
	kh, kw := win.Kernel[0], win.Kernel[1]
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

	oc := t.tile(outputs)
	tiles := ceilDiv(outputs, oc)
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	defines = append(defines, rows(&s.Output)...)
	pointwise := packTiles(s, groups, inputs, 1, oc)
	p.ints(h, w, oh, ow, win.Pads.Top, win.Pads.Left, groups, inputs, outputs, tiles, band, strips, len(pointwise)/4)
	p = append(p, bits(first.Act.A), bits(first.Act.B))
	if outputs%oc == 0 {
		defines = append(defines, "EXACT")
	}
	if first.Act.On() {
		defines = append(defines, set("BETWEEN", int(first.Act.Fn)))
	}
	defines = append([]string{set("LX", t.lanes), "SCALAR", set("OC", oc), set("KH", kh), set("KW", kw),
		set("SY", win.Stride[0]), set("SX", win.Stride[1]), set("DY", win.Dilation[0]), set("DX", win.Dilation[1])}, defines...)
	return dispatch{
		program: shaders.New("conv_fused.comp", defines...),
		params:  p,
		weights: append(pointwise, packChannels(first.Weights, first.Bias, kh*kw)...),
		groups:  [3]int{bands, n * groups, 1},
	}, nil
}
