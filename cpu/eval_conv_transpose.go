package cpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalConvTranspose adds each input pixel's multiple of the kernel to the output
// (ONNX's ConvTranspose-11; Dumoulin and Visin, arXiv 1603.07285, chapter 4):
//
//	y[n, q·M/G + m, i·s−p+u·d, j·s−p+v·d] += w[q·C/G + c, m, u, v] · x[n, q·C/G + c, i, j]
//
//	x [N,C,H,W]  w [C,M/G,kH,kW]  bias [M] or nil
func evalConvTranspose(op network.ConvTranspose, y, x, w, bias *tensor.Tensor) {
	win := op.Normal()
	channels := x.Shape[1]
	outputs, outHeight, outWidth := y.Shape[1], y.Shape[2], y.Shape[3]
	perGroup := w.Shape[1]
	sums := make([]float64, len(y.Data))
	for e := range sums {
		if bias != nil {
			sums[e] = float64(bias.Data[e/(outHeight*outWidth)%outputs])
		}
	}
	for e, v := range x.Data {
		at := position(x.Shape, e)
		n, c, i, j := at[0], at[1], at[2], at[3]
		group := c / (channels / op.G())
		for m := range perGroup {
			for u := range win.Kernel[0] {
				for t := range win.Kernel[1] {
					row := i*win.Stride[0] - win.Pads.Top + u*win.Dilation[0]
					column := j*win.Stride[1] - win.Pads.Left + t*win.Dilation[1]
					if row < 0 || row >= outHeight || column < 0 || column >= outWidth {
						continue
					}
					weight := w.Data[((c*perGroup+m)*win.Kernel[0]+u)*win.Kernel[1]+t]
					out := ((n*outputs+group*perGroup+m)*outHeight+row)*outWidth + column
					sums[out] += float64(weight) * float64(v)
				}
			}
		}
	}
	for e, s := range sums {
		y.Data[e] = float32(s)
	}
}
