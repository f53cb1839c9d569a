// Package gles is the part of OpenGL ES 3.1 that compute work needs, as one Go
// interface. Everything above it calls GL only through API, so that tests can
// count calls and inject faults (package glestest) and so that another binding
// can replace the present one.
//
// An API belongs to the OS thread on which its context is current. No method is
// safe for concurrent use, and none checks glGetError.
package gles

// Sync is a fence object; zero is none.
type Sync uintptr

// DebugMessage is one entry of the KHR_debug message log.
type DebugMessage struct {
	Source, Type, ID, Severity uint32
	Text                       string
}

// API holds the OpenGL ES 3.1 calls in use, under their GL names without the
// gl prefix. Calls that make or delete one object are singular. Sizes and
// offsets are bytes. Methods that stand for an extension's entry point raise
// GL_INVALID_OPERATION when the driver does not have it.
type API interface {
	StateAPI
	ProgramAPI
	BufferAPI
	TextureAPI
	ComputeAPI
	SyncAPI
	QueryAPI
	DebugAPI
}

// StateAPI queries the context.
type StateAPI interface {
	GetString(name uint32) string
	GetStringi(name, index uint32) string
	// GetIntegerv fills dst, which must have room for all the values of name.
	GetIntegerv(name uint32, dst []int32)
	// GetIntegeriv is glGetIntegeri_v for a name with one value an index.
	GetIntegeriv(name, index uint32) int32
	GetInteger64v(name uint32) int64
	GetError() uint32
	// GetGraphicsResetStatus returns NO_ERROR where the driver cannot tell.
	GetGraphicsResetStatus() uint32
	Enable(capability uint32)
	Disable(capability uint32)
}

// ProgramAPI compiles shaders and sets uniforms.
type ProgramAPI interface {
	CreateShader(kind uint32) uint32
	ShaderSource(shader uint32, source string)
	CompileShader(shader uint32)
	GetShaderiv(shader, name uint32) int32
	GetShaderInfoLog(shader uint32) string
	DeleteShader(shader uint32)

	CreateProgram() uint32
	AttachShader(program, shader uint32)
	DetachShader(program, shader uint32)
	ProgramParameteri(program, name uint32, value int32)
	LinkProgram(program uint32)
	// GetProgramiv fills dst, which must have room for all the values of name.
	GetProgramiv(program, name uint32, dst []int32)
	GetProgramInfoLog(program uint32) string
	UseProgram(program uint32)
	DeleteProgram(program uint32)
	// MaxShaderCompilerThreads is glMaxShaderCompilerThreadsKHR
	// (KHR_parallel_shader_compile).
	MaxShaderCompilerThreads(count uint32)

	// GetProgramBinary returns a nil binary when the driver gives none.
	GetProgramBinary(program uint32) (format uint32, binary []byte)
	ProgramBinary(program, format uint32, binary []byte)

	GetUniformLocation(program uint32, name string) int32
	GetUniformBlockIndex(program uint32, name string) uint32
	GetProgramResourceIndex(program, kind uint32, name string) uint32
	Uniform1i(location, v int32)
	ProgramUniform1i(program uint32, location, v int32)
	ProgramUniform1ui(program uint32, location int32, v uint32)
	ProgramUniform1f(program uint32, location int32, v float32)
	ProgramUniform4i(program uint32, location, v0, v1, v2, v3 int32)
	ProgramUniform1iv(program uint32, location int32, v []int32)
	// ProgramUniform4iv sets len(v)/4 ivec4s.
	ProgramUniform4iv(program uint32, location int32, v []int32)
	ProgramUniform1fv(program uint32, location int32, v []float32)
}

// BufferAPI handles buffer objects.
type BufferAPI interface {
	GenBuffer() uint32
	DeleteBuffer(buffer uint32)
	BindBuffer(target, buffer uint32)
	BindBufferBase(target, index, buffer uint32)
	BindBufferRange(target, index, buffer uint32, offset, size int)
	// BufferData allocates size bytes; data may be nil, else it has size bytes.
	BufferData(target uint32, size int, data []byte, usage uint32)
	// BufferStorage is glBufferStorageEXT (EXT_buffer_storage).
	BufferStorage(target uint32, size int, data []byte, flags uint32)
	BufferSubData(target uint32, offset int, data []byte)
	CopyBufferSubData(readTarget, writeTarget uint32, readOffset, writeOffset, size int)
	// MapBufferRange returns the mapped bytes, valid until UnmapBuffer, or nil.
	MapBufferRange(target uint32, offset, size int, access uint32) []byte
	FlushMappedBufferRange(target uint32, offset, size int)
	UnmapBuffer(target uint32) bool
}

// TextureAPI handles textures and images.
type TextureAPI interface {
	GenTexture() uint32
	DeleteTexture(texture uint32)
	ActiveTexture(unit uint32)
	BindTexture(target, texture uint32)
	IsTexture(texture uint32) bool
	TexParameteri(target, name uint32, value int32)
	GetTexLevelParameteriv(target uint32, level int, name uint32) int32
	GenSampler() uint32
	DeleteSampler(sampler uint32)
	SamplerParameteri(sampler, name uint32, value int32)
	BindSampler(unit, sampler uint32)
	PixelStorei(name uint32, value int32)
	TexStorage2D(target uint32, levels int, format uint32, width, height int)
	TexStorage3D(target uint32, levels int, format uint32, width, height, depth int)
	TexSubImage2D(target uint32, level, x, y, width, height int, format, kind uint32, pixels []byte)
	TexSubImage3D(target uint32, level, x, y, z, width, height, depth int, format, kind uint32, pixels []byte)
	// TexBuffer is of OpenGL ES 3.2.
	TexBuffer(target, format, buffer uint32)
	BindImageTexture(unit, texture uint32, level int, layered bool, layer int, access, format uint32)
}

// ComputeAPI launches work.
type ComputeAPI interface {
	DispatchCompute(x, y, z uint32)
	DispatchComputeIndirect(offset int)
	MemoryBarrier(barriers uint32)
}

// SyncAPI waits for work.
type SyncAPI interface {
	FenceSync() Sync
	ClientWaitSync(sync Sync, flags uint32, nanoseconds uint64) uint32
	DeleteSync(sync Sync)
	Flush()
	Finish()
}

// QueryAPI handles queries. QueryCounter and GetQueryObjectui64v belong to
// EXT_disjoint_timer_query.
type QueryAPI interface {
	GenQueries(dst []uint32)
	DeleteQueries(queries []uint32)
	BeginQuery(target, query uint32)
	EndQuery(target uint32)
	QueryCounter(query, target uint32)
	GetQueryiv(target, name uint32) int32
	GetQueryObjectuiv(query, name uint32) uint32
	GetQueryObjectui64v(query, name uint32) uint64
}

// DebugAPI reads KHR_debug messages, as a rule from the log: that needs no
// callback from the driver's threads into Go. But a log may hold as few as one.
type DebugAPI interface {
	GetDebugMessageLog(max int) []DebugMessage
	// DebugMessageControl lets messages through or not; DONT_CARE stands for any.
	DebugMessageControl(source, kind, severity uint32, enabled bool)
	// DebugMessageCallback sends messages to f instead of the log; with nil they
	// go to the log again. Any thread may call f, which must not call GL.
	DebugMessageCallback(f func(DebugMessage))
}
