package onnx

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// maxWindow bounds kernels, strides, dilations and pads: products of two fit the
// int32 of shaders.
const maxWindow = 1 << 14

// importConv reads a convolution in one or two dimensions (Conv-1, -11, -22).
func importConv(n *node) {
	x, lower := n.featureMap(0)
	w := n.kernels(1)
	if n.input(2) != nil {
		n.knownFloats(2, "bias")
	}
	groups := n.integer("group", 1, 1, maxDim)
	window := n.window(x.shape, w.shape[2:])
	x, pads := n.unpadded(x, 0)
	window.Pads = window.Pads.plus(pads)
	inputs := append([]*value{x, w}, n.in[2:]...)
	n.give(0, lower(n.one(network.Conv{Window: window.network(), Groups: groups}, inputs...)))
}

// importConvTranspose reads ConvTranspose-1 to -22 in one or two dimensions.
func importConvTranspose(n *node) {
	x, lower := n.featureMap(0)
	w := n.kernels(1)
	if n.input(2) != nil {
		n.knownFloats(2, "bias")
	}
	op := network.ConvTranspose{Groups: n.integer("group", 1, 1, maxDim)}
	auto := n.text("auto_pad", "NOTSET")
	given, fixed := n.integers("output_shape")
	if fixed && len(given) == len(n.in[0].shape) {
		given = given[2:] // some exporters write the whole shape
	}
	extra := n.list("output_padding", 0, 0, maxWindow)
	win := n.slide(w.shape[2:])
	var pads padding
	switch auto {
	case "NOTSET", "":
		pads = n.pads()
	case "VALID", "SAME_UPPER", "SAME_LOWER":
		n.noPads(auto)
	default:
		n.bad("auto_pad %s", quote(auto))
	}
	sides := [2][2]*int{{&pads.Top, &pads.Bottom}, {&pads.Left, &pads.Right}}
	for d := range 2 {
		full := (x.shape[2+d]-1)*win.Stride[d] + (win.Kernel[d]-1)*win.Dilation[d] + 1
		var size int
		switch {
		case fixed:
			if len(given) != len(n.in[0].shape)-2 {
				n.bad("output_shape %v of %v", given[:min(len(given), maxRank)], n.in[0].shape)
			}
			if n.line && d == 0 {
				continue
			}
			if s := given[len(given)-2+d]; s >= 1 && s <= maxElements {
				size = int(s)
			} else {
				n.bad("output_shape %v", given)
			}
		case auto == "SAME_UPPER" || auto == "SAME_LOWER":
			size = x.shape[2+d] * win.Stride[d]
		default:
			continue
		}
		// What the output lacks of the full size is cut off, more of it at the
		// beginning unless auto_pad says otherwise; what it has more is added.
		cut := max(full+extra[d]-size, 0)
		*sides[d][0], *sides[d][1] = cut-cut/2, cut/2
		if auto == "SAME_UPPER" {
			*sides[d][0], *sides[d][1] = cut/2, cut-cut/2
		}
		extra[d] = size - (full - cut)
	}
	win.Pads = pads
	op.Window, op.Extra = win.network(), extra
	inputs := append([]*value{x, w}, n.in[2:]...)
	n.give(0, lower(n.one(op, inputs...)))
}

// featureMap is input i as a feature map NxCxHxW. A sequence NxCxL is seen as one
// of a single row; lower gives the result back as a sequence.
func (n *node) featureMap(i int) (x *value, lower func(*value) *value) {
	switch x = n.in[i]; len(x.shape) {
	case 4:
		return x, func(y *value) *value { return y }
	case 3:
		n.line = true
		s := x.shape
		return n.one(network.Reshape{Shape: tensor.Shape{s[0], s[1], 1, s[2]}}, x), func(y *value) *value {
			return n.one(network.Reshape{Shape: tensor.Shape{y.shape[0], y.shape[1], y.shape[3]}}, y)
		}
	}
	n.refuse("input %v, only feature maps NxCxHxW and sequences NxCxL", n.in[i].shape)
	return nil, nil
}

// kernels are the constant weights of a convolution, in four dimensions.
func (n *node) kernels(i int) *value {
	w := n.knownFloats(i, "weights")
	if len(w.Shape) != len(n.in[0].shape) {
		n.bad("weights %v for %v", w.Shape, n.in[0].shape)
	}
	if !n.line {
		return n.in[i]
	}
	v := n.one(network.Reshape{Shape: tensor.Shape{w.Shape[0], w.Shape[1], 1, w.Shape[2]}}, n.in[i])
	v.name = n.in[i].name
	return v
}

// padding is network.Pads, with arithmetic.
type padding network.Pads

func (p padding) plus(q padding) padding {
	return padding{p.Top + q.Top, p.Left + q.Left, p.Bottom + q.Bottom, p.Right + q.Right}
}

type window struct {
	Kernel, Stride, Dilation [2]int
	Pads                     padding
}

func (w window) network() network.Window {
	return network.Window{Kernel: w.Kernel, Stride: w.Stride, Dilation: w.Dilation, Pads: network.Pads(w.Pads)}
}

// slide reads how a kernel slides. The kernel is nil where the attribute alone
// tells it.
func (n *node) slide(kernel tensor.Shape) window {
	w := window{
		Kernel:   n.list("kernel_shape", 0, 1, maxWindow),
		Stride:   n.list("strides", 1, 1, maxWindow),
		Dilation: n.list("dilations", 1, 1, maxWindow),
	}
	switch {
	case kernel != nil && w.Kernel[1] == 0:
		w.Kernel = [2]int(kernel)
	case w.Kernel[1] == 0:
		n.bad("attribute %q is missing", "kernel_shape")
	case n.line:
		w.Kernel[0] = 1
	}
	if kernel != nil && w.Kernel != [2]int(kernel) {
		n.bad("kernel_shape is %v, the weights are %v", w.Kernel, kernel)
	}
	for _, k := range w.Kernel {
		if k < 1 || k > maxWindow {
			n.bad("kernel %v", w.Kernel)
		}
	}
	return w
}

// window reads the attributes that convolution and pooling share.
func (n *node) window(x, kernel tensor.Shape) window {
	w := n.slide(kernel)
	switch auto := n.text("auto_pad", "NOTSET"); auto {
	case "NOTSET", "":
		w.Pads = n.pads()
	case "VALID":
		n.noPads(auto)
	case "SAME_UPPER", "SAME_LOWER":
		n.noPads(auto)
		w.Pads.Top, w.Pads.Bottom = same(x[2], w.Kernel[0], w.Stride[0], w.Dilation[0], auto == "SAME_LOWER")
		w.Pads.Left, w.Pads.Right = same(x[3], w.Kernel[1], w.Stride[1], w.Dilation[1], auto == "SAME_LOWER")
	default:
		n.bad("auto_pad %s", quote(auto))
	}
	return w
}

// noPads refuses pads beside auto_pad, where some exporters leave zeros.
func (n *node) noPads(auto string) {
	if (n.pads() != padding{}) {
		n.bad("pads are given beside auto_pad %s", auto)
	}
}

// same shares out the padding that makes the output as large as the input
// divided by the stride, rounded up; the odd pixel goes to the end, or if lower
// to the beginning.
func same(in, kernel, stride, dilation int, lower bool) (before, after int) {
	out := (in + stride - 1) / stride
	total := max((out-1)*stride+(kernel-1)*dilation+1-in, 0)
	if lower {
		return total - total/2, total / 2
	}
	return total / 2, total - total/2
}

// list reads an attribute with a number for each axis, absent where it is not
// given, or for the one row that a sequence has.
func (n *node) list(name string, absent, least, most int) [2]int {
	p := [2]int{absent, absent}
	list, ok := n.integers(name)
	if !ok {
		return p
	}
	if n.line && len(list) == 1 {
		list = []int64{int64(max(absent, least)), list[0]}
	}
	if len(list) != 2 {
		n.bad("%s %v of %v", name, list[:min(len(list), maxRank)], n.in[0].shape)
	}
	for i, v := range list {
		if v < int64(least) || v > int64(most) {
			n.bad("%s %v, only %d to %d", name, list, least, most)
		}
		p[i] = int(v)
	}
	return p
}

// pads reads the attribute pads: top, left, bottom, right.
func (n *node) pads() padding {
	list, ok := n.integers("pads")
	if !ok {
		return padding{}
	}
	if n.line && len(list) == 2 {
		list = []int64{0, list[0], 0, list[1]}
	}
	if len(list) != 4 {
		n.bad("pads %v of %v", list[:min(len(list), maxRank)], n.in[0].shape)
	}
	for _, v := range list {
		if v < 0 || v > maxWindow {
			n.bad("pads %v, only 0 to %d", list, maxWindow)
		}
	}
	return padding{int(list[0]), int(list[1]), int(list[2]), int(list[3])}
}
