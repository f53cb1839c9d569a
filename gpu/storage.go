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
	// MapsAuto is a texture where that should be faster, by family of GPU and by
	// precision (see RATIONALE.md), if the arena fits into one, and a buffer elsewhere.
	MapsAuto Maps = iota
	MapsBuffer
	// MapsTexture reads maps by the texture unit, on software renderers as an image, and
	// stores them as an image. An
	// arena holds at most 2048 vec4s times Limits.TextureSize; Prepare fails for
	// plans that need more.
	MapsTexture
)

func (m Maps) String() string {
	switch m {
	case MapsAuto:
		return "auto"
	case MapsBuffer:
		return "buffer"
	case MapsTexture:
		return "texture"
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
	if o.Maps < MapsAuto || o.Maps > MapsTexture {
		return fmt.Errorf("gpu: no way to keep maps %v", o.Maps)
	}
	return nil
}

// storageFor decides how a plan's maps are kept. Its error says why they cannot be
// in a texture, if they must.
func (d *Device) storageFor(p *network.Plan) (kernels.Storage, error) {
	s := kernels.Storage{Halves: d.info.Precision.stored() == Float16, Products: d.info.Precision == Float16Arithmetic, Texture: d.info.Maps == MapsTexture, Truncates: d.truncates}
	s.Images = d.byImage()
	if !s.Texture {
		return s, nil
	}
	if err := fitsTexture(p, &d.info.Limits); err != nil {
		s.Texture = false
		if !d.auto {
			return s, err
		}
	}
	if s.Texture && s.Images {
		s = holding(s, p, &d.info.Limits)
	}
	return s, nil
}

// byImage says whether textures are read as images.
func (d *Device) byImage() bool {
	return tuningFor(&d.info).ByImage && d.info.Limits.ComputeImages > unitMapsImage
}

// Storage says how the maps of a plan are kept on the device.
func (d *Device) Storage(p *network.Plan) (precision, maps string) {
	s, _ := d.storageFor(p) // Prepare gives the error
	if s.Texture {
		return d.info.Precision.String(), MapsTexture.String()
	}
	return d.info.Precision.String(), MapsBuffer.String()
}

func fitsTexture(p *network.Plan, l *Limits) error {
	if l.ComputeImages < 1 {
		return fmt.Errorf("%w: shaders have no images, so maps cannot be in a texture; gpu.MapsBuffer needs none", ErrLimit)
	}
	if rows := textureRows(p); rows > l.TextureSize {
		return fmt.Errorf("%w: the arena of %q takes a texture of %d rows, one has at most %d; gpu.MapsBuffer needs none", ErrLimit, p.Name, rows, l.TextureSize)
	}
	return nil
}

// textureRows is the height of a texture that holds a plan's arena.
func textureRows(p *network.Plan) int { return ceilDiv(p.ArenaFloats+beyondArena, 4*kernels.PageWidth) }

// holding has a place behind the maps for what work groups keep, if the texture has.
func holding(s kernels.Storage, p *network.Plan, l *Limits) kernels.Storage {
	s.Behind = ceilDiv(p.ArenaFloats+beyondArena, 4) * 4
	if rowsOf(s, p) > l.TextureSize {
		s.Behind = 0
	}
	return s
}

// rowsOf is the height of the texture.
func rowsOf(s kernels.Storage, p *network.Plan) int {
	if s.Behind == 0 {
		return textureRows(p)
	}
	return ceilDiv(s.Behind+kernels.Behind(p), 4*kernels.PageWidth)
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
	return bits
}

// updateBarrierOf is what the CPU needs to write where launches have stored.
func updateBarrierOf(s kernels.Storage) uint32 {
	if s.Texture {
		return gles.TEXTURE_UPDATE_BARRIER_BIT
	}
	return gles.BUFFER_UPDATE_BARRIER_BIT
}
