package pixelstats

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// habit is a usual way to give pixels to a network, and the statistics that
// ImageNet's pictures have then.
type habit struct {
	name string
	tensor.Preprocess
	mean      [3]float64
	deviation float64
}

// ImageNet's mean colour, R, G, B in 0..255, and the deviation of all three.
func imageNet() (mean [3]float64, deviation float64) { return [3]float64{123.7, 116.3, 103.5}, 57.6 }

func habits() []habit {
	none := tensor.Preprocess{}
	var list []habit
	add := func(name string, order tensor.Order, mean, scale [3]float32) {
		h := habit{name: name, Preprocess: none}
		h.Order, h.Mean, h.Scale = order, mean, scale
		of, deviation := imageNet()
		if order == tensor.BGR {
			slices.Reverse(of[:])
		}
		for c := range 3 {
			h.mean[c] = (of[c] - float64(mean[c])) * float64(scale[c])
		}
		h.deviation = deviation * float64(scale[0])
		list = append(list, h)
	}
	all := func(x float32) [3]float32 { return [3]float32{x, x, x} }
	add("RGB, 0..255", tensor.RGB, all(0), all(1))
	add("BGR, 0..255", tensor.BGR, all(0), all(1))
	add("RGB, 0..1", tensor.RGB, all(0), all(1.0/255))
	add("BGR, 0..1", tensor.BGR, all(0), all(1.0/255))
	add("RGB, -1..1", tensor.RGB, all(127.5), all(1/127.5))
	add("BGR, -1..1", tensor.BGR, all(127.5), all(1/127.5))
	// Whatever was centred on zero has lost the order of its planes: the usual
	// one is taken.
	add("BGR minus ImageNet's mean", tensor.BGR, [3]float32{104, 117, 123}, all(1))
	p := tensor.Preprocess{}.Normalise([3]float32{0.485, 0.456, 0.406}, [3]float32{0.229, 0.224, 0.225})
	add("RGB, ImageNet's mean and deviation taken out", tensor.RGB, p.Mean, p.Scale)
	return list
}
