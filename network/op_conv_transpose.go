package network

import "github.com/shufflegl/shufflegl/tensor"

// ConvTranspose is a grouped transposed convolution, the gradient of Conv by its
// input: each input pixel adds its multiple of the kernel to the output.
//
//	y[n, q·M/G + m, i·s−p+u·d, j·s−p+v·d] += w[q·C/G + c, m, u, v] · x[n, q·C/G + c, i, j]
//
// Inputs: x [N,C,H,W], w [C,M/G,kH,kW], optional b [M]. The output has
// (H−1)·stride + (kH−1)·dilation + 1 − pads + Extra rows.
type ConvTranspose struct {
	Window
	Groups int    // 0 means 1
	Extra  [2]int // rows and columns added at the bottom and right
}

func (ConvTranspose) Kind() string { return "ConvTranspose" }

// G is the number of groups, at least 1.
func (c ConvTranspose) G() int { return max(c.Groups, 1) }

func (c ConvTranspose) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 2, 1); err != nil {
		return nil, err
	}
	x, w, g := in[0], in[1], c.G()
	win, err := c.check()
	if err != nil {
		return nil, err
	}
	switch {
	case c.Groups < 0:
		return nil, shapeErr("%d groups", c.Groups)
	case len(x) != 4:
		return nil, shapeErr("input is %v, a feature map NxCxHxW is wanted", x)
	case len(w) != 4 || w[2] != win.Kernel[0] || w[3] != win.Kernel[1]:
		return nil, shapeErr("weights are %v, the kernel is %dx%d", w, win.Kernel[0], win.Kernel[1])
	case w[0] != x[1] || x[1]%g != 0:
		return nil, shapeErr("%d input channels in %d groups want weights %dxMxKxK, not %v", x[1], g, x[1], w)
	case min(c.Extra[0], c.Extra[1]) < 0 || max(c.Extra[0], c.Extra[1]) > maxWindow:
		return nil, shapeErr("extra %v: each must be 0 to %d", c.Extra, maxWindow)
	case len(in) == 3 && in[2] != nil && !in[2].Equal(tensor.Shape{w[1] * g}):
		return nil, shapeErr("bias is %v, %d output channels", in[2], w[1]*g)
	}
	h := (x[2]-1)*win.Stride[0] + (win.Kernel[0]-1)*win.Dilation[0] + 1 - win.Pads.Top - win.Pads.Bottom + c.Extra[0]
	wd := (x[3]-1)*win.Stride[1] + (win.Kernel[1]-1)*win.Dilation[1] + 1 - win.Pads.Left - win.Pads.Right + c.Extra[1]
	if h < 1 || wd < 1 {
		return nil, shapeErr("padding %v leaves nothing of %v", win.Pads, x)
	}
	return one(x[0], w[1]*g, h, wd)
}
