// Package detect turns the raw outputs of published object detectors into boxes.
//
// Each file has one detector's decoding as its authors published it, and a row in
// decoders. Decoding is arithmetic on a few thousand numbers, done on the CPU and
// apart from the network.
package detect

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// Box is an object that was found. Corners are in pixels, X to the right and Y
// down, of the network's input as decoders give them, or of the photo after
// Place.
type Box struct {
	Class          int
	Score          float64
	X0, Y0, X1, Y1 float64
}

// Output is an output of a network with its name.
type Output struct {
	Name string
	*tensor.Tensor
}

// ErrOutputs is wrapped where a decoder is given outputs that it cannot read.
var ErrOutputs = errors.New("not this detector's outputs")

// Decoder is the post-processing that was published with a detector.
type Decoder struct {
	Name   string
	Source string // where it was published
	Preset string // how photos become its input: a name that tensor.Preset knows
	// The published thresholds: the least score of an object, and how much two
	// boxes of a class may overlap (intersection over union).
	Score, Overlap float64
	// Labels are the names of its classes, as far as they are known.
	Labels []string

	// decode lists all boxes of at least some score, for an input of width and
	// height pixels. Its error wraps ErrOutputs if they are not the detector's.
	decode func(outs []Output, width, height int, least float64) ([]Box, error)
}

// Decoders lists what there is: to add one, add a file and a row.
func Decoders() []Decoder { return []Decoder{nanoDet(), yoloFastestV2(), ultraFace()} }

// ByName finds a decoder.
func ByName(name string) (Decoder, bool) {
	all := Decoders()
	i := slices.IndexFunc(all, func(d Decoder) bool { return d.Name == name })
	if i < 0 {
		return Decoder{}, false
	}
	return all[i], true
}

// Recognise finds the decoder that can read outputs of these names and shapes,
// of a network whose input has width and height pixels. The data is not read.
func Recognise(outs []Output, width, height int) (Decoder, bool) {
	for _, d := range Decoders() {
		if _, err := d.decode(blank(outs), width, height, math.Inf(1)); err == nil {
			return d, true
		}
	}
	return Decoder{}, false
}

// blank gives outputs data of zeros where they have none.
func blank(outs []Output) []Output {
	outs = slices.Clone(outs)
	for i, o := range outs {
		if o.Data == nil {
			outs[i].Tensor = tensor.New(o.Shape...)
		}
	}
	return outs
}

// Decode gives the objects in the outputs for an input of width and height
// pixels, best first: those of at least a score, less those that overlap a
// better one of their class by more than overlap.
func (d Decoder) Decode(outs []Output, width, height int, score, overlap float64) ([]Box, error) {
	boxes, err := d.decode(outs, width, height, score)
	if err != nil {
		return nil, fmt.Errorf("detect: %s: %w", d.Name, err)
	}
	return suppress(boxes, overlap), nil
}

// Label is a class's name, or "class N".
func Label(labels []string, class int) string {
	if class < len(labels) {
		return labels[class]
	}
	return fmt.Sprintf("class %d", class)
}

// suppress is greedy non-maximum suppression within each class.
func suppress(boxes []Box, overlap float64) []Box {
	slices.SortStableFunc(boxes, func(a, b Box) int { return cmp.Compare(b.Score, a.Score) })
	var kept []Box
	for _, b := range boxes {
		if !slices.ContainsFunc(kept, func(k Box) bool { return k.Class == b.Class && IoU(k, b) > overlap }) {
			kept = append(kept, b)
		}
	}
	return kept
}

// IoU is the area that two boxes share divided by the area that they cover.
func IoU(a, b Box) float64 {
	w := min(a.X1, b.X1) - max(a.X0, b.X0)
	h := min(a.Y1, b.Y1) - max(a.Y0, b.Y0)
	if !(w > 0 && h > 0) {
		return 0
	}
	shared := w * h
	return shared / (a.area() + b.area() - shared)
}

func (b Box) area() float64 { return (b.X1 - b.X0) * (b.Y1 - b.Y0) }

// Place moves boxes from a network's input to the photo, of which the scaled
// copy lies at place in the input (see tensor.Preprocess.Place), and clips them
// to it. A box of which nothing is left goes.
func Place(boxes []Box, place image.Rectangle, width, height int) []Box {
	x := func(v float64) float64 {
		return min(max((v-float64(place.Min.X))*float64(width)/float64(place.Dx()), 0), float64(width))
	}
	y := func(v float64) float64 {
		return min(max((v-float64(place.Min.Y))*float64(height)/float64(place.Dy()), 0), float64(height))
	}
	placed := make([]Box, 0, len(boxes))
	for _, b := range boxes {
		b.X0, b.Y0, b.X1, b.Y1 = x(b.X0), y(b.Y0), x(b.X1), y(b.Y1)
		if b.X1 > b.X0 && b.Y1 > b.Y0 {
			placed = append(placed, b)
		}
	}
	return placed
}

// best is the class of the largest score.
func best(scores []float32) (class int, score float64) {
	for i, s := range scores {
		if s > scores[class] {
			class = i
		}
	}
	return class, float64(scores[class])
}
