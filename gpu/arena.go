package gpu

import (
	"fmt"
	"slices"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/internal/half"
	"github.com/shufflegl/shufflegl/network"
)

// beyondArena is how many floats behind the arena kernels may read, though not use.
const beyondArena = 4

// The texture units and image units of common.glsl.
const (
	unitWeights = iota
	unitMaps
	unitTables = photoUnit + 3  // behind those of photos
	unitTwins  = unitTables + 1 // two, of weights
	unitsInAll = unitTwins + 2

	// Of images: the last two BY_IMAGE.
	unitTarget       = 0
	unitWeightsImage = 1
	unitMapsImage    = 2
)

// arena is the memory of all maps of a plan: a buffer, perhaps with a texture to read it by,
// or a texture and a buffer for results. Places in it count elements of whatever size.
type arena struct {
	kernels.Storage
	d      *Device
	what   string
	maps   *buffer         // nil if they are in a texture
	id     uint32          // of the texture; 0 for none
	back   *buffer         // what is computed in a texture is read back from
	places kernels.Results // in that buffer

	textureBytes int64
	stage        []byte // what a texture is filled from
}

// newArena makes the memory. Its contents are undefined.
func (d *Device) newArena(gl gles.API, p *network.Plan, s kernels.Storage, places kernels.Results) (*arena, error) {
	a := &arena{Storage: s, d: d, what: "the arena of " + p.Name, places: places}
	var err error
	if !s.Texture {
		a.maps, err = d.newBuffer(gl, storageBuffer, s.Bytes()*arenaFloats(s, p), a.what)
		if err == nil && s.Texels {
			a.id, err = newTexels(gl, unitMaps, texelsOf(s).format, a.maps)
		}
		return a, err
	}
	rows := textureRows(s, p)
	a.id, err = newTexture(gl, unitMaps, texelsOf(s).format, rows, a.what)
	if err != nil {
		return a, err
	}
	a.textureBytes = int64(rows) * kernels.PageWidth * int64(a.texel())
	a.back, err = d.newBuffer(gl, storageBuffer, 4*max(places.Floats, 4), "outputs of "+p.Name)
	return a, err
}

// texel is the size of a vec4 of elements.
func (a *arena) texel() int { return 4 * a.Bytes() }

// bind shows the arena to shaders, and leaves the texture unit of weights active.
func (a *arena) bind(gl gles.API) {
	switch {
	case a.Texels:
		a.maps.bind(gl, bindTarget)
		gl.ActiveTexture(gles.TEXTURE0 + unitMaps)
		gl.BindTexture(gles.TEXTURE_BUFFER, a.id)
		if a.Behind > 0 {
			gl.BindImageTexture(unitMapsImage, a.id, 0, false, 0, gles.READ_ONLY, texelsOf(a.Storage).format)
		}
	case a.Texture:
		if a.Images {
			gl.BindImageTexture(unitMapsImage, a.id, 0, false, 0, gles.READ_ONLY, texelsOf(a.Storage).format)
		} else {
			gl.ActiveTexture(gles.TEXTURE0 + unitMaps)
			gl.BindTexture(gles.TEXTURE_2D, a.id)
		}
		gl.BindImageTexture(unitTarget, a.id, 0, false, 0, gles.WRITE_ONLY, texelsOf(a.Storage).format)
		a.back.bind(gl, bindTarget)
	default:
		a.maps.bind(gl, bindSource)
		a.maps.bind(gl, bindTarget)
	}
	gl.ActiveTexture(gles.TEXTURE0 + unitWeights)
}

// source is the buffer that results are read back from.
func (a *arena) source() *buffer {
	if a.Texture {
		return a.back
	}
	return a.maps
}

// output tells where output i lies after a run.
func (a *arena) output(i int, o network.Binding) Output {
	out := Output{Name: o.Name, Buffer: a.source().id, View: o.View, Precision: precisionOf(a.Storage)}
	if a.Texture {
		lo, _ := kernels.Extent(&o.View)
		out.Precision = Float32
		out.View.Planes = slices.Clone(o.View.Planes)
		for p := range out.View.Planes {
			out.View.Planes[p] += int32(a.places.At[i] - lo)
		}
	}
	return out
}

// fill lets f write bytes, whole vec4s, that belong at a byte of the arena. What f
// leaves out is undefined. Idle says that no launch uses them any more.
func (a *arena) fill(gl gles.API, offset, size int, idle bool, f func([]byte) error) error {
	if a.Texture {
		if len(a.stage) < size {
			a.stage = make([]byte, size)
		}
		if err := f(a.stage[:size]); err != nil {
			return err
		}
		gl.MemoryBarrier(gles.TEXTURE_UPDATE_BARRIER_BIT)
		gl.ActiveTexture(gles.TEXTURE0 + unitMaps)
		gl.BindTexture(gles.TEXTURE_2D, a.id)
		fillTexture(gl, offset/a.texel(), texelsOf(a.Storage), a.stage[:size])
		gl.ActiveTexture(gles.TEXTURE0 + unitWeights)
		return nil
	}
	var failed error
	if err := a.maps.fill(gl, offset, size, idle, func(m []byte) { failed = f(m) }); err != nil {
		return err
	}
	return failed
}

// write brings whole vec4s to a place that is a multiple of four, whatever uses the
// arena. What fp16 does not hold is an error.
func (a *arena) write(gl gles.API, at int, data []float32) error {
	return a.fill(gl, at*a.Bytes(), len(data)*a.Bytes(), false, func(m []byte) error {
		if !a.Halves {
			copy(floatsOf(m), data)
		} else if i := half.Round(halvesOf(m), data); i >= 0 {
			return fmt.Errorf("%w: %g", ErrRange, data[i])
		}
		return nil
	})
}

// read brings elements back from a place that is a multiple of four. It waits for
// the launches that compute them; in a texture it is a launch itself.
func (a *arena) read(gl gles.API, at int, dst []float32) error {
	switch {
	case a.Texture:
		return a.readTexture(gl, at, dst)
	case a.Halves:
		h := make([]uint16, len(dst))
		if err := download(gl, a.maps, 2*at, h); err != nil {
			return err
		}
		half.Widen(dst, h)
		return nil
	}
	return download(gl, a.maps, 4*at, dst)
}

func (a *arena) delete(gl gles.API) {
	if a == nil {
		return
	}
	a.maps.delete(gl)
	a.back.delete(gl)
	if a.id != 0 {
		gl.DeleteTexture(a.id)
		a.id = 0
	}
}
