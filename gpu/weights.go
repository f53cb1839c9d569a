package gpu

import (
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/internal/half"
)

// Weights come through the texture unit where a shader reads them again and
// again: GPUs fetch texels beside loads from buffers, and cache them better.
// Weights that are read once (fully connected layers), or are too many, are in a
// buffer; on software renderers only if they are too many.

// placeWeights decides where a dispatch's weights go.
func (d *dispatch) placeWeights(l *Limits) {
	if d.weights == nil {
		return
	}
	if len(d.weights)/4 > pageWidth*min(l.TextureSize, pageWidth) {
		d.stream = true
	}
	switch {
	case d.stream:
		d.program = d.program.With("WEIGHT_BUFFER")
	case d.paired:
		d.program = d.program.With("PAIRED")
	}
}

// pagesByTexel are those of vec4s, and those of two of them a texel.
type pagesByTexel [2]weightPages

func newWeightPages(s storage, rows int) *pagesByTexel {
	return &pagesByTexel{
		{texels: s.texels(), precision: s.precision, rows: rows},
		{texels: texelsPaired, precision: s.precision, rows: rows},
	}
}

// of gives the pages for a dispatch.
func (p *pagesByTexel) of(d *dispatch) *weightPages {
	if d.paired {
		return &p[1]
	}
	return &p[0]
}

// weightPages are textures being filled.
type weightPages struct {
	texels
	precision Precision
	rows      int // of a full page
	coming    int // weights still to be added, at the most
	pages     [][]float32
	ids       []uint32 // of their textures
}

// row is how many weights a row of a page holds.
func (w *weightPages) row() int { return pageWidth * w.size / w.precision.Bytes() }

// weightAlign is what weights in a page begin at multiples of, in bytes of fp32: eight
// vec4s, as weight.glsl wants.
const weightAlign = 8 * 16

// inPage counts what weights take in a page.
func inPage(weights []float32) int { return ceilDiv(4*len(weights), weightAlign) * weightAlign / 4 }

// add gives the page and the first vec4 of some weights.
func (w *weightPages) add(weights []float32) (page, vector int) {
	last := len(w.pages) - 1
	if last < 0 || len(w.pages[last])+len(weights) > w.row()*w.rows {
		rows := min(ceilDiv(w.coming, w.row()), w.rows)
		w.pages = append(w.pages, make([]float32, 0, w.row()*rows))
		last++
	}
	w.coming -= inPage(weights)
	vector = len(w.pages[last]) / 4
	w.pages[last] = padded(append(w.pages[last], weights...), weightAlign)
	return last, vector
}

// bytes is the size of all textures: whole rows.
func (w *weightPages) bytes() (n int64) {
	for _, page := range w.pages {
		n += int64(ceilDiv(len(page), w.row())) * pageWidth * int64(w.size)
	}
	return n
}

// upload makes the pages textures.
func (w *weightPages) upload(gl gles.API) error {
	for _, page := range w.pages {
		what := fmt.Sprintf("%d weights", len(page))
		id, err := newTexture(gl, unitWeights, w.format, ceilDiv(len(page), w.row()), what)
		if err != nil {
			return err
		}
		w.ids = append(w.ids, id)
		pixels := bytesOf(page)
		if w.precision == Float16 {
			pixels = bytesOf(rounded(page))
		}
		fillTexture(gl, 0, w.texels, pixels)
		if err := checkErrors(gl, what); err != nil {
			return err
		}
	}
	return nil
}

// rounded is weights as fp16, which holds them: assemble has seen to that.
func rounded(weights []float32) []uint16 {
	h := make([]uint16, len(weights))
	half.Round(h, weights)
	return h
}

// checkRange refuses weights that fp16 does not hold.
func (s storage) checkRange(weights []float32) error {
	if s.precision != Float16 {
		return nil
	}
	for _, w := range weights {
		if m := math.Abs(float64(w)); m >= half.Beyond && !math.IsInf(m, 0) {
			return fmt.Errorf("%w: a weight of %g", ErrRange, w)
		}
	}
	return nil
}
