package onnx

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// maxWindow bounds kernels, strides, dilations and pads: products of two fit the
// int32 of shaders.
const maxWindow = 1 << 14

// importConv reads a 2-D convolution (Conv-1, -11, -22).
func importConv(n *node) {
	x := n.featureMap(0)
	w := n.knownFloats(1, "weights")
	if len(w.Shape) != 4 {
		n.refuse("weights %v, only 2-D convolution", w.Shape)
	}
	if n.input(2) != nil {
		n.knownFloats(2, "bias")
	}
	groups := n.integer("group", 1, 1, maxDim)
	window := n.window(x.shape, w.Shape[2:])
	x, pads := n.unpadded(x)
	window.Pads = window.Pads.plus(pads)
	inputs := append([]*value{x}, n.in[1:]...)
	n.give(0, n.one(network.Conv{Window: window.network(), Groups: groups}, inputs...))
}

// featureMap is input i, which must have four dimensions.
func (n *node) featureMap(i int) *value {
	if x := n.in[i]; len(x.shape) != 4 {
		n.refuse("input %v, only 2-D feature maps NxCxHxW", x.shape)
	}
	return n.in[i]
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

// window reads the attributes that convolution and pooling share. The kernel is
// nil where the attribute alone tells it.
func (n *node) window(x, kernel tensor.Shape) window {
	w := window{
		Kernel:   n.pair("kernel_shape", [2]int{}),
		Stride:   n.pair("strides", [2]int{1, 1}),
		Dilation: n.pair("dilations", [2]int{1, 1}),
	}
	switch {
	case kernel != nil && w.Kernel == [2]int{}:
		w.Kernel = [2]int(kernel)
	case w.Kernel == [2]int{}:
		n.bad("attribute %q is missing", "kernel_shape")
	case kernel != nil && w.Kernel != [2]int(kernel):
		n.bad("kernel_shape is %v, the weights are %v", w.Kernel, kernel)
	}
	for _, k := range w.Kernel {
		if k < 1 || k > maxWindow {
			n.bad("kernel %v", w.Kernel)
		}
	}
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

// pair reads an attribute with a positive number for each of two axes.
func (n *node) pair(name string, absent [2]int) [2]int {
	list, ok := n.integers(name)
	if !ok {
		return absent
	}
	if len(list) != 2 {
		n.refuse("%s %v, only 2-D", name, list[:min(len(list), maxRank)])
	}
	var p [2]int
	for i, v := range list {
		if v < 1 || v > maxWindow {
			n.bad("%s %v, only 1 to %d", name, list, maxWindow)
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
	if len(list) != 4 {
		n.refuse("pads %v, only 2-D", list[:min(len(list), maxRank)])
	}
	for _, v := range list {
		if v < 0 || v > maxWindow {
			n.bad("pads %v, only 0 to %d", list, maxWindow)
		}
	}
	return padding{int(list[0]), int(list[1]), int(list[2]), int(list[3])}
}
