package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/shaders"
)

// texels is what a texture is made of.
type texels struct {
	format    uint32 // of the texture
	layout    uint32 // of what it is filled with
	component uint32
	size      int // bytes of a texel
}

var (
	texelsFloat  = texels{gles.RGBA32F, gles.RGBA, gles.FLOAT, 16}
	texelsHalf   = texels{gles.RGBA16F, gles.RGBA, gles.HALF_FLOAT, 8}
	texelsPaired = texels{gles.RGBA32UI, gles.RGBA_INTEGER, gles.UNSIGNED_INT, 16} // eight halves
	texelsTwins  = texels{gles.RGBA16F, gles.RGBA, gles.HALF_FLOAT, 16}            // in two textures
)

// newTexture makes a texture for texelFetch and images, and leaves it bound to a unit.
func newTexture(gl gles.API, unit int, format uint32, rows int, what string) (uint32, error) {
	// Leave no older error to be taken for this texture's.
	if err := checkErrors(gl, "before the texture for "+what); err != nil {
		return 0, err
	}
	id := gl.GenTexture()
	gl.ActiveTexture(gles.TEXTURE0 + uint32(unit))
	gl.BindTexture(gles.TEXTURE_2D, id)
	gl.TexStorage2D(gles.TEXTURE_2D, 1, format, kernels.PageWidth, rows)
	// Floats are not filtered everywhere: without this the texture is incomplete.
	gl.TexParameteri(gles.TEXTURE_2D, gles.TEXTURE_MIN_FILTER, gles.NEAREST)
	gl.TexParameteri(gles.TEXTURE_2D, gles.TEXTURE_MAG_FILTER, gles.NEAREST)
	gl.ActiveTexture(gles.TEXTURE0)
	if err := checkErrors(gl, fmt.Sprintf("texture of %d rows for %s", rows, what)); err != nil {
		gl.DeleteTexture(id)
		return 0, err
	}
	return id, nil
}

// newTexels makes a texture of what a buffer holds, and leaves it bound to a unit.
func newTexels(gl gles.API, unit int, format uint32, b *buffer) (uint32, error) {
	id := gl.GenTexture()
	gl.ActiveTexture(gles.TEXTURE0 + uint32(unit))
	gl.BindTexture(gles.TEXTURE_BUFFER, id)
	gl.TexBuffer(gles.TEXTURE_BUFFER, format, b.id)
	gl.ActiveTexture(gles.TEXTURE0)
	if err := checkErrors(gl, "a texture of the buffer for "+b.what); err != nil {
		gl.DeleteTexture(id)
		return 0, err
	}
	return id, nil
}

// fillTexture writes texels, from texel first on, to the texture
// that is bound: the rest of a row, whole rows, and the beginning of one.
func fillTexture(gl gles.API, first int, t texels, pixels []byte) {
	for len(pixels) > 0 {
		x, left := first%kernels.PageWidth, len(pixels)/t.size
		width, height := min(kernels.PageWidth-x, left), 1
		if width == kernels.PageWidth {
			height = left / kernels.PageWidth
		}
		n := width * height
		gl.TexSubImage2D(gles.TEXTURE_2D, 0, x, first/kernels.PageWidth, width, height, t.layout, t.component, pixels[:n*t.size])
		pixels, first = pixels[n*t.size:], first+n
	}
}

// readTexture copies elements to a buffer by a launch, and reads that.
func (a *arena) readTexture(gl gles.API, at int, dst []float32) error {
	count := ceilDiv(len(dst), 4)
	p, err := a.d.programOf(gl, downloadProgram(a.Storage))
	if err != nil {
		return err
	}
	params, err := filled(a.d, gl, uniformBuffer, []int32{int32(at), int32(count), 0, 0}, "parameters of a download")
	defer params.delete(gl)
	if err != nil {
		return err
	}
	to, err := a.d.newBuffer(gl, storageBuffer, 16*max(count, 1), "part of "+a.what)
	defer to.delete(gl)
	if err != nil {
		return err
	}
	gl.MemoryBarrier(barrierOf(a.Storage))
	a.bind(gl)
	to.bind(gl, bindTarget)
	params.bind(gl, bindParams)
	gl.UseProgram(p.id)
	a.d.bound = bound{} // all that is bound is another's now
	groups := kernels.Spread(count, downloadLanes)
	gl.DispatchCompute(uint32(groups[0]), uint32(groups[1]), 1)
	return download(gl, to, 0, dst)
}

const downloadLanes = 64

func downloadProgram(s kernels.Storage) shaders.Program {
	s.Truncates = false // it stores fp32
	return s.Compiled(shaders.New("download.comp", kernels.WorkGroup(downloadLanes)...)).With("RESULT")
}
