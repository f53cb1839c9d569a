package gpu

import (
	"image"

	"github.com/shufflegl/shufflegl/internal/bilinear"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
	"github.com/shufflegl/shufflegl/tensor"
)

// pictureKind is what a photo's pixels are, and so a variant of the kernel.
type pictureKind int

const (
	pictureRGBA     pictureKind = iota // or any texture of colours
	pictureStraight                    // alpha is not multiplied in
	pictureGray
	pictureYCbCr
	pictureNV12     // chroma in pairs
	pictureExternal // a texture that the driver may store as it likes
	pictureKinds    // how many there are
)

// preprocessGroup is the work group of preprocess.comp.
const preprocessGroup = 8

func preprocessProgram(k pictureKind) shaders.Program {
	p := shaders.New("preprocess.comp", workGroup(preprocessGroup, preprocessGroup)...)
	if macros := [pictureKinds]string{"", "STRAIGHT", "GRAY", "YCBCR", "YCBCR PAIRS", "EXTERNAL"}[k]; macros != "" {
		p = p.With(macros)
	}
	return p
}

// layout is what of a photo decides where its pixels go, and how. Photos of a
// camera are all of one layout.
type layout struct {
	kind     pictureKind
	bounds   image.Rectangle
	ratio    image.YCbCrSubsampleRatio
	bgr      bool // red and blue have changed places
	bottomUp bool
	whole    bool // there is no choosing what to upload: it is a texture
}

// preprocessing is how photos of a layout become an input: a launch.
type preprocessing struct {
	program shaders.Program
	params  params
	taps    []int32
	need    [2]image.Rectangle // of the photo, and of its chroma: what is looked at
	groups  [2]uint32
}

// preprocess plans the launch. The photo is not empty.
func preprocess(p *tensor.Preprocess, to *network.View, l layout) preprocessing {
	size := l.bounds.Size()
	at := p.Place(size.X, size.Y)
	inside := at.Intersect(image.Rect(0, 0, p.Width, p.Height))
	columns := bilinear.Taps(inside.Min.X-at.Min.X, inside.Max.X-at.Min.X, at.Dx(), size.X)
	rows := bilinear.Taps(inside.Min.Y-at.Min.Y, inside.Max.Y-at.Min.Y, at.Dy(), size.Y)
	lines := [][]bilinear.Tap{columns, rows}
	if l.kind == pictureYCbCr || l.kind == pictureNV12 {
		stepX, stepY := bilinear.Steps(l.ratio)
		lines = append(lines, bilinear.Chroma(columns, l.bounds.Min.X, l.bounds.Max.X, stepX),
			bilinear.Chroma(rows, l.bounds.Min.Y, l.bounds.Max.Y, stepY))
	}
	if l.bottomUp {
		rows = upsideDown(rows, size.Y)
		lines[1] = rows
	}

	t := preprocessing{program: preprocessProgram(l.kind)}
	var first, last, begin [4]int // of columns and rows, of chroma columns and rows
	for i, line := range lines {
		if l.whole {
			last[i] = [2]int{size.X, size.Y}[i] - 1
		} else {
			first[i], last[i] = reach(line)
		}
		begin[i] = len(t.taps)
		for _, tap := range line {
			t.taps = append(t.taps, tap.I-int32(first[i])|tap.W<<16)
		}
	}
	t.need = [2]image.Rectangle{image.Rect(first[0], first[1], last[0]+1, last[1]+1), image.Rect(first[2], first[3], last[2]+1, last[3]+1)}

	planes, mean, scale := to.Planes, p.Mean, p.Scale
	if scale == ([3]float32{}) {
		scale = [3]float32{1, 1, 1}
	}
	fill := [3]float32{float32(p.Fill.R), float32(p.Fill.G), float32(p.Fill.B)}
	red, blue := 0, 2 // the planes of what the shader takes for red and blue
	if (p.Order == tensor.BGR) != l.bgr {
		red, blue = 2, 0
	}
	if l.bgr {
		fill[0], fill[2] = fill[2], fill[0]
	}
	t.params = params{planes[red], planes[1], planes[blue], int32(to.RowStride)}
	t.params.ints(inside.Min.X, inside.Min.Y, inside.Dx(), inside.Dy())
	t.params.ints(begin[:]...)
	for i := range last {
		t.params.ints(last[i] - first[i])
	}
	for _, v := range [][3]float32{
		fill, {mean[red], mean[1], mean[blue]}, {scale[red], scale[1], scale[blue]},
	} {
		t.params = append(t.params, bits(v[0]), bits(v[1]), bits(v[2]), 0)
	}
	t.params.ints(p.Width, p.Height, 0, 0)
	t.groups = [2]uint32{uint32(ceilDiv(p.Width, 4*preprocessGroup)), uint32(ceilDiv(p.Height, preprocessGroup))}
	return t
}

// reach is the first and the last input that taps look at.
func reach(taps []bilinear.Tap) (first, last int) {
	if len(taps) == 0 {
		return 0, 0
	}
	return int(taps[0].I), int(taps[len(taps)-1].J)
}

// upsideDown is taps of a line of so many inputs that lie the other way round.
func upsideDown(taps []bilinear.Tap, inputs int) []bilinear.Tap {
	down := make([]bilinear.Tap, len(taps))
	end := int32(inputs - 1)
	for k, t := range taps {
		if t.W == 0 { // all of I, and J may be no other
			down[k] = bilinear.Tap{I: end - t.I, J: end - t.I}
		} else {
			down[k] = bilinear.Tap{I: end - t.J, J: end - t.I, W: bilinear.One - t.W}
		}
	}
	return down
}
