package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
)

// Precision is what a device keeps feature maps and weights in, and computes in. But for
// Float16Arithmetic arithmetic is fp32, so what is lost is lost by rounding between layers.
type Precision int

const (
	// Float32 loses nothing.
	Float32 Precision = iota
	// Float16 takes half the memory and moves half the bytes, with 11 significant
	// bits, that is relative errors of 2^-11 = 0.0005 a layer. Magnitudes end at
	// 65504: weights and inputs beyond are errors (ErrRange), and what layers compute
	// beyond becomes infinite, or 65504 on GPUs that round towards zero; gpubench verify
	// shows that step by step. Below 2^-14 bits are lost, and some GPUs take 0 for those.
	Float16
	// Float16Arithmetic stores as Float16 does, and 1x1 and depthwise convolutions compute
	// products in 16 bits (mediump), and sums of two or four input channels' products, or
	// of those along a row of the window; these sums are added up in fp32. Where a sum
	// would have one product (an odd number of input channels, one column) it stays fp32,
	// and so does all else: biases, residual additions, activations, other convolutions,
	// the first one of a ShuffleNet unit in one launch, pools, fully connected layers,
	// matrix products, normalisation, softmax. A product or such a sum beyond 65504
	// becomes infinite, even if the whole sum is not; gpubench verify shows it.
	//
	// Not every GPU has such arithmetic: Open finds out, unless Options.NoSelfTest says
	// otherwise, and fails with ErrPrecision.
	Float16Arithmetic
)

func (p Precision) String() string {
	switch p {
	case Float32:
		return "fp32"
	case Float16:
		return "fp16"
	case Float16Arithmetic:
		return "fp16a"
	}
	return fmt.Sprintf("Precision(%d)", int(p))
}

// Bytes is the size of an element.
func (p Precision) Bytes() int {
	if p.stored() == Float16 {
		return 2
	}
	return 4
}

// stored is what elements are kept in.
func (p Precision) stored() Precision { return min(p, Float16) }

// Maps is where a device keeps feature maps.
type Maps int

const (
	// MapsAuto is a texture where that should be faster, by family of GPU and by precision
	// (see RATIONALE.md), if the arena fits into it, and a buffer elsewhere. It takes no
	// more than OpenGL ES 3.1 guarantees.
	MapsAuto Maps = iota
	MapsBuffer
	// MapsTexture reads maps by the texture unit, on software renderers as an image, and stores
	// them as an image. An arena holds at most 2048 vec4s times Limits.TextureSize; Prepare
	// fails for plans that need more.
	MapsTexture
	// MapsTextureBuffer keeps maps in a buffer, and reads them, weights and index tables as
	// textures of buffers, which some drivers do faster: no device does so by default, as it
	// needs OpenGL ES 3.2. Prepare fails for plans whose arena is larger than a storage block
	// or a texture buffer may be.
	MapsTextureBuffer
)

func (m Maps) String() string {
	switch m {
	case MapsAuto:
		return "auto"
	case MapsBuffer:
		return "buffer"
	case MapsTexture:
		return "texture"
	case MapsTextureBuffer:
		return "tbo"
	}
	return fmt.Sprintf("Maps(%d)", int(m))
}

// mapsFor is what MapsAuto means on a device.
func mapsFor(i *Info) Maps {
	t := tuningFor(i)
	if i.Precision.stored() == Float16 && t.HalfInTexture || i.Precision == Float32 && t.InTexture {
		return MapsTexture
	}
	return MapsBuffer
}

// checkStorage refuses options that there are not.
func (o *Options) checkStorage() error {
	if o.Precision < Float32 || o.Precision > Float16Arithmetic {
		return fmt.Errorf("gpu: no precision %v", o.Precision)
	}
	if o.Maps < MapsAuto || o.Maps > MapsTextureBuffer {
		return fmt.Errorf("gpu: no way to keep maps %v", o.Maps)
	}
	return nil
}

// storageFor decides how a plan's maps are kept. Its error says why they cannot be
// where they must.
func (d *Device) storageFor(p *network.Plan) (kernels.Storage, error) {
	s, err := d.storageIn(d.info.Maps, p)
	if err != nil {
		s, _ = d.storageIn(MapsBuffer, p)
		if d.auto {
			err = nil // unless Prepare has one
		}
	}
	return s, err
}

// storageIn is how maps are kept in one of the places, with an error if they do not fit.
func (d *Device) storageIn(where Maps, p *network.Plan) (kernels.Storage, error) {
	i := &d.info
	s := kernels.Storage{Halves: i.Precision.stored() == Float16, Products: i.Precision == Float16Arithmetic, Truncates: d.truncates}
	s.Texture, s.Texels = where == MapsTexture, where == MapsTextureBuffer
	s.Images = !s.Texels && d.byImage()
	if l := &i.Limits; s.Texels && l.TextureBufferSize == 0 {
		return s, fmt.Errorf("%w: textures of buffers take OpenGL ES 3.2, and this is %d.%d; gpu.MapsTexture and gpu.MapsBuffer need none", ErrMaps, l.Version/10, l.Version%10)
	}
	if s.Texture && i.Limits.ComputeImages < 1 {
		return s, fmt.Errorf("%w: shaders have no images, to store to a texture; gpu.MapsBuffer needs none", ErrMaps)
	}
	err := fits(s, p, &i.Limits)
	if err == nil && i.behind(s) {
		if more := holding(s, p); fits(more, p, &i.Limits) == nil {
			s = more
		}
	}
	return s, err
}

// byImage says whether textures are read as images.
func (d *Device) byImage() bool {
	return tuningFor(&d.info).ByImage && d.info.Limits.ComputeImages > unitMapsImage
}

// behind says whether work groups keep things behind the maps rather than in shared memory.
func (i *Info) behind(s kernels.Storage) bool {
	return tuningFor(i).ByImage && (s.Texture && s.Images || s.Texels) && i.Limits.ComputeImages > unitMapsImage
}

// texelsVersion is the first of OpenGL ES where shaders read buffers as textures.
const texelsVersion = 32

// checkMaps refuses maps that the device has no way to keep.
func (d *Device) checkMaps() error {
	if d.auto {
		return nil
	}
	_, err := d.storageIn(d.info.Maps, &network.Plan{})
	return err
}

// Storage says how the maps of a plan are kept on the device.
func (d *Device) Storage(p *network.Plan) (precision, maps string) {
	s, _ := d.storageFor(p) // Prepare gives the error
	where := MapsBuffer
	switch {
	case s.Texture:
		where = MapsTexture
	case s.Texels:
		where = MapsTextureBuffer
	}
	return d.info.Precision.String(), where.String()
}

// fits says why a plan's arena cannot be kept so, if it cannot. Of plain buffers Prepare
// says it.
func fits(s kernels.Storage, p *network.Plan, l *Limits) error {
	switch rows, n := textureRows(s, p), arenaFloats(s, p); {
	case s.Texture && rows > l.TextureSize:
		return fmt.Errorf("%w: the arena of %q takes a texture of %d rows, one has at most %d; gpu.MapsBuffer needs none", ErrLimit, p.Name, rows, l.TextureSize)
	case s.Texels && (s.Bytes()*n > l.StorageBlockSize || ceilDiv(n, 4) > l.TextureBufferSize):
		return fmt.Errorf("%w: the arena of %q takes %d bytes, a block holds at most %d, and a texture buffer %d", ErrLimit, p.Name, s.Bytes()*n, l.StorageBlockSize, l.TextureBufferSize*4*s.Bytes())
	}
	return nil
}

// arenaFloats counts the elements of an arena, and of what follows it.
func arenaFloats(s kernels.Storage, p *network.Plan) int {
	if s.Behind == 0 {
		return p.ArenaFloats + beyondArena
	}
	return s.Behind + kernels.Behind(p)
}

// textureRows is the height of a texture that holds a plan's arena.
func textureRows(s kernels.Storage, p *network.Plan) int {
	return ceilDiv(arenaFloats(s, p), 4*kernels.PageWidth)
}

// holding has a place behind the maps for what work groups keep.
func holding(s kernels.Storage, p *network.Plan) kernels.Storage {
	s.Behind = ceilDiv(p.ArenaFloats+beyondArena, 4) * 4
	return s
}

// precisionOf is what maps are kept in.
func precisionOf(s kernels.Storage) Precision {
	if s.Halves {
		return Float16
	}
	return Float32
}

// texelsOf are those of textures: four elements.
func texelsOf(s kernels.Storage) texels {
	if s.Halves {
		return texelsHalf
	}
	return texelsFloat
}

// barrierOf is what a launch needs to see the maps that others have stored.
func barrierOf(s kernels.Storage) uint32 {
	bits := uint32(gles.SHADER_STORAGE_BARRIER_BIT)
	if s.Texture {
		if !s.Scratched {
			bits = 0
		}
		bits |= gles.TEXTURE_FETCH_BARRIER_BIT | gles.SHADER_IMAGE_ACCESS_BARRIER_BIT
	}
	if s.Texels {
		bits |= gles.TEXTURE_FETCH_BARRIER_BIT
		if s.Behind > 0 {
			bits |= gles.SHADER_IMAGE_ACCESS_BARRIER_BIT
		}
	}
	return bits
}

// updateBarrierOf is what the CPU needs to write where launches have stored.
func updateBarrierOf(s kernels.Storage) uint32 {
	if s.Texture {
		return gles.TEXTURE_UPDATE_BARRIER_BIT
	}
	return gles.BUFFER_UPDATE_BARRIER_BIT
}
