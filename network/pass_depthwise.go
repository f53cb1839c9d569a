package network

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// mostTaps is the largest depthwise kernel that is fused: its factors are kept
// in registers.
const mostTaps = 25

// fuseDepthwise lets a pointwise convolution do the depthwise one before it.
func (r *rewriter) fuseDepthwise(n *Node, opt PlanOptions) bool {
	op, ok := n.Op.(Conv)
	if !ok || n.First != nil || !op.Pointwise() || len(n.Inputs[0].Shape) != 4 || n.Inputs[1].Const == nil {
		return false
	}
	p := r.private(n.Inputs[0])
	if p == nil {
		return false
	}
	first, ok := p.Op.(Conv)
	x := n.Inputs[0].Shape
	if !ok || first.G() != x[1] || !p.Inputs[0].Shape.Equal(tensor.Shape{x[0], x[1], p.Inputs[0].Shape[2], p.Inputs[0].Shape[3]}) ||
		x[1]/op.G() < 2 || x[2]*x[3] == 1 || first.Kernel[0]*first.Kernel[1] > mostTaps {
		return false
	}
	return r.fusePrior(n, p, first, channelsOf(n.Outputs[0].Shape[1]/op.G(), opt.Cost.Tile/4, 8), opt)
}

// channelsOf lists numbers of channels by which the outputs of a group can be cut
// into up to so many parts, each of whole tiles of an invocation.
func channelsOf(outputs, tile, parts int) (channels []int) {
	tile = min(tile, align(outputs, 4))
	tiles := ceilDiv(outputs, tile)
	for n := 1; n <= min(parts, tiles); n++ {
		if c := min(ceilDiv(tiles, n)*tile, outputs); !slices.Contains(channels, c) {
			channels = append(channels, c)
		}
	}
	return channels
}

// fusePrior lets n do p, a convolution, before its own operator, if it pays by some tile
// of so many channels.
func (r *rewriter) fusePrior(n, p *Node, op Conv, channels []int, opt PlanOptions) bool {
	f := prior(p, op)
	if f == nil {
		return false
	}
	return r.fuse(n, p, f, channels, opt)
}

// fuse lets n do p too, with all that f says done before n's operator, if it pays by
// some tile.
func (r *rewriter) fuse(n, p *Node, f *Prior, channels []int, opt PlanOptions) bool {
	fused := *n
	fused.First, fused.Inputs = f, slices.Clone(n.Inputs)
	fused.Inputs[0] = p.Inputs[0]
	if !opt.fuses(&fused, n, p, channels) {
		return false
	}
	layers := slices.Concat(p.Layers(), n.Layers())
	r.setInputs(n, fused.Inputs...)
	r.remove(p)
	n.First, n.tile, n.layers = f, fused.tile, layers
	n.floor += p.floor
	return true
}
