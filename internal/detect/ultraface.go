package detect

import "fmt"

// ultraFace reads the outputs of the Ultra-Light-Fast-Generic-Face-Detector
// (github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB), whose graph
// has the priors in it: scores 1×priors×2, background and face, and boxes
// 1×priors×4, corners in parts of the input's width and height.
func ultraFace() Decoder {
	return Decoder{
		Name: "ultraface", Source: "github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB", Preset: "ultraface",
		Score: 0.7, Overlap: 0.3, Labels: []string{"face"},
		decode: decodeUltraFace,
	}
}

func decodeUltraFace(outs []Output, width, height int, least float64) ([]Box, error) {
	var scores, corners *Output
	for i, o := range outs {
		switch s := o.Shape; {
		case len(s) != 3 || s[0] != 1:
		case s[2] == 2:
			scores = &outs[i]
		case s[2] == 4:
			corners = &outs[i]
		}
	}
	if len(outs) != 2 || scores == nil || corners == nil || scores.Shape[1] != corners.Shape[1] {
		return nil, fmt.Errorf("1xNx2 and 1xNx4 are wanted: %w", ErrOutputs)
	}
	var boxes []Box
	for i := range scores.Shape[1] {
		score := float64(scores.Data[2*i+1])
		if !(score >= least) {
			continue
		}
		c := corners.Data[4*i:][:4]
		w, h := float64(width), float64(height)
		boxes = append(boxes, Box{0, score, w * float64(c[0]), h * float64(c[1]), w * float64(c[2]), h * float64(c[3])})
	}
	return boxes, nil
}
