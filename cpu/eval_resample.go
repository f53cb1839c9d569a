package cpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// evalResample makes each pixel of a few pixels, by rows and columns apart, as
// network.Resample says:
//
//	y[p,i,j] = Σ_{a in Rows[i]} Σ_{b in Columns[j]} a.Weight · b.Weight · x[p, a.From, b.From]
//
// with Fill for x where a position is negative.
func evalResample(op network.Resample, y, x *tensor.Tensor) {
	planes, height, width := network.PlaneForm(x.Shape)
	outHeight, outWidth := len(op.Rows), len(op.Columns)
	for p := range planes {
		for i, rows := range op.Rows {
			for j, columns := range op.Columns {
				sum := 0.0
				for _, a := range rows {
					for _, b := range columns {
						v := op.Fill
						if a.From >= 0 && b.From >= 0 {
							v = x.Data[(p*height+a.From)*width+b.From]
						}
						sum += float64(a.Weight) * float64(b.Weight) * float64(v)
					}
				}
				y.Data[(p*outHeight+i)*outWidth+j] = float32(sum)
			}
		}
	}
}
