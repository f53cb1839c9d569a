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
	most := min(sharedVectors/(inputs*strips), oh) // rows of a band
	if most == 0 {
		return dispatch{}, fmt.Errorf("rows of %d pixels of %d channels between two convolutions: %w", ow, inputs, network.ErrUnsupported)
	}
	p, defines := t.operands(s, &s.Inputs[0], s.Act)
	if first.Act.On() {
		defines = append(defines, set("BETWEEN", int(first.Act.Fn)))
	}
	how := t.choose(s, bounds{kernel: fusedFile, inputs: inputs, outputs: outputs, vectors: most * strips, rows: most}, window(win), defines)
	how.variant = t.share(how.variant, n*groups, most, band{outputs, oh, strips, win})
	v := how.variant
	bands := ceilDiv(oh, v.rows)
	tiles := packTiles(s, groups, inputs, 1, v)
	share := ceilDiv(tiles.count, v.parts)
	p.ints(h, w, oh, ow, win.Pads.Top, groups, inputs, outputs, tiles.count, tiles.size, share, len(tiles.packed)/4)
	p = append(p, bits(first.Act.A), bits(first.Act.B))
	if outputs%v.channels == 0 {
		defines = append(defines, "EXACT")
	}
	return dispatch{
		program: shaders.New("conv_fused.comp", join(workGroup(v.lanes), v.macros(), []string{set("ROWS", v.rows), set("STRIPS", strips)}, window(win), defines)...),
		params:  p,
		choice:  how,
		stream:  v.buffered,
		weights: append(tiles.packed, packChannels(first.Weights, first.Bias, win.Kernel[0]*win.Kernel[1])...),
		groups:  [3]int{bands, n * groups, ceilDiv(tiles.count, share)},
	}, nil
}

// band is what a launch of conv_fused.comp works on.
type band struct {
	outputs, height, strips int // of one group
	window                  network.Window
}

// share chooses a band's rows and the work groups that share its output channels,
// unless the variant says so. More rows read fewer rows twice; more work groups
// keep a device busy, but each computes the depthwise results for itself.
func (t tuning) share(v variant, slabs, most int, b band) variant {
	w := b.window
	tiles := ceilDiv(b.outputs, v.channels)
	best, chosen := 0.0, v
	for rows := 1; rows <= most; rows++ {
		if v.rows > 0 && rows != min(v.rows, most) {
			continue
		}
		for n := 1; n <= min(8, tiles); n *= 2 {
			if v.parts > 0 && n != min(v.parts, tiles) {
				continue
			}
			seen := float64((rows-1)*w.Stride[0]+w.Kernel[0]) / float64(rows)
			depthwise := 12*seen + float64(w.Kernel[0]*w.Kernel[1])
			items := ceilDiv(tiles, n) * ceilDiv(rows*b.strips, v.vectors)
			idle := float64(ceilDiv(items, v.lanes)*v.lanes) / float64(items)
			groups := slabs * ceilDiv(b.height, rows) * n
			waste := float64(ceilDiv(b.height, rows)*rows) / float64(b.height)
			cost := (float64(n)*depthwise + float64(b.outputs)*idle) * waste * max(1, float64(t.groups)/float64(groups))
			if best == 0 || cost < best {
				best, chosen.rows, chosen.parts = cost, rows, n
			}
		}
	}
	return chosen
}
