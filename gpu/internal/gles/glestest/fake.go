package glestest

import "github.com/shufflegl/shufflegl/gpu/internal/gles"

// Fake is a gles.API without a driver: buffers are byte slices, every shader
// compiles and a dispatch does nothing. Methods it does not need for that are
// those of the embedded nil interface and panic.
type Fake struct {
	gles.API
	last    uint32
	buffers map[uint32][]byte
	bound   map[uint32]uint32
	heard   func(gles.DebugMessage)
}

// NewFake returns an empty Fake.
func NewFake() *Fake {
	return &Fake{buffers: make(map[uint32][]byte), bound: make(map[uint32]uint32)}
}

// Say sends a debug message, if someone listens.
func (f *Fake) Say(text string) {
	if f.heard != nil {
		f.heard(gles.DebugMessage{Severity: gles.DEBUG_SEVERITY_NOTIFICATION, Text: text})
	}
}

func (f *Fake) gen() uint32 { f.last++; return f.last }

func (f *Fake) data(target uint32) []byte { return f.buffers[f.bound[target]] }

func (f *Fake) GetError() uint32               { return gles.NO_ERROR }
func (f *Fake) GetGraphicsResetStatus() uint32 { return gles.NO_ERROR }
func (f *Fake) GetString(uint32) string        { return "fake" }
func (f *Fake) GetStringi(_, _ uint32) string  { return "" }
func (f *Fake) GetIntegerv(_ uint32, d []int32) {
	clear(d)
}
func (f *Fake) GetIntegeriv(_, _ uint32) int32 { return 0 }
func (f *Fake) GetInteger64v(uint32) int64     { return 0 }

func (f *Fake) Enable(uint32)                                    {}
func (f *Fake) Disable(uint32)                                   {}
func (f *Fake) DebugMessageControl(_, _, _ uint32, _ bool)       {}
func (f *Fake) DebugMessageCallback(say func(gles.DebugMessage)) { f.heard = say }

func (f *Fake) CreateShader(uint32) uint32             { return f.gen() }
func (f *Fake) ShaderSource(uint32, string)            {}
func (f *Fake) CompileShader(uint32)                   {}
func (f *Fake) GetShaderiv(_, _ uint32) int32          { return 1 }
func (f *Fake) GetShaderInfoLog(uint32) string         { return "" }
func (f *Fake) DeleteShader(uint32)                    {}
func (f *Fake) CreateProgram() uint32                  { return f.gen() }
func (f *Fake) AttachShader(_, _ uint32)               {}
func (f *Fake) DetachShader(_, _ uint32)               {}
func (f *Fake) ProgramParameteri(_, _ uint32, _ int32) {}
func (f *Fake) LinkProgram(uint32)                     {}
func (f *Fake) GetProgramInfoLog(uint32) string        { return "" }
func (f *Fake) UseProgram(uint32)                      {}
func (f *Fake) DeleteProgram(uint32)                   {}
func (f *Fake) GetProgramiv(_, _ uint32, dst []int32) {
	for i := range dst {
		dst[i] = 1
	}
}
func (f *Fake) GetUniformLocation(uint32, string) int32 { return 0 }

func (f *Fake) GenBuffer() uint32                             { return f.gen() }
func (f *Fake) DeleteBuffer(b uint32)                         { delete(f.buffers, b) }
func (f *Fake) BindBuffer(target, b uint32)                   { f.bound[target] = b }
func (f *Fake) BindBufferBase(target, _, b uint32)            { f.bound[target] = b }
func (f *Fake) BindBufferRange(target, _, b uint32, _, _ int) { f.bound[target] = b }
func (f *Fake) BufferData(target uint32, size int, data []byte, _ uint32) {
	b := make([]byte, size)
	copy(b, data)
	f.buffers[f.bound[target]] = b
}
func (f *Fake) BufferSubData(target uint32, offset int, data []byte) {
	copy(f.data(target)[offset:], data)
}
func (f *Fake) CopyBufferSubData(from, to uint32, fromOffset, toOffset, size int) {
	copy(f.data(to)[toOffset:][:size], f.data(from)[fromOffset:])
}
func (f *Fake) MapBufferRange(target uint32, offset, size int, _ uint32) []byte {
	return f.data(target)[offset:][:size]
}
func (f *Fake) UnmapBuffer(uint32) bool { return true }

func (f *Fake) GenTexture() uint32                                              { return f.gen() }
func (f *Fake) DeleteTexture(uint32)                                            {}
func (f *Fake) ActiveTexture(uint32)                                            {}
func (f *Fake) BindTexture(_, _ uint32)                                         {}
func (f *Fake) TexParameteri(_, _ uint32, _ int32)                              {}
func (f *Fake) TexStorage2D(_ uint32, _ int, _ uint32, _, _ int)                {}
func (f *Fake) BindImageTexture(_, _ uint32, _ int, _ bool, _ int, _, _ uint32) {}

func (f *Fake) DispatchCompute(_, _, _ uint32) {}
func (f *Fake) DispatchComputeIndirect(int)    {}
func (f *Fake) MemoryBarrier(uint32)           {}
func (f *Fake) FenceSync() gles.Sync           { return 1 }
func (f *Fake) DeleteSync(gles.Sync)           {}
func (f *Fake) Flush()                         {}
func (f *Fake) Finish()                        {}
func (f *Fake) ClientWaitSync(gles.Sync, uint32, uint64) uint32 {
	return gles.ALREADY_SIGNALED
}
