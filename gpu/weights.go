package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// Weights come through the texture unit where a shader reads them again and
// again: GPUs fetch texels beside loads from buffers, and cache them better. A
// texture is pageWidth texels wide, as shaders know. Weights that are read once
// (fully connected layers), or are too many, are in a buffer.
const pageWidth = 2048

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

// bytes is the size of all textures: whole rows.
func (w *weightPages) bytes() (n int64) {
	for _, page := range w.pages {
		n += int64(ceilDiv(len(page), 4*pageWidth)) * pageWidth * 16
	}
	return n
}

// textures uploads the pages.
func (w *weightPages) textures(gl gles.API) ([]uint32, error) {
	var ids []uint32
	for _, page := range w.pages {
		id := gl.GenTexture()
		ids = append(ids, id)
		rows := ceilDiv(len(page), 4*pageWidth)
		page = append(page, make([]float32, 4*pageWidth*rows-len(page))...)
		gl.ActiveTexture(gles.TEXTURE0)
		gl.BindTexture(gles.TEXTURE_2D, id)
		gl.TexStorage2D(gles.TEXTURE_2D, 1, gles.RGBA32F, pageWidth, rows)
		// Floats are not filtered everywhere: without this the texture is incomplete.
		gl.TexParameteri(gles.TEXTURE_2D, gles.TEXTURE_MIN_FILTER, gles.NEAREST)
		gl.TexParameteri(gles.TEXTURE_2D, gles.TEXTURE_MAG_FILTER, gles.NEAREST)
		gl.PixelStorei(gles.UNPACK_ALIGNMENT, 4)
		gl.TexSubImage2D(gles.TEXTURE_2D, 0, 0, 0, pageWidth, rows, gles.RGBA, gles.FLOAT, bytesOf(page))
		if err := checkErrors(gl, fmt.Sprintf("%d bytes of weights", 4*len(page))); err != nil {
			return ids, err
		}
	}
	return ids, nil
}
