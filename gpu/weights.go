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
// buffer.

// placeWeights decides where a dispatch's weights go.
func (d *dispatch) placeWeights(l *Limits) {
	if d.weights == nil {
		return
	}
	if len(d.weights)/4 > pageWidth*min(l.TextureSize, pageWidth) {
		d.stream = true
	}
	if d.stream {
		d.program = d.program.With("WEIGHT_BUFFER")
	}
}

// weightPages are textures being filled.
type weightPages struct {
	rows   int         // of a full page
	coming int         // floats still to be added, at the most
	pages  [][]float32 // four floats a texel
}

// weightAlign is what weights in a page begin at multiples of, in bytes.
const weightAlign = 8 * 16

// inPage counts the floats that weights take in a page.
func inPage(weights []float32) int { return ceilDiv(4*len(weights), weightAlign) * weightAlign / 4 }

// add gives the page and the first texel of some weights.
func (w *weightPages) add(weights []float32) (page, texel int) {
	last := len(w.pages) - 1
	if last < 0 || len(w.pages[last])+len(weights) > 4*pageWidth*w.rows {
		rows := min(ceilDiv(w.coming, 4*pageWidth), w.rows)
		w.pages = append(w.pages, make([]float32, 0, 4*pageWidth*rows))
		last++
	}
	w.coming -= inPage(weights)
	texel = len(w.pages[last]) / 4 // a multiple of eight, as weight.glsl wants
	w.pages[last] = padded(append(w.pages[last], weights...), weightAlign)
	return last, texel
}

// bytes is the size of all textures as fp32: whole rows.
func (w *weightPages) bytes() (n int64) {
	for _, page := range w.pages {
		n += int64(ceilDiv(len(page), 4*pageWidth)) * pageWidth * 16
	}
	return n
}

// textures uploads the pages.
func (w *weightPages) textures(gl gles.API, s storage) ([]uint32, error) {
	var ids []uint32
	for _, page := range w.pages {
		what := fmt.Sprintf("%d weights", len(page))
		id, err := newTexture(gl, unitWeights, s.image(), ceilDiv(len(page), 4*pageWidth), what)
		if err != nil {
			return ids, err
		}
		ids = append(ids, id)
		pixels := bytesOf(page)
		if s.precision == Float16 {
			pixels = bytesOf(rounded(page))
		}
		fillTexture(gl, 0, s.component(), 4*s.precision.Bytes(), pixels)
		if err := checkErrors(gl, what); err != nil {
			return ids, err
		}
	}
	return ids, nil
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
