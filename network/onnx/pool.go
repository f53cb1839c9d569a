package onnx

import (
	"math"
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// importMaxPool reads MaxPool-1 to -12.
func importMaxPool(n *node) {
	if n.integer("storage_order", 0, 0, 1) != 0 && len(n.outs) > 1 {
		n.refuse("storage_order 1")
	}
	op := network.Pool{Reduce: network.Max, Ceil: n.flag("ceil_mode", false)}
	if len(n.in[0].shape) == 5 {
		n.give(0, n.volumePool(op))
		return
	}
	x, lower := n.featureMap(0)
	w := n.window(x.shape, nil)
	if x.pad != nil && x.fill <= -math.MaxFloat32 && !op.Ceil && fitsKernel(w.Pads.plus(*x.pad), w) {
		var pads padding
		x, pads = n.unpadded(x, x.fill)
		w.Pads = w.Pads.plus(pads)
	}
	op.Window = w.network()
	n.give(0, lower(n.one(op, x)))
}

// importAveragePool reads AveragePool-7 to -22.
func importAveragePool(n *node) {
	op := network.Pool{Reduce: network.Average, Ceil: n.flag("ceil_mode", false), CountIncludePad: n.flag("count_include_pad", false)}
	if len(n.in[0].shape) == 5 {
		n.give(0, n.volumePool(op))
		return
	}
	x, lower := n.featureMap(0)
	w := n.window(x.shape, nil)
	if x.pad != nil && x.fill == 0 && !op.Ceil && (w.Pads == padding{} || op.CountIncludePad) && fitsKernel(w.Pads.plus(*x.pad), w) {
		// The zeros of a Pad count as pixels.
		var pads padding
		x, pads = n.unpadded(x, 0)
		w.Pads, op.CountIncludePad = w.Pads.plus(pads), true
	}
	op.Window = w.network()
	n.give(0, lower(n.one(op, x)))
}

// volumePool pools NxCxDxHxW: rows and columns first, then along the depth. Maxima
// and averages are the same in either order, for a window's pixels inside the map
// are so many along the depth times so many of a plane.
func (n *node) volumePool(op network.Pool) *value {
	x := n.in[0]
	s := x.shape
	// The attributes of the depth, and of rows and columns.
	parts := map[string][2][]int64{}
	for _, name := range []string{"kernel_shape", "strides", "dilations", "pads"} {
		list, ok := n.integers(name)
		switch {
		case !ok:
		case name == "pads" && len(list) == 6:
			parts[name] = [2][]int64{{list[0], 0, list[3], 0}, {list[1], list[2], list[4], list[5]}}
		case name != "pads" && len(list) == 3:
			parts[name] = [2][]int64{{list[0], 1}, list[1:]}
		default:
			n.bad("%s %v of %v", name, list[:min(len(list), maxRank)], s)
		}
	}
	auto := n.attrs["auto_pad"]
	pool := func(part int, x *value) *value {
		for name, lists := range parts {
			n.attrs[name] = &onnxpb.AttributeProto{Name: &name, Type: onnxpb.AttributeProto_INTS.Enum(), Ints: lists[part]}
		}
		if auto != nil {
			n.attrs["auto_pad"] = auto
		}
		op.Window = n.window(x.shape, nil).network()
		return n.one(op, x)
	}
	y := pool(1, n.one(network.Reshape{Shape: tensor.Shape{s[0], s[1] * s[2], s[3], s[4]}}, x))
	h, w := y.shape[2], y.shape[3]
	y = pool(0, n.one(network.Reshape{Shape: tensor.Shape{s[0], s[1], s[2], h * w}}, y))
	return n.one(network.Reshape{Shape: tensor.Shape{s[0], s[1], y.shape[2], h, w}}, y)
}

// fitsKernel reports whether no window lies in the padding alone.
func fitsKernel(p padding, w window) bool {
	return max(p.Top, p.Bottom) < w.Kernel[0] && max(p.Left, p.Right) < w.Kernel[1]
}

func importGlobalAveragePool(n *node) { n.importGlobalPool(network.Average) }
func importGlobalMaxPool(n *node)     { n.importGlobalPool(network.Max) }

func (n *node) importGlobalPool(r network.Reduction) {
	x := n.in[0]
	if len(x.shape) < 2 {
		n.bad("input %v has no channels", x.shape)
	}
	n.give(0, n.globalPool(r, x))
}

// elements refuses a value without any: there is no mean of none.
func (n *node) elements(x *value) {
	if x.shape.Size() == 0 {
		n.refuse("%s has no elements (%v)", quote(x.name), x.shape)
	}
}

// globalPool reduces all dimensions but the first two to ones.
func (n *node) globalPool(r network.Reduction, x *value) *value {
	s := x.shape
	n.elements(x)
	out := s.Clone()
	for d := 2; d < len(s); d++ {
		out[d] = 1
	}
	if len(s) != 4 {
		width := 1
		if len(s) > 2 {
			width = s[len(s)-1]
		}
		x = n.one(network.Reshape{Shape: tensor.Shape{s[0], s[1], s[2:].Size() / width, width}}, x)
	}
	return n.shaped(n.one(network.GlobalPool{Reduce: r}, x), out)
}

// importReduceMean reads ReduceMean-1 to -18.
func importReduceMean(n *node) { n.give(0, n.mean()) }

// importReduceSum reads ReduceSum-1 to -13 as a mean times the number of elements.
func importReduceSum(n *node) {
	y := n.mean()
	if count := n.in[0].shape.Size() / y.shape.Size(); count > 1 {
		y = n.combine("Mul", y, n.scalar("count", float32(count)))
	}
	n.give(0, y)
}

// mean is the mean over the axes that a Reduce operator names.
func (n *node) mean() *value {
	x := n.in[0]
	n.elements(x)
	rank := len(x.shape)
	keep := n.flag("keepdims", true)
	since := 18
	if n.kind == "ReduceSum" {
		since = 13
	}
	list, _ := n.parameter("axes", 1, since)
	if n.opset >= since && n.flag("noop_with_empty_axes", false) && len(list) == 0 {
		return n.one(network.Identity{}, x)
	}
	axes := n.axes(list, rank)
	if len(list) == 0 {
		for d := range rank {
			axes = append(axes, d)
		}
	}
	slices.Sort(axes)
	shape := tensor.Shape{}
	for d, size := range x.shape {
		switch {
		case !slices.Contains(axes, d):
			shape = append(shape, size)
		case keep:
			shape = append(shape, 1)
		}
	}
	if rank > 2 && len(axes) == rank-2 && axes[0] == 2 { // all but batch and channels
		return n.shaped(n.globalPool(network.Average, x), shape)
	}
	n.larger(x.shape)
	return n.one(network.Mean{Axes: axes, Keep: keep}, x)
}
