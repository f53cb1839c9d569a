package cpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalConv is the definition of ONNX's Conv (onnx.ai, operators, Conv-11), which
// is a cross-correlation:
//
//	y[n,m,i,j] = b[m] + Σ_{c,u,v} w[m,c,u,v] · x[n, q·C/G + c, i·s−p+u·d, j·s−p+v·d]
//
// with q = ⌊m/(M/G)⌋, and x zero outside the map.
//
//	x [N,C,H,W]  w [M,C/G,kH,kW]  b [M] or nil  y [N,M,H',W']
func evalConv(op network.Conv, y, x, w, b *tensor.Tensor) {
	win := op.Normal()
	cg, mg := w.Shape[1], w.Shape[0]/op.G()
	xs, ys := x.Shape, y.Shape
	for n := range ys[0] {
		for m := range ys[1] {
			for i := range ys[2] {
				for j := range ys[3] {
					sum := 0.0
					if b != nil {
						sum = float64(b.Data[m])
					}
					for c := range cg {
						for u := range win.Kernel[0] {
							for v := range win.Kernel[1] {
								r := i*win.Stride[0] - win.Pads.Top + u*win.Dilation[0]
								s := j*win.Stride[1] - win.Pads.Left + v*win.Dilation[1]
								if r < 0 || r >= xs[2] || s < 0 || s >= xs[3] {
									continue
								}
								sum += float64(at4(w, m, c, u, v)) * float64(at4(x, n, m/mg*cg+c, r, s))
							}
						}
					}
					y.Data[index4(ys, n, m, i, j)] = float32(sum)
				}
			}
		}
	}
}

func index4(s tensor.Shape, n, c, i, j int) int { return ((n*s[1]+c)*s[2]+i)*s[3] + j }

func at4(t *tensor.Tensor, n, c, i, j int) float32 { return t.Data[index4(t.Shape, n, c, i, j)] }
