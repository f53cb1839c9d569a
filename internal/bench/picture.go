package bench

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// PictureName is how reports call Picture.
const PictureName = "test picture made in code"

// Picture draws a picture with the statistics of a photo: smooth light, edges of
// coloured things, and fine texture. It is the same everywhere, so that results
// can be compared without a file.
func Picture(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	r := rand.New(rand.NewPCG(1707, 1083))
	type disc struct {
		x, y, radius float64
		tint         [3]float64
	}
	discs := make([]disc, 24)
	for i := range discs {
		discs[i] = disc{r.Float64(), r.Float64(), 0.04 + 0.14*r.Float64(),
			[3]float64{r.Float64(), r.Float64(), r.Float64()}}
	}
	for py := range height {
		for px := range width {
			x, y := float64(px)/float64(width), float64(py)/float64(height)
			light := 0.75 + 0.2*math.Sin(3*x+2*y) - 0.3*y
			c := [3]float64{0.45 + 0.2*y, 0.5, 0.6 - 0.3*y} // sky above, ground below
			for _, d := range discs {
				if math.Hypot(x-d.x, y-d.y) < d.radius {
					c = d.tint
				}
			}
			texture := 0.08*math.Sin(float64(px)*0.9)*math.Cos(float64(py)*0.7) + 0.06*(r.Float64()-0.5)
			var rgb [3]uint8
			for i := range rgb {
				rgb[i] = uint8(255 * min(max(c[i]*light+texture, 0), 1))
			}
			img.SetRGBA(px, py, color.RGBA{rgb[0], rgb[1], rgb[2], 255})
		}
	}
	return img
}
