package onnx

import (
	"slices"

	"github.com/shufflegl/shufflegl/network"
)

// importMaxPool reads MaxPool-1 to -12.
func importMaxPool(n *node) {
	if n.integer("storage_order", 0, 0, 1) != 0 {
		n.refuse("storage_order 1")
	}
	x := n.featureMap(0)
	op := network.Pool{Window: n.window(x.shape, nil).network(), Reduce: network.Max, Ceil: n.flag("ceil_mode", false)}
	n.give(0, n.one(op, x))
}

// importAveragePool reads AveragePool-7 to -22.
func importAveragePool(n *node) {
	x := n.featureMap(0)
	w := n.window(x.shape, nil)
	op := network.Pool{Reduce: network.Average, Ceil: n.flag("ceil_mode", false), CountIncludePad: n.flag("count_include_pad", false)}
	if x.pad != nil && !op.Ceil && (w.Pads == padding{} || op.CountIncludePad) && fitsKernel(w.Pads.plus(*x.pad), w) {
		// The zeros of a Pad count as pixels.
		var pads padding
		x, pads = n.unpadded(x)
		w.Pads, op.CountIncludePad = w.Pads.plus(pads), true
	}
	op.Window = w.network()
	n.give(0, n.one(op, x))
}

// fitsKernel reports whether no window lies in the padding alone.
func fitsKernel(p padding, w window) bool {
	return max(p.Top, p.Bottom) < w.Kernel[0] && max(p.Left, p.Right) < w.Kernel[1]
}

func importGlobalAveragePool(n *node) { n.globalPool(network.Average) }
func importGlobalMaxPool(n *node)     { n.globalPool(network.Max) }

func (n *node) globalPool(r network.Reduction) {
	n.give(0, n.one(network.GlobalPool{Reduce: r}, n.featureMap(0)))
}

// importReduceMean reads ReduceMean-1 to -18 over height and width: a global
// average pool.
func importReduceMean(n *node) {
	x := n.in[0]
	keep := n.flag("keepdims", true)
	list, given := n.parameter("axes", 1, 18)
	if n.opset >= 18 && n.flag("noop_with_empty_axes", false) && len(list) == 0 {
		n.give(0, n.one(network.Identity{}, x))
		return
	}
	axes := n.axes(list, len(x.shape))
	slices.Sort(axes)
	if !given || len(x.shape) != 4 || !slices.Equal(axes, []int{2, 3}) {
		n.refuse("axes %v of %v, only height and width of a feature map", axes, x.shape)
	}
	y := n.one(network.GlobalPool{Reduce: network.Average}, x)
	if !keep {
		y = n.one(network.Reshape{Shape: y.shape[:2]}, y)
	}
	n.give(0, y)
}
