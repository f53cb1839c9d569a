package kernels

import (
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/internal/half"
)

// Weights come through the texture unit where a shader reads them again and
// again: GPUs fetch texels beside loads from buffers, and cache them better.
// Weights that are read once (fully connected layers), or are too many, are in a
// buffer; on software renderers only if they are too many. Where all is read as textures
// of buffers, they are too.

// PageWidth is the width of all textures in texels, as shaders know it: every device
// has it. Texel i is in row i / PageWidth.
const PageWidth = 2048

// placeWeights decides where a dispatch's weights go.
func (d *Dispatch) placeWeights(l *Limits, s Storage) {
	if d.Weights == nil {
		return
	}
	page := PageWidth * min(l.TextureSize, PageWidth)
	if s.Texels {
		d.Stream, page = false, l.TextureBufferSize
	}
	if len(d.Weights)/4 > page {
		d.Stream = true
	}
	d.Twins = d.Twins && !d.Stream
	switch {
	case d.Stream:
		d.Program = d.Program.With("WEIGHT_BUFFER")
	case d.Paired:
		d.Program = d.Program.With("PAIRED")
	case d.Twins:
		d.Program = d.Program.With("TWINS")
	}
}

// WeightAlign is what weights in a page begin at multiples of, in bytes of fp32: eight
// vec4s, as weight.glsl wants.
const WeightAlign = 8 * 16

// Padded appends zeros up to a multiple of so many bytes.
func Padded[T int32 | float32](s []T, alignment int) []T {
	for len(s)*4%alignment != 0 {
		s = append(s, 0)
	}
	return s
}

// checkRange refuses weights that fp16 does not hold.
func (s Storage) checkRange(weights []float32) error {
	if !s.Halves {
		return nil
	}
	for _, w := range weights {
		if m := math.Abs(float64(w)); m >= half.Beyond && !math.IsInf(m, 0) {
			return fmt.Errorf("%w: a weight of %g", ErrRange, w)
		}
	}
	return nil
}
