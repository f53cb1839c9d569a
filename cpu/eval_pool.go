package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalPool is the definition of ONNX's MaxPool-12 and AveragePool-19:
//
//	max      y[n,c,i,j] = max_{u,v} x[n, c, i·s−p+u·d, j·s−p+v·d]
//	average  y[n,c,i,j] = (1/K) Σ_{u,v} x[n, c, i·s−p+u·d, j·s−p+v·d]
//
// over the (u,v) that fall inside the map. K counts them, or with
// CountIncludePad those inside the map and its padding. Of nothing, the maximum
// is −∞ and the average is 0.
//
//	x [N,C,H,W]  y [N,C,H',W']
func evalPool(op network.Pool, y, x *tensor.Tensor) {
	win := op.Normal()
	xs, ys := x.Shape, y.Shape
	for n := range ys[0] {
		for c := range ys[1] {
			for i := range ys[2] {
				for j := range ys[3] {
					sum, count, most := 0.0, 0, math.Inf(-1)
					for u := range win.Kernel[0] {
						for v := range win.Kernel[1] {
							r := i*win.Stride[0] - win.Pads.Top + u*win.Dilation[0]
							s := j*win.Stride[1] - win.Pads.Left + v*win.Dilation[1]
							inside := r >= 0 && r < xs[2] && s >= 0 && s < xs[3]
							padding := r < xs[2]+win.Pads.Bottom && s < xs[3]+win.Pads.Right
							if inside {
								e := float64(at4(x, n, c, r, s))
								sum, most = sum+e, max(most, e)
							}
							if inside || op.CountIncludePad && padding {
								count++
							}
						}
					}
					result := most
					if op.Reduce == network.Average {
						result = sum / float64(max(count, 1))
					}
					y.Data[index4(ys, n, c, i, j)] = float32(result)
				}
			}
		}
	}
}

// evalGlobalPool is the definition of ONNX's GlobalMaxPool-1 and
// GlobalAveragePool-1:
//
//	max      y[n,c,0,0] = max_{i,j} x[n,c,i,j]
//	average  y[n,c,0,0] = (1/HW) Σ_{i,j} x[n,c,i,j]
//
//	x [N,C,H,W]  y [N,C,1,1]
func evalGlobalPool(op network.GlobalPool, y, x *tensor.Tensor) {
	hw := x.Shape[2] * x.Shape[3]
	for p := range y.Data {
		sum, most := 0.0, math.Inf(-1)
		for _, e := range x.Data[p*hw : (p+1)*hw] {
			sum, most = sum+float64(e), max(most, float64(e))
		}
		y.Data[p] = float32(most)
		if op.Reduce == network.Average {
			y.Data[p] = float32(sum / float64(hw))
		}
	}
}
