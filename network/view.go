package network

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// View says where the elements of a tensor lie in the arena. Shuffle, concat,
// split, slice and reshape are views: they name other planes, and move nothing.
//
// A tensor of any rank is seen as a list of planes of Height rows of Width
// elements (see PlaneForm). Element (p, y, x) is at float
// Planes[p] + y·RowStride + x·ColumnStride of the arena.
//
// ColumnStride is 1, but for operands of Binary that are broadcast: there an
// element may stand for a whole row (ColumnStride 0), and a row for a whole
// plane (RowStride 0).
type View struct {
	Shape         tensor.Shape
	Planes        []int32 // arena offsets, in floats
	Height, Width int
	RowStride     int
	ColumnStride  int
}

// PlaneForm says how a shape is seen as planes: a feature map NxCxHxW as N·C
// planes of HxW, a sequence NxCxL as N·C planes of 1xL, anything of lower rank
// as single elements, and of higher rank by its last two dimensions.
func PlaneForm(s tensor.Shape) (planes, height, width int) {
	switch r := len(s); {
	case r < 3:
		return s.Size(), 1, 1
	case r == 3:
		return s[0] * s[1], 1, s[2]
	default:
		return s[:r-2].Size(), s[r-2], s[r-1]
	}
}

// NCHW is the view's shape as batch, channels, height and width.
func (v *View) NCHW() (n, c, h, w int) {
	n = 1
	if len(v.Shape) > 1 {
		n = v.Shape[0]
	}
	return n, len(v.Planes) / max(n, 1), v.Height, v.Width
}

// Even reports whether the planes lie at equal distances, and where: plane p at
// base + p·stride.
func (v *View) Even() (base, stride int, ok bool) {
	base = int(v.Planes[0])
	if len(v.Planes) > 1 {
		stride = int(v.Planes[1]) - base
	}
	for p, off := range v.Planes {
		if int(off) != base+p*stride {
			return 0, 0, false
		}
	}
	return base, stride, true
}

// same reports whether both name the same floats in the same order.
func (v *View) same(o *View) bool {
	return v.Height == o.Height && v.Width == o.Width && v.RowStride == o.RowStride && v.ColumnStride == o.ColumnStride &&
		slices.Equal(v.Planes, o.Planes)
}

// Broadcast reports whether elements of a plane stand for others.
func (v *View) Broadcast() bool {
	return v.ColumnStride == 0 && v.Width > 1 || v.RowStride == 0 && v.Height > 1
}

// Elements counts the elements that are stored, without padding.
func (v *View) Elements() int64 {
	h, w := v.Height, v.Width
	if v.RowStride == 0 {
		h = 1
	}
	if v.ColumnStride == 0 {
		w = 1
	}
	return int64(len(v.Planes)) * int64(h) * int64(w)
}

// Pack copies t's elements to where the view says in the arena.
func (v *View) Pack(arena []float32, t *tensor.Tensor) { v.PackAt(arena, 0, t) }

// PackAt is Pack into a part of the arena that begins at float start.
func (v *View) PackAt(part []float32, start int, t *tensor.Tensor) {
	src := t.Data
	v.Runs(func(at, n int) {
		copy(part[at-start:], src[:n])
		src = src[n:]
	})
}

// Runs visits all elements in order, as runs of n floats of the arena from at on: what follows each other
// is one.
func (v *View) Runs(visit func(at, n int)) {
	height, width := v.Height, v.Width
	if v.RowStride == width {
		height, width = 1, height*width
	}
	at, n := 0, 0
	for _, plane := range v.Planes {
		for y := range height {
			row := int(plane) + y*v.RowStride
			if row != at+n {
				if n > 0 {
					visit(at, n)
				}
				at, n = row, 0
			}
			n += width
		}
	}
	if n > 0 {
		visit(at, n)
	}
}

// Unpack copies the view's elements out of the arena into t.
func (v *View) Unpack(arena []float32, t *tensor.Tensor) { v.UnpackAt(arena, 0, t) }

// UnpackAt is Unpack from a part of the arena that begins at float start.
func (v *View) UnpackAt(part []float32, start int, t *tensor.Tensor) {
	dst := t.Data
	v.Runs(func(at, n int) {
		copy(dst[:n], part[at-start:])
		dst = dst[n:]
	})
}
