// Package bilinear says between which pixels of a picture each pixel of a scaled
// one lies: the one rule by which package tensor resizes photos on the CPU and
// package gpu on the GPU, to the same bit.
//
// The rule is half-pixel centres, edges repeated and no antialiasing, with weights
// in units of 1/2048: OpenCV's INTER_LINEAR, which is what networks were trained
// and their published results made with.
package bilinear

import "image"

// A Tap is one output coordinate: it lies between the inputs I and J, W/2048 of the
// way. J is I+1, or I where there is no next input, and W is then 0.
type Tap struct{ I, J, W int32 }

// One is the weight of a whole input.
const One = 1 << 11

// Taps returns where the outputs from..to-1 of a line lie, when in inputs are
// scaled to out outputs.
func Taps(from, to, out, in int) []Tap {
	t := make([]Tap, max(0, to-from))
	for k := range t {
		t[k] = at((float64(from+k)+0.5)*float64(in)/float64(out)-0.5, in)
	}
	return t
}

// at is the tap at a position counted in inputs, of which there are in.
func at(pos float64, in int) Tap {
	pos = max(0, min(pos, float64(in-1)))
	i := int32(pos)
	return Tap{i, min(i+1, int32(in-1)), int32((pos-float64(i))*One + 0.5)}
}

// Chroma turns taps of the luma plane, along the coordinates from..to-1 of an
// image, into taps of a chroma plane with one sample for step pixels. Samples lie
// in the middle of the pixels they stand for.
func Chroma(luma []Tap, from, to, step int) []Tap {
	if step == 1 {
		return luma
	}
	first, samples := from/step, Samples(from, to, step)
	t := make([]Tap, len(luma))
	for k, l := range luma {
		pos := float64(from) + float64(l.I) + float64(l.W)/One + 0.5 // from the pixel grid's origin
		t[k] = at(pos/float64(step)-0.5-float64(first), samples)
	}
	return t
}

// Samples is how many chroma samples the coordinates from..to-1 have.
func Samples(from, to, step int) int { return (to-1)/step - from/step + 1 }

// Steps is how many pixels share a chroma sample, across and down.
func Steps(r image.YCbCrSubsampleRatio) (x, y int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}
