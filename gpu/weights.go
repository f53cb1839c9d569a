package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/internal/half"
)

// pagesByTexel are those of vec4s, those of two of them a texel, and those that are two textures.
type pagesByTexel [3]weightPages

func newWeightPages(s kernels.Storage, l *Limits) *pagesByTexel {
	rows := min(l.TextureSize, kernels.PageWidth)
	if s.Texels {
		rows = max(1, l.TextureBufferSize/kernels.PageWidth)
	}
	return &pagesByTexel{
		{texels: texelsOf(s), halves: s.Halves, inBuffer: s.Texels, rows: rows},
		{texels: texelsPaired, halves: s.Halves, rows: rows},
		{texels: texelsTwins, halves: s.Halves, twins: true, rows: rows},
	}
}

// of gives the pages for a dispatch.
func (p *pagesByTexel) of(d *kernels.Dispatch) *weightPages {
	switch {
	case d.Paired:
		return &p[1]
	case d.Twins:
		return &p[2]
	}
	return &p[0]
}

// weightPages are textures being filled.
type weightPages struct {
	texels
	halves   bool
	inBuffer bool // they are textures of buffers
	twins    bool // each is two textures, of vec4s in turns
	rows     int  // of a full page
	coming   int  // weights still to be added, at the most
	pages    [][]float32
	ids      []uint32  // of their textures; of twins two each
	buffers  []*buffer // of these
}

// row is how many weights a row of a page holds.
func (w *weightPages) row() int {
	return kernels.PageWidth * w.size / kernels.Storage{Halves: w.halves}.Bytes()
}

// inPage counts what weights take in a page.
func inPage(weights []float32) int {
	return ceilDiv(4*len(weights), kernels.WeightAlign) * kernels.WeightAlign / 4
}

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
	w.pages[last] = kernels.Padded(append(w.pages[last], weights...), kernels.WeightAlign)
	return last, vector
}

// bytes is the size of all textures: whole rows, but of buffers.
func (w *weightPages) bytes() (n int64) {
	for _, b := range w.buffers {
		n += int64(b.size)
	}
	if w.inBuffer {
		return n
	}
	for _, page := range w.pages {
		n += int64(ceilDiv(len(page), w.row())) * kernels.PageWidth * int64(w.size)
	}
	return n
}

// upload makes the pages textures.
func (w *weightPages) upload(d *Device, gl gles.API) error {
	for _, page := range w.pages {
		what := fmt.Sprintf("%d weights", len(page))
		if w.inBuffer {
			if err := w.uploadBuffer(d, gl, page, what); err != nil {
				return err
			}
			continue
		}
		made, textures := w.texels, [][]byte{bytesOf(page)}
		switch {
		case w.twins:
			made, textures = texelsHalf, inTurns(rounded(page))
		case w.halves:
			textures[0] = bytesOf(rounded(page))
		}
		for _, pixels := range textures {
			id, err := newTexture(gl, unitWeights, made.format, ceilDiv(len(page), w.row()), what)
			if err != nil {
				return err
			}
			w.ids = append(w.ids, id)
			fillTexture(gl, 0, made, pixels)
			if err := checkErrors(gl, what); err != nil {
				return err
			}
		}
	}
	return nil
}

// inTurns shares vec4s out to two textures.
func inTurns(halves []uint16) [][]byte {
	var twins [2][]uint16
	for i := range len(halves) / 4 {
		twins[i%2] = append(twins[i%2], halves[4*i:4*i+4]...)
	}
	return [][]byte{bytesOf(twins[0]), bytesOf(twins[1])}
}

// uploadBuffer makes a page a texture of a buffer.
func (w *weightPages) uploadBuffer(d *Device, gl gles.API, page []float32, what string) (err error) {
	var b *buffer
	if w.halves {
		b, err = filled(d, gl, storageBuffer, rounded(page), what)
	} else {
		b, err = filled(d, gl, storageBuffer, page, what)
	}
	if b != nil { // it may be there, and not be filled
		w.buffers = append(w.buffers, b)
	}
	if err != nil {
		return err
	}
	id, err := newTexels(gl, unitWeights, w.format, b)
	if err == nil {
		w.ids = append(w.ids, id)
	}
	return err
}

// rounded is weights as fp16, which holds them: assemble has seen to that.
func rounded(weights []float32) []uint16 {
	h := make([]uint16, len(weights))
	half.Round(h, weights)
	return h
}
