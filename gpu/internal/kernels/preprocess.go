package kernels

import (
	"image"

	"github.com/shufflegl/shufflegl/internal/bilinear"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
	"github.com/shufflegl/shufflegl/tensor"
)

// PictureKind is what a photo's pixels are, and so a variant of the kernel.
type PictureKind int

const (
	PictureRGBA     PictureKind = iota // or any texture of colours
	PictureStraight                    // alpha is not multiplied in
	PictureGray
	PictureYCbCr
	PictureNV12     // chroma in pairs
	PictureExternal // a texture that the driver may store as it likes
	PictureKinds    // how many there are
)

// preprocessGroup is the work group of preprocess.comp.
const preprocessGroup = 8

func PreprocessProgram(k PictureKind) shaders.Program {
	p := shaders.New("preprocess.comp", WorkGroup(preprocessGroup, preprocessGroup)...)
	if macros := [PictureKinds]string{"", "STRAIGHT", "GRAY", "YCBCR", "YCBCR PAIRS", "EXTERNAL"}[k]; macros != "" {
		p = p.With(macros)
	}
	return p
}

// Layout is what of a photo decides where its pixels go, and how. Photos of a
// camera are all of one layout.
type Layout struct {
	Kind     PictureKind
	Bounds   image.Rectangle
	Ratio    image.YCbCrSubsampleRatio
	BGR      bool // red and blue have changed places
	BottomUp bool
	Whole    bool // there is no choosing what to upload: it is a texture
}

// Preprocessing is how photos of a layout become an input: a launch.
type Preprocessing struct {
	Program shaders.Program
	Params  Params
	Taps    []int32
	Need    [2]image.Rectangle // of the photo, and of its chroma: what is looked at
	Groups  [2]uint32
}

// Preprocess plans the launch. The photo is not empty.
func Preprocess(p *tensor.Preprocess, to *network.View, l Layout) Preprocessing {
	size := l.Bounds.Size()
	at := p.Place(size.X, size.Y)
	inside := at.Intersect(image.Rect(0, 0, p.Width, p.Height))
	columns := bilinear.Taps(inside.Min.X-at.Min.X, inside.Max.X-at.Min.X, at.Dx(), size.X)
	rows := bilinear.Taps(inside.Min.Y-at.Min.Y, inside.Max.Y-at.Min.Y, at.Dy(), size.Y)
	lines := [][]bilinear.Tap{columns, rows}
	if l.Kind == PictureYCbCr || l.Kind == PictureNV12 {
		stepX, stepY := bilinear.Steps(l.Ratio)
		lines = append(lines, bilinear.Chroma(columns, l.Bounds.Min.X, l.Bounds.Max.X, stepX),
			bilinear.Chroma(rows, l.Bounds.Min.Y, l.Bounds.Max.Y, stepY))
	}
	if l.BottomUp {
		rows = upsideDown(rows, size.Y)
		lines[1] = rows
	}

	t := Preprocessing{Program: PreprocessProgram(l.Kind)}
	var first, last, begin [4]int // of columns and rows, of chroma columns and rows
	for i, line := range lines {
		if l.Whole {
			last[i] = [2]int{size.X, size.Y}[i] - 1
		} else {
			first[i], last[i] = reach(line)
		}
		begin[i] = len(t.Taps)
		for _, tap := range line {
			t.Taps = append(t.Taps, tap.I-int32(first[i])|tap.W<<16)
		}
	}
	t.Need = [2]image.Rectangle{image.Rect(first[0], first[1], last[0]+1, last[1]+1), image.Rect(first[2], first[3], last[2]+1, last[3]+1)}

	planes, mean, scale := to.Planes, p.Mean, p.Scale
	if scale == ([3]float32{}) {
		scale = [3]float32{1, 1, 1}
	}
	fill := [3]float32{float32(p.Fill.R), float32(p.Fill.G), float32(p.Fill.B)}
	red, blue := 0, 2 // the planes of what the shader takes for red and blue
	if (p.Order == tensor.BGR) != l.BGR {
		red, blue = 2, 0
	}
	if l.BGR {
		fill[0], fill[2] = fill[2], fill[0]
	}
	t.Params = Params{planes[red], planes[1], planes[blue], int32(to.RowStride)}
	t.Params.Ints(inside.Min.X, inside.Min.Y, inside.Dx(), inside.Dy())
	t.Params.Ints(begin[:]...)
	for i := range last {
		t.Params.Ints(last[i] - first[i])
	}
	for _, v := range [][3]float32{
		fill, {mean[red], mean[1], mean[blue]}, {scale[red], scale[1], scale[blue]},
	} {
		t.Params = append(t.Params, bits(v[0]), bits(v[1]), bits(v[2]), 0)
	}
	t.Params.Ints(p.Width, p.Height, 0, 0)
	t.Groups = [2]uint32{uint32(ceilDiv(p.Width, 4*preprocessGroup)), uint32(ceilDiv(p.Height, preprocessGroup))}
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
