package network

import "github.com/shufflegl/shufflegl/tensor"

// Pads are the rows and columns of padding on each side of a feature map.
type Pads struct{ Top, Left, Bottom, Right int }

// Pad returns the same padding on every side.
func Pad(p int) Pads { return Pads{p, p, p, p} }

// Window is how a kernel slides over a feature map, vertically then
// horizontally. A zero Stride or Dilation means 1.
type Window struct {
	Kernel   [2]int
	Stride   [2]int
	Dilation [2]int
	Pads     Pads
}

// Square returns a k×k window with the same stride and padding both ways.
func Square(k, stride, pad int) Window {
	return Window{Kernel: [2]int{k, k}, Stride: [2]int{stride, stride}, Dilation: [2]int{1, 1}, Pads: Pad(pad)}
}

// Normal returns the window with its zero strides and dilations set to 1.
func (w Window) Normal() Window {
	for i := range 2 {
		w.Stride[i] = max(w.Stride[i], 1)
		w.Dilation[i] = max(w.Dilation[i], 1)
	}
	return w
}

// slide gives the output size of one axis: floor or ceil((in+pad−extent)/stride)+1.
// With ceil, a window that starts in the far padding is left out, as ONNX and
// PyTorch do.
func slide(in, kernel, stride, dilation, before, after int, ceil bool) int {
	room := in + before + after - ((kernel-1)*dilation + 1)
	if room < 0 {
		return 0
	}
	n := room/stride + 1
	if ceil && room%stride != 0 && n*stride < in+before {
		n++
	}
	return n
}

// maxWindow bounds a window's parameters, so that their products can be counted.
const maxWindow = 1 << 14

// check gives the window with its zeros filled in, if all of it is within bounds.
func (w Window) check() (Window, error) {
	if min(w.Stride[0], w.Stride[1], w.Dilation[0], w.Dilation[1]) < 0 {
		return w, shapeErr("stride %v, dilation %v: none may be negative", w.Stride, w.Dilation)
	}
	w = w.Normal()
	for i := range 2 {
		if w.Kernel[i] < 1 || max(w.Kernel[i], w.Stride[i], w.Dilation[i]) > maxWindow {
			return w, shapeErr("kernel %v, stride %v, dilation %v: each must be 1 to %d", w.Kernel, w.Stride, w.Dilation, maxWindow)
		}
	}
	p := w.Pads
	if min(p.Top, p.Left, p.Bottom, p.Right) < 0 || max(p.Top, p.Left, p.Bottom, p.Right) > maxWindow {
		return w, shapeErr("pads %v: each must be 0 to %d", p, maxWindow)
	}
	return w, nil
}

// infer gives the output's rows and columns.
func (w Window) infer(x tensor.Shape, ceil bool) (h, wd int, err error) {
	if len(x) != 4 {
		return 0, 0, shapeErr("input is %v, a feature map NxCxHxW is wanted", x)
	}
	if w, err = w.check(); err != nil {
		return 0, 0, err
	}
	p := w.Pads
	h = slide(x[2], w.Kernel[0], w.Stride[0], w.Dilation[0], p.Top, p.Bottom, ceil)
	wd = slide(x[3], w.Kernel[1], w.Stride[1], w.Dilation[1], p.Left, p.Right, ceil)
	if h < 1 || wd < 1 {
		return 0, 0, shapeErr("kernel %dx%d (dilation %v) is larger than the padded input %v", w.Kernel[0], w.Kernel[1], w.Dilation, x)
	}
	return h, wd, nil
}

// Conv is a grouped 2-D convolution (cross-correlation):
//
//	y[n,m,i,j] = b[m] + Σ_{c,u,v} w[m,c,u,v] · x[n, q·C/G + c, i·s−p+u·d, j·s−p+v·d]
//
// with q = m / (M/G) the group of output channel m. Inputs: x [N,C,H,W], w
// [M,C/G,kH,kW], optional b [M]. Groups = C = M makes it depthwise.
type Conv struct {
	Window
	Groups int // 0 means 1
}

func (Conv) Kind() string { return "Conv" }

// G is the number of groups, at least 1.
func (c Conv) G() int { return max(c.Groups, 1) }

func (c Conv) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 2, 1); err != nil {
		return nil, err
	}
	x, w, g := in[0], in[1], c.G()
	h, wd, err := c.infer(x, false)
	if err != nil {
		return nil, err
	}
	switch {
	case len(w) != 4 || w[2] != c.Kernel[0] || w[3] != c.Kernel[1]:
		return nil, shapeErr("weights are %v, the kernel is %dx%d", w, c.Kernel[0], c.Kernel[1])
	case c.Groups < 0:
		return nil, shapeErr("%d groups", c.Groups)
	case x[1]%g != 0 || w[0]%g != 0:
		return nil, shapeErr("%d input and %d output channels do not divide into %d groups", x[1], w[0], g)
	case w[1] != x[1]/g:
		return nil, shapeErr("%d input channels in %d groups want weights Mx%dxKxK, not %v", x[1], g, x[1]/g, w)
	case len(in) == 3 && in[2] != nil && !in[2].Equal(tensor.Shape{w[0]}):
		return nil, shapeErr("bias is %v, %d output channels", in[2], w[0])
	}
	return one(x[0], w[0], h, wd)
}

// Pointwise reports whether every output pixel depends on one input pixel.
func (c Conv) Pointwise() bool {
	w := c.Normal()
	return w.Kernel == [2]int{1, 1} && w.Stride == [2]int{1, 1} && w.Pads == Pads{}
}
