package detect

import (
	"fmt"
	"math"
	"strings"
)

// nanoDet decodes NanoDet (github.com/RangiLyu/nanodet), in the form of its
// deployment exports: for each stride a tensor of class scores, 1×cells×classes,
// and one of distances, 1×cells×4·bins.
//
// A distance from a cell's centre to one side of the box is a distribution over
// bins, whose mean counts in strides: the generalised focal loss's "integral" (Li
// et al., arXiv 2006.04388, section 3.2).
func nanoDet() Decoder {
	return Decoder{
		Name: "nanodet", Source: "github.com/RangiLyu/nanodet", Preset: "nanodet",
		Score: 0.4, Overlap: 0.5, Labels: coco(),
		decode: decodeNanoDet,
	}
}

func decodeNanoDet(outs []Output, width, height int, least float64) ([]Box, error) {
	strides := []int{8, 16, 32}
	const bins = 8
	if len(outs) != 2*len(strides) {
		return nil, fmt.Errorf("%d outputs, %d are wanted: %w", len(outs), 2*len(strides), ErrOutputs)
	}
	var boxes []Box
	for _, stride := range strides {
		columns, rows := (width+stride-1)/stride, (height+stride-1)/stride
		var scores, distances *Output
		for i, o := range outs {
			switch s := o.Shape; {
			case len(s) != 3 || s[0] != 1 || s[1] != columns*rows:
			case s[2] == 4*bins && !strings.HasPrefix(o.Name, "cls"):
				distances = &outs[i]
			default:
				scores = &outs[i]
			}
		}
		if scores == nil || distances == nil {
			return nil, fmt.Errorf("no 1x%dx(classes) and 1x%dx%d for stride %d: %w", columns*rows, columns*rows, 4*bins, stride, ErrOutputs)
		}
		classes := scores.Shape[2]
		for cell := range columns * rows {
			class, score := best(scores.Data[cell*classes:][:classes])
			if !(score >= least) {
				continue
			}
			x := (float64(cell%columns) + 0.5) * float64(stride)
			y := (float64(cell/columns) + 0.5) * float64(stride)
			d := distances.Data[cell*4*bins:][:4*bins]
			side := func(i int) float64 { return float64(stride) * integral(d[i*bins:][:bins]) }
			boxes = append(boxes, Box{class, score, x - side(0), y - side(1), x + side(2), y + side(3)})
		}
	}
	return boxes, nil
}

// integral is the mean of the distribution whose logits are given.
func integral(logits []float32) float64 {
	_, most := best(logits)
	var sum, mean float64
	for i, l := range logits {
		p := math.Exp(float64(l) - most)
		sum += p
		mean += p * float64(i)
	}
	return mean / sum
}
