package gles

import "fmt"

// Errors and reset states.
const (
	NO_ERROR                      = 0
	INVALID_ENUM                  = 0x0500
	INVALID_VALUE                 = 0x0501
	INVALID_OPERATION             = 0x0502
	STACK_OVERFLOW                = 0x0503
	STACK_UNDERFLOW               = 0x0504
	OUT_OF_MEMORY                 = 0x0505
	INVALID_FRAMEBUFFER_OPERATION = 0x0506
	CONTEXT_LOST                  = 0x0507
	GUILTY_CONTEXT_RESET          = 0x8253
	INNOCENT_CONTEXT_RESET        = 0x8254
	UNKNOWN_CONTEXT_RESET         = 0x8255
)

// Strings and limits.
const (
	VENDOR                                 = 0x1F00
	RENDERER                               = 0x1F01
	VERSION                                = 0x1F02
	EXTENSIONS                             = 0x1F03
	SHADING_LANGUAGE_VERSION               = 0x8B8C
	NUM_EXTENSIONS                         = 0x821D
	MAJOR_VERSION                          = 0x821B
	MINOR_VERSION                          = 0x821C
	MAX_TEXTURE_SIZE                       = 0x0D33
	MAX_3D_TEXTURE_SIZE                    = 0x8073
	MAX_ARRAY_TEXTURE_LAYERS               = 0x88FF
	MAX_TEXTURE_BUFFER_SIZE                = 0x8C2B
	MAX_COMPUTE_UNIFORM_BLOCKS             = 0x91BB
	MAX_COMPUTE_TEXTURE_IMAGE_UNITS        = 0x91BC
	MAX_COMPUTE_IMAGE_UNIFORMS             = 0x91BD
	MAX_COMPUTE_SHARED_MEMORY_SIZE         = 0x8262
	MAX_COMPUTE_UNIFORM_COMPONENTS         = 0x8263
	MAX_COMPUTE_WORK_GROUP_INVOCATIONS     = 0x90EB
	MAX_COMPUTE_WORK_GROUP_COUNT           = 0x91BE
	MAX_COMPUTE_WORK_GROUP_SIZE            = 0x91BF
	MAX_COMPUTE_SHADER_STORAGE_BLOCKS      = 0x90DB
	MAX_SHADER_STORAGE_BUFFER_BINDINGS     = 0x90DD
	MAX_SHADER_STORAGE_BLOCK_SIZE          = 0x90DE
	SHADER_STORAGE_BUFFER_OFFSET_ALIGNMENT = 0x90DF
	MAX_UNIFORM_BUFFER_BINDINGS            = 0x8A2F
	MAX_UNIFORM_BLOCK_SIZE                 = 0x8A30
	UNIFORM_BUFFER_OFFSET_ALIGNMENT        = 0x8A34
	TEXTURE_BUFFER_OFFSET_ALIGNMENT        = 0x919F
	MAX_IMAGE_UNITS                        = 0x8F38
	MAX_COMBINED_TEXTURE_IMAGE_UNITS       = 0x8B4D
	NUM_PROGRAM_BINARY_FORMATS             = 0x87FE
	PROGRAM_BINARY_FORMATS                 = 0x87FF
)

// Shaders and programs.
const (
	COMPUTE_SHADER                  = 0x91B9
	COMPILE_STATUS                  = 0x8B81
	LINK_STATUS                     = 0x8B82
	INFO_LOG_LENGTH                 = 0x8B84
	COMPUTE_WORK_GROUP_SIZE         = 0x8267
	PROGRAM_BINARY_LENGTH           = 0x8741
	PROGRAM_BINARY_RETRIEVABLE_HINT = 0x8257
	UNIFORM_BLOCK                   = 0x92E2
	SHADER_STORAGE_BLOCK            = 0x92E6
	INVALID_INDEX                   = 0xFFFFFFFF
)

// Buffers.
const (
	ARRAY_BUFFER              = 0x8892
	COPY_READ_BUFFER          = 0x8F36
	COPY_WRITE_BUFFER         = 0x8F37
	PIXEL_UNPACK_BUFFER       = 0x88EC
	UNIFORM_BUFFER            = 0x8A11
	SHADER_STORAGE_BUFFER     = 0x90D2
	DISPATCH_INDIRECT_BUFFER  = 0x90EE
	STREAM_DRAW               = 0x88E0
	STREAM_READ               = 0x88E1
	STREAM_COPY               = 0x88E2
	STATIC_DRAW               = 0x88E4
	STATIC_READ               = 0x88E5
	STATIC_COPY               = 0x88E6
	DYNAMIC_DRAW              = 0x88E8
	DYNAMIC_READ              = 0x88E9
	DYNAMIC_COPY              = 0x88EA
	MAP_READ_BIT              = 0x0001
	MAP_WRITE_BIT             = 0x0002
	MAP_INVALIDATE_RANGE_BIT  = 0x0004
	MAP_INVALIDATE_BUFFER_BIT = 0x0008
	MAP_FLUSH_EXPLICIT_BIT    = 0x0010
	MAP_UNSYNCHRONIZED_BIT    = 0x0020
	MAP_PERSISTENT_BIT        = 0x0040 // EXT_buffer_storage
	MAP_COHERENT_BIT          = 0x0080 // EXT_buffer_storage
	DYNAMIC_STORAGE_BIT       = 0x0100 // EXT_buffer_storage
	CLIENT_STORAGE_BIT        = 0x0200 // EXT_buffer_storage
)

// Barriers.
const (
	UNIFORM_BARRIER_BIT              = 0x00000004
	TEXTURE_FETCH_BARRIER_BIT        = 0x00000008
	SHADER_IMAGE_ACCESS_BARRIER_BIT  = 0x00000020
	COMMAND_BARRIER_BIT              = 0x00000040
	PIXEL_BUFFER_BARRIER_BIT         = 0x00000080
	TEXTURE_UPDATE_BARRIER_BIT       = 0x00000100
	BUFFER_UPDATE_BARRIER_BIT        = 0x00000200
	SHADER_STORAGE_BARRIER_BIT       = 0x00002000
	CLIENT_MAPPED_BUFFER_BARRIER_BIT = 0x00004000 // EXT_buffer_storage
	ALL_BARRIER_BITS                 = 0xFFFFFFFF
)

// Textures and images.
const (
	TEXTURE0           = 0x84C0
	TEXTURE_2D         = 0x0DE1
	TEXTURE_3D         = 0x806F
	TEXTURE_2D_ARRAY   = 0x8C1A
	TEXTURE_BUFFER     = 0x8C2A
	TEXTURE_EXTERNAL   = 0x8D65 // OES_EGL_image_external
	TEXTURE_WIDTH      = 0x1000
	TEXTURE_HEIGHT     = 0x1001
	TEXTURE_MAG_FILTER = 0x2800
	TEXTURE_MIN_FILTER = 0x2801
	TEXTURE_WRAP_S     = 0x2802
	TEXTURE_WRAP_T     = 0x2803
	NEAREST            = 0x2600
	LINEAR             = 0x2601
	CLAMP_TO_EDGE      = 0x812F
	UNPACK_ALIGNMENT   = 0x0CF5
	UNPACK_ROW_LENGTH  = 0x0CF2
	UNPACK_SKIP_ROWS   = 0x0CF3
	UNPACK_SKIP_PIXELS = 0x0CF4
	READ_ONLY          = 0x88B8
	WRITE_ONLY         = 0x88B9
	READ_WRITE         = 0x88BA
	RED                = 0x1903
	RG                 = 0x8227
	RGBA               = 0x1908
	UNSIGNED_BYTE      = 0x1401
	INT                = 0x1404
	UNSIGNED_INT       = 0x1405
	FLOAT              = 0x1406
	HALF_FLOAT         = 0x140B
	RGBA8              = 0x8058
	R8                 = 0x8229
	RG8                = 0x822B
	R32F               = 0x822E
	R32I               = 0x8235
	R32UI              = 0x8236
	RGBA32F            = 0x8814
	RGBA16F            = 0x881A
	RGBA32UI           = 0x8D70
	RGBA_INTEGER       = 0x8D99
)

// Fences.
const (
	SYNC_GPU_COMMANDS_COMPLETE = 0x9117
	SYNC_FLUSH_COMMANDS_BIT    = 0x0001
	ALREADY_SIGNALED           = 0x911A
	TIMEOUT_EXPIRED            = 0x911B
	CONDITION_SATISFIED        = 0x911C
	WAIT_FAILED                = 0x911D
)

// Queries; the timer ones come from EXT_disjoint_timer_query.
const (
	QUERY_COUNTER_BITS     = 0x8864
	CURRENT_QUERY          = 0x8865
	QUERY_RESULT           = 0x8866
	QUERY_RESULT_AVAILABLE = 0x8867
	TIME_ELAPSED           = 0x88BF
	TIMESTAMP              = 0x8E28
	GPU_DISJOINT           = 0x8FBB
)

// KHR_debug.
const (
	DEBUG_OUTPUT                = 0x92E0
	DEBUG_OUTPUT_SYNCHRONOUS    = 0x8242
	DEBUG_TYPE_ERROR            = 0x824C
	DONT_CARE                   = 0x1100
	DEBUG_SEVERITY_HIGH         = 0x9146
	DEBUG_SEVERITY_MEDIUM       = 0x9147
	DEBUG_SEVERITY_LOW          = 0x9148
	DEBUG_SEVERITY_NOTIFICATION = 0x826B
)

// ErrorName returns the GL name of a glGetError or reset-status value.
func ErrorName(code uint32) string {
	switch code {
	case NO_ERROR:
		return "GL_NO_ERROR"
	case INVALID_ENUM:
		return "GL_INVALID_ENUM"
	case INVALID_VALUE:
		return "GL_INVALID_VALUE"
	case INVALID_OPERATION:
		return "GL_INVALID_OPERATION"
	case STACK_OVERFLOW:
		return "GL_STACK_OVERFLOW"
	case STACK_UNDERFLOW:
		return "GL_STACK_UNDERFLOW"
	case OUT_OF_MEMORY:
		return "GL_OUT_OF_MEMORY"
	case INVALID_FRAMEBUFFER_OPERATION:
		return "GL_INVALID_FRAMEBUFFER_OPERATION"
	case CONTEXT_LOST:
		return "GL_CONTEXT_LOST"
	case GUILTY_CONTEXT_RESET:
		return "GL_GUILTY_CONTEXT_RESET"
	case INNOCENT_CONTEXT_RESET:
		return "GL_INNOCENT_CONTEXT_RESET"
	case UNKNOWN_CONTEXT_RESET:
		return "GL_UNKNOWN_CONTEXT_RESET"
	}
	return fmt.Sprintf("GL error 0x%04X", code)
}
