package onnx

import (
	"math"
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// resizing is how an axis is resized.
type resizing struct {
	mode      network.Interpolation
	transform string // coordinate_transformation_mode
	round     func(float64) float64
	downCeil  bool // Resize-10: nearest rounds up where the axis shrinks
	cubicA    float64
	exclude   bool // positions beyond the edges have no weight
	roi       [2]float64
	common    float64 // the scale of all axes that are kept in proportion, of which sizes are rounded; or 0
	axes      []int   // those
}

// importUpsample reads Upsample-7, with its scales as an attribute, and Upsample-9.
func importUpsample(n *node) {
	var scales []float32
	if n.opset < 9 {
		scales = n.floats("scales")
	} else {
		if n.opset > 9 {
			n.refuse("of operator set %d, known up to 9", n.opset)
		}
		if n.input(1) == nil {
			n.bad("scales are missing")
		}
		scales = n.knownFloats(1, "scales").Data
	}
	r := resizing{mode: n.interpolation(), transform: "asymmetric", round: math.Floor, cubicA: -0.75}
	n.resize(r, scales, nil, nil, 0, false)
}

// importResize reads Resize-10 to -19.
func importResize(n *node) {
	x := n.in[0]
	r := resizing{mode: n.interpolation()}
	if n.opset < 11 {
		if n.input(1) == nil {
			n.bad("scales are missing")
		}
		r.transform, r.round, r.downCeil = "asymmetric", math.Floor, true
		n.resize(r, n.knownFloats(1, "scales").Data, nil, nil, 0, false)
		return
	}
	r.transform = n.text("coordinate_transformation_mode", "half_pixel")
	rounding := map[string]func(float64) float64{
		"round_prefer_floor": func(v float64) float64 { return math.Ceil(v - 0.5) },
		"round_prefer_ceil":  func(v float64) float64 { return math.Floor(v + 0.5) },
		"floor":              math.Floor,
		"ceil":               math.Ceil,
	}
	nearest := n.text("nearest_mode", "round_prefer_floor")
	if r.round = rounding[nearest]; r.round == nil {
		n.bad("nearest_mode %s", quote(nearest))
	}
	r.cubicA = float64(n.number("cubic_coeff_a", -0.75))
	r.exclude = n.flag("exclude_outside", false)
	fill := n.number("extrapolation_value", 0)
	list, given := n.integers("axes")
	axes := n.axes(list, len(x.shape))
	if !given {
		axes = nil
		for d := range x.shape {
			axes = append(axes, d)
		}
	}
	antialias := n.opset >= 18 && n.flag("antialias", false)
	policy := "stretch"
	if n.opset >= 18 {
		policy = n.text("keep_aspect_ratio_policy", policy)
	}
	var scales, roi []float32
	var sizes []int64
	if v := n.input(2); v != nil && v.shape.Size() > 0 {
		scales = n.knownFloats(2, "scales").Data
	}
	if v := n.input(3); v != nil && v.shape.Size() > 0 {
		sizes = n.knownInts(3, "sizes")
	}
	if (scales == nil) == (sizes == nil) {
		n.bad("either scales or sizes are wanted")
	}
	if r.transform == "tf_crop_and_resize" {
		if n.input(1) == nil {
			n.bad("roi is missing")
		}
		if roi = n.knownFloats(1, "roi").Data; len(roi) != 2*len(axes) {
			n.bad("roi of %d numbers for %d axes", len(roi), len(axes))
		}
	}
	if scales != nil {
		policy = "stretch"
		scales = n.forAxes(scales, axes, len(x.shape))
	} else {
		full := make([]int64, len(x.shape))
		for d, size := range x.shape {
			full[d] = int64(size)
		}
		if len(sizes) != len(axes) {
			n.bad("%d sizes for %d axes", len(sizes), len(axes))
		}
		for i, d := range axes {
			full[d] = sizes[i]
		}
		sizes = full
	}
	switch policy {
	case "stretch":
	case "not_larger", "not_smaller":
		ratio := math.Inf(1)
		for i, d := range axes {
			f := float64(sizes[d]) / float64(x.shape[d])
			if i == 0 || policy == "not_larger" && f < ratio || policy == "not_smaller" && f > ratio {
				ratio = f
			}
		}
		r.common, r.axes = ratio, axes
		for _, d := range axes {
			sizes[d] = int64(math.Floor(ratio*float64(x.shape[d]) + 0.5))
		}
	default:
		n.bad("keep_aspect_ratio_policy %s", quote(policy))
	}
	if roi != nil {
		full := make([]float32, 2*len(x.shape))
		for d := range x.shape {
			full[len(x.shape)+d] = 1
		}
		for i, d := range axes {
			full[d], full[len(x.shape)+d] = roi[i], roi[len(axes)+i]
		}
		roi = full
	}
	n.resize(r, scales, sizes, roi, fill, antialias)
}

// forAxes gives a scale for each axis, from those for some.
func (n *node) forAxes(list []float32, axes []int, rank int) []float32 {
	if len(list) != len(axes) {
		n.bad("%d scales for %d axes", len(list), len(axes))
	}
	full := slices.Repeat([]float32{1}, rank)
	for i, d := range axes {
		full[d] = list[i]
	}
	return full
}

// interpolation reads the attribute mode.
func (n *node) interpolation() network.Interpolation {
	switch mode := n.text("mode", "nearest"); mode {
	case "nearest":
		return network.Nearest
	case "linear", "bilinear":
		return network.Linear
	case "cubic":
		return network.Cubic
	default:
		n.bad("mode %s", quote(mode))
		return 0
	}
}

// resize gives output 0: the input resized by scales, or else to sizes.
func (n *node) resize(r resizing, scales []float32, sizes []int64, roi []float32, fill float32, antialias bool) {
	x := n.in[0]
	rank := len(x.shape)
	if max(len(scales), len(sizes)) != rank {
		n.bad("%d scales or sizes of %v", max(len(scales), len(sizes)), x.shape)
	}
	shape, factors, moved := x.shape.Clone(), make([]float64, rank), []int{}
	for d, in := range x.shape {
		if sizes != nil {
			if sizes[d] < 1 || sizes[d] > maxElements {
				n.bad("sizes %v", sizes)
			}
			shape[d] = int(sizes[d])
			factors[d] = float64(shape[d]) / float64(in)
			if r.common > 0 && slices.Contains(r.axes, d) {
				factors[d] = r.common
			}
		} else {
			f := float64(scales[d])
			if !(f > 0 && f*float64(in) < maxElements) {
				n.bad("scales %v", scales)
			}
			// Scales come rounded: 0.3 of 20 is 6, at every third and a third.
			if shape[d] = int(f * float64(in) * (1 + 1e-7)); shape[d] < 1 {
				n.bad("scales %v of %v", scales, x.shape)
			}
			if factors[d] = f; math.Abs(float64(shape[d])/float64(in)-f) < 1e-6*f {
				factors[d] = float64(shape[d]) / float64(in)
			}
		}
		if shape[d] != in || factors[d] != 1 || roi != nil && (roi[d] != 0 || roi[rank+d] != 1) {
			moved = append(moved, d)
		}
		if antialias && factors[d] < 1 {
			n.refuse("antialias")
		}
	}
	if len(moved) == 0 {
		n.give(0, n.one(network.Identity{}, x))
		return
	}
	taps := func(d int) [][]network.Tap {
		if shape[d] > maxSide {
			n.refuse("%d elements along axis %d", shape[d], d)
		}
		if !slices.Contains(moved, d) {
			return network.Keep(shape[d])
		}
		a := r
		if roi != nil {
			a.roi = [2]float64{float64(roi[d]), float64(roi[rank+d])}
		}
		return n.taps(a, x.shape[d], shape[d], factors[d])
	}
	// Planes are resized along their rows and columns; other axes take their
	// places for a while.
	if len(moved) > 2 {
		n.refuse("along %d axes of %v", len(moved), x.shape)
	}
	perm, back := make([]int, 0, rank), make([]int, rank)
	if rank > 3 || len(moved) > 1 {
		for _, d := range []int{rank - 1, rank - 2, 0, 1} { // two axes in all
			if d >= 0 && d < rank && len(moved) < 2 && !slices.Contains(moved, d) {
				moved = append(moved, d)
			}
		}
	}
	slices.Sort(moved)
	for d := range rank {
		if !slices.Contains(moved, d) {
			perm = append(perm, d)
		}
	}
	perm = append(perm, moved...)
	for i, d := range perm {
		back[d] = i
	}
	y := x
	inOrder := slices.IsSorted(perm)
	if !inOrder {
		n.larger(x.shape)
		n.larger(shape)
		y = n.one(network.Transpose{Perm: perm}, y)
	}
	op := network.Resample{What: "Resize", Rows: network.Keep(1), Columns: taps(perm[rank-1]), Fill: fill}
	if len(moved) > 1 {
		op.Rows = taps(perm[rank-2])
	}
	lead := slices.Clone(y.shape[:rank-len(moved)])
	planes := tensor.Shape{1, lead.Size(), 1, y.shape[rank-1]}
	if len(moved) > 1 {
		planes[2] = y.shape[rank-2]
	}
	result := slices.Clone(y.shape)
	for i, d := range perm {
		result[i] = shape[d]
	}
	if rank > 3 || rank == 3 && len(moved) == 1 {
		y = n.one(op, y)
	} else {
		y = n.shaped(n.one(op, n.shaped(y, planes)), result)
	}
	if !inOrder {
		y = n.one(network.Transpose{Perm: back}, y)
	}
	n.give(0, y)
}

// taps gives the positions, of in, that each of out is made of, as ONNX's
// reference computes them for Resize.
func (n *node) taps(r resizing, in, out int, scale float64) [][]network.Tap {
	length := scale * float64(in) // what the scale alone would make
	source, beyond := make([]float64, out), make([]bool, out)
	for i := range source {
		o := float64(i)
		switch r.transform {
		case "half_pixel":
			source[i] = (o+0.5)/scale - 0.5
		case "pytorch_half_pixel":
			if out > 1 {
				source[i] = (o+0.5)/scale - 0.5
			}
		case "align_corners":
			if length != 1 {
				source[i] = o * float64(in-1) / (length - 1)
			}
		case "asymmetric":
			source[i] = o / scale
		case "tf_half_pixel_for_nn":
			source[i] = (o + 0.5) / scale
		case "half_pixel_symmetric":
			offset := float64(in) / 2 * (1 - float64(out)/length)
			source[i] = offset + (o+0.5)/scale - 0.5
		case "tf_crop_and_resize":
			first, last := r.roi[0]*float64(in-1), r.roi[1]*float64(in-1)
			if source[i] = (first + last) / 2; out > 1 {
				source[i] = first + o*(last-first)/(length-1)
			}
			beyond[i] = source[i] < 0 || source[i] > float64(in-1)
		default:
			n.bad("coordinate_transformation_mode %s", quote(r.transform))
		}
		if v := source[i]; !(math.Abs(v) < 1e9) {
			n.bad("scale %v of %d elements", scale, in)
		}
		// A scale of 0.6 is a bit more than that in a file, and the middle between
		// two positions, or a position, is meant.
		if half := math.Round(2*source[i]) / 2; r.mode == network.Nearest && math.Abs(source[i]-half) < 1e-5 {
			source[i] = half
		}
	}
	round := r.round
	if r.downCeil && scale < 1 {
		round = math.Ceil
	}
	taps := network.ResizeTaps(r.mode, in, source, round, r.cubicA)
	for i, list := range taps {
		if r.exclude && r.mode != network.Nearest {
			first := int(math.Floor(source[i]))
			if r.mode == network.Cubic {
				first--
			}
			total := 0.0
			for k := range list {
				if first+k < 0 || first+k >= in {
					list[k].Weight = 0
				}
				total += float64(list[k].Weight)
			}
			for k := range list {
				list[k].Weight = float32(float64(list[k].Weight) / total)
			}
		}
		if beyond[i] {
			for k := range list {
				list[k].From = -1
			}
		}
	}
	return taps
}
