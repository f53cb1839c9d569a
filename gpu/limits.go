package gpu

import (
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
)

// Limits are what a device can do at most. Sizes are bytes. The alignments are
// least values instead.
type Limits struct {
	Version int // of OpenGL ES: 31, 32

	WorkGroupCount       [3]int // groups a launch
	WorkGroupSize        [3]int // invocations a group, along each axis
	WorkGroupInvocations int    // invocations a group, in all
	SharedMemory         int    // a group's shared variables

	StorageBlocks     int // storage blocks of a compute shader
	StorageBindings   int // storage binding points
	StorageBlockSize  int
	StorageAlignment  int // of a bound range's offset
	UniformBlocks     int // uniform blocks of a compute shader
	UniformBindings   int // uniform binding points
	UniformBlockSize  int
	UniformAlignment  int // of a bound range's offset
	UniformComponents int // uniforms outside blocks, in 32-bit components

	ImageUnits        int
	ComputeImages     int // images of a compute shader
	TextureUnits      int // textures of a compute shader
	TextureSize       int // width and height
	Texture3DSize     int // width, height and depth
	TextureLayers     int
	TextureBufferSize int // texels; 0 before OpenGL ES 3.2, which brought texture buffers
}

// SpecMinimum is what every OpenGL ES 3.1 device has.
var SpecMinimum = Limits{
	Version: 31,

	WorkGroupCount:       [3]int{65535, 65535, 65535},
	WorkGroupSize:        [3]int{128, 128, 64},
	WorkGroupInvocations: 128,
	SharedMemory:         16384,

	StorageBlocks:     4,
	StorageBindings:   4,
	StorageBlockSize:  1 << 27,
	StorageAlignment:  256,
	UniformBlocks:     12,
	UniformBindings:   36,
	UniformBlockSize:  16384,
	UniformAlignment:  256,
	UniformComponents: 512,

	ImageUnits:    4,
	ComputeImages: 4,
	TextureUnits:  16,
	TextureSize:   2048,
	Texture3DSize: 256,
	TextureLayers: 256,
}

// launchLimitsOf are those that launches must keep.
func launchLimitsOf(l *Limits) *kernels.Limits {
	return &kernels.Limits{
		WorkGroupCount:       l.WorkGroupCount,
		WorkGroupSize:        l.WorkGroupSize,
		WorkGroupInvocations: l.WorkGroupInvocations,
		StorageBlockSize:     l.StorageBlockSize,
		TextureSize:          l.TextureSize,
		TextureBufferSize:    l.TextureBufferSize,
	}
}

// limit is one value of Limits, with its GL name.
type limit struct {
	name  string
	query uint32
	value *int
	least bool // an alignment: more is worse
	vital bool // no kernel works with less than the specification's minimum
}

func (l *Limits) list() []limit {
	return []limit{
		{"GL_MAX_COMPUTE_WORK_GROUP_INVOCATIONS", gles.MAX_COMPUTE_WORK_GROUP_INVOCATIONS, &l.WorkGroupInvocations, false, true},
		{"GL_MAX_COMPUTE_SHARED_MEMORY_SIZE", gles.MAX_COMPUTE_SHARED_MEMORY_SIZE, &l.SharedMemory, false, true},
		{"GL_MAX_COMPUTE_SHADER_STORAGE_BLOCKS", gles.MAX_COMPUTE_SHADER_STORAGE_BLOCKS, &l.StorageBlocks, false, true},
		{"GL_MAX_SHADER_STORAGE_BUFFER_BINDINGS", gles.MAX_SHADER_STORAGE_BUFFER_BINDINGS, &l.StorageBindings, false, true},
		{"GL_MAX_SHADER_STORAGE_BLOCK_SIZE", gles.MAX_SHADER_STORAGE_BLOCK_SIZE, &l.StorageBlockSize, false, true},
		{"GL_SHADER_STORAGE_BUFFER_OFFSET_ALIGNMENT", gles.SHADER_STORAGE_BUFFER_OFFSET_ALIGNMENT, &l.StorageAlignment, true, true},
		{"GL_MAX_COMPUTE_UNIFORM_BLOCKS", gles.MAX_COMPUTE_UNIFORM_BLOCKS, &l.UniformBlocks, false, false},
		{"GL_MAX_UNIFORM_BUFFER_BINDINGS", gles.MAX_UNIFORM_BUFFER_BINDINGS, &l.UniformBindings, false, false},
		{"GL_MAX_UNIFORM_BLOCK_SIZE", gles.MAX_UNIFORM_BLOCK_SIZE, &l.UniformBlockSize, false, false},
		{"GL_UNIFORM_BUFFER_OFFSET_ALIGNMENT", gles.UNIFORM_BUFFER_OFFSET_ALIGNMENT, &l.UniformAlignment, true, false},
		{"GL_MAX_COMPUTE_UNIFORM_COMPONENTS", gles.MAX_COMPUTE_UNIFORM_COMPONENTS, &l.UniformComponents, false, false},
		{"GL_MAX_IMAGE_UNITS", gles.MAX_IMAGE_UNITS, &l.ImageUnits, false, false},
		{"GL_MAX_COMPUTE_IMAGE_UNIFORMS", gles.MAX_COMPUTE_IMAGE_UNIFORMS, &l.ComputeImages, false, false},
		{"GL_MAX_COMPUTE_TEXTURE_IMAGE_UNITS", gles.MAX_COMPUTE_TEXTURE_IMAGE_UNITS, &l.TextureUnits, false, false},
		{"GL_MAX_TEXTURE_SIZE", gles.MAX_TEXTURE_SIZE, &l.TextureSize, false, false},
		{"GL_MAX_3D_TEXTURE_SIZE", gles.MAX_3D_TEXTURE_SIZE, &l.Texture3DSize, false, false},
		{"GL_MAX_ARRAY_TEXTURE_LAYERS", gles.MAX_ARRAY_TEXTURE_LAYERS, &l.TextureLayers, false, false},
	}
}

// queryLimits asks the driver.
func queryLimits(gl gles.API) Limits {
	var l Limits
	var major, minor [1]int32
	gl.GetIntegerv(gles.MAJOR_VERSION, major[:])
	gl.GetIntegerv(gles.MINOR_VERSION, minor[:])
	l.Version = int(10*major[0] + minor[0])
	for _, x := range l.list() {
		// 64 bits: a block size above 2 GiB would come back negative in 32.
		*x.value = saturated(gl.GetInteger64v(x.query))
	}
	for i := range 3 {
		l.WorkGroupCount[i] = unsigned(gl.GetIntegeriv(gles.MAX_COMPUTE_WORK_GROUP_COUNT, uint32(i)))
		l.WorkGroupSize[i] = unsigned(gl.GetIntegeriv(gles.MAX_COMPUTE_WORK_GROUP_SIZE, uint32(i)))
	}
	if l.Version >= texelsVersion {
		l.TextureBufferSize = saturated(gl.GetInteger64v(gles.MAX_TEXTURE_BUFFER_SIZE))
	}
	return l
}

// saturated is what an int holds of a limit.
func saturated(v int64) int { return int(min(v, math.MaxInt)) }

// unsigned undoes the wrap of drivers that report 2^31 and more.
func unsigned(v int32) int {
	if v < 0 {
		return 1<<31 - 1
	}
	return int(v)
}

// Clamp returns l with no value beyond most's: the smaller of each two maxima
// and the larger of each two alignments. A zero in most does not clamp.
func (l Limits) Clamp(most Limits) Limits {
	mine, theirs := l.list(), most.list()
	for i, x := range mine {
		if v := *theirs[i].value; v != 0 && (x.least && v > *x.value || !x.least && v < *x.value) {
			*x.value = v
		}
	}
	for i := range 3 {
		clampTo(&l.WorkGroupCount[i], most.WorkGroupCount[i])
		clampTo(&l.WorkGroupSize[i], most.WorkGroupSize[i])
	}
	clampTo(&l.TextureBufferSize, most.TextureBufferSize)
	if clampTo(&l.Version, most.Version); l.Version < texelsVersion {
		l.TextureBufferSize = 0
	}
	return l
}

func clampTo(v *int, max int) {
	if max != 0 && max < *v {
		*v = max
	}
}

// check returns an error that names a vital value below what the specification
// allows.
func (l Limits) check() error {
	need := SpecMinimum
	mine, theirs := l.list(), need.list()
	for i, x := range mine {
		if want := *theirs[i].value; x.vital && (x.least && *x.value > want || !x.least && *x.value < want) {
			return fmt.Errorf("%w: %s is %d, OpenGL ES 3.1 wants %d", ErrDriver, x.name, *x.value, want)
		}
	}
	for i := range 3 {
		if l.WorkGroupCount[i] < need.WorkGroupCount[i] || l.WorkGroupSize[i] < need.WorkGroupSize[i] {
			return fmt.Errorf("%w: work groups of at most %v, %v of them; OpenGL ES 3.1 wants %v and %v",
				ErrDriver, l.WorkGroupSize, l.WorkGroupCount, need.WorkGroupSize, need.WorkGroupCount)
		}
	}
	return nil
}
