//go:build cgo

package gles

import (
	"runtime"
	"strings"
	"unsafe"

	"github.com/go-gl/gl/v3.1/gles2"
)

func (g *goGL) CreateShader(kind uint32) uint32 { return gles2.CreateShader(kind) }

func (g *goGL) ShaderSource(shader uint32, source string) {
	// GL takes an array of pointers: the text is pinned for the call, as cgo
	// asks of memory that is reached through another pointer.
	text := cString(source)
	n := int32(len(source))
	var pin runtime.Pinner
	pin.Pin(text)
	gles2.ShaderSource(shader, 1, &text, &n)
	pin.Unpin()
}

func (g *goGL) CompileShader(shader uint32) { gles2.CompileShader(shader) }
func (g *goGL) DeleteShader(shader uint32)  { gles2.DeleteShader(shader) }

func (g *goGL) GetShaderiv(shader, name uint32) int32 {
	g.i[0] = 0
	gles2.GetShaderiv(shader, name, &g.i[0])
	return g.i[0]
}

func (g *goGL) GetShaderInfoLog(shader uint32) string {
	return infoLog(g.GetShaderiv(shader, INFO_LOG_LENGTH), func(size int32, n *int32, log *uint8) {
		gles2.GetShaderInfoLog(shader, size, n, log)
	})
}

func (g *goGL) GetProgramInfoLog(program uint32) string {
	g.GetProgramiv(program, INFO_LOG_LENGTH, g.i[:1])
	return infoLog(g.i[0], func(size int32, n *int32, log *uint8) {
		gles2.GetProgramInfoLog(program, size, n, log)
	})
}

func infoLog(size int32, read func(size int32, n *int32, log *uint8)) string {
	if size <= 0 {
		return ""
	}
	buf := make([]byte, size)
	var n int32
	read(size, &n, &buf[0])
	return strings.TrimRight(string(buf[:min(max0(int(n)), len(buf))]), "\x00\n ")
}

func (g *goGL) CreateProgram() uint32               { return gles2.CreateProgram() }
func (g *goGL) AttachShader(program, shader uint32) { gles2.AttachShader(program, shader) }
func (g *goGL) DetachShader(program, shader uint32) { gles2.DetachShader(program, shader) }
func (g *goGL) LinkProgram(program uint32)          { gles2.LinkProgram(program) }
func (g *goGL) UseProgram(program uint32)           { gles2.UseProgram(program) }
func (g *goGL) DeleteProgram(program uint32)        { gles2.DeleteProgram(program) }

func (g *goGL) MaxShaderCompilerThreads(count uint32) {
	if !g.threads {
		g.missing()
		return
	}
	gles2.MaxShaderCompilerThreadsKHR(count)
}

func (g *goGL) ProgramParameteri(program, name uint32, value int32) {
	gles2.ProgramParameteri(program, name, value)
}

func (g *goGL) GetProgramiv(program, name uint32, dst []int32) {
	clear(g.i[:])
	gles2.GetProgramiv(program, name, &g.i[0])
	copy(dst, g.i[:])
}

func (g *goGL) GetProgramBinary(program uint32) (format uint32, binary []byte) {
	g.GetProgramiv(program, PROGRAM_BINARY_LENGTH, g.i[:1])
	if g.i[0] <= 0 {
		return 0, nil
	}
	binary = make([]byte, g.i[0])
	g.i[0], g.u[0] = 0, 0
	gles2.GetProgramBinary(program, int32(len(binary)), &g.i[0], &g.u[0], unsafe.Pointer(&binary[0]))
	if g.i[0] <= 0 {
		return 0, nil
	}
	return g.u[0], binary[:g.i[0]]
}

func (g *goGL) ProgramBinary(program, format uint32, binary []byte) {
	gles2.ProgramBinary(program, format, pointer(binary), int32(len(binary)))
}

func (g *goGL) GetUniformLocation(program uint32, name string) int32 {
	return gles2.GetUniformLocation(program, cString(name))
}
func (g *goGL) GetUniformBlockIndex(program uint32, name string) uint32 {
	return gles2.GetUniformBlockIndex(program, cString(name))
}
func (g *goGL) GetProgramResourceIndex(program, kind uint32, name string) uint32 {
	return gles2.GetProgramResourceIndex(program, kind, cString(name))
}

func (g *goGL) Uniform1i(location, v int32) { gles2.Uniform1i(location, v) }
func (g *goGL) ProgramUniform1i(program uint32, location, v int32) {
	gles2.ProgramUniform1i(program, location, v)
}
func (g *goGL) ProgramUniform1ui(program uint32, location int32, v uint32) {
	gles2.ProgramUniform1ui(program, location, v)
}
func (g *goGL) ProgramUniform1f(program uint32, location int32, v float32) {
	gles2.ProgramUniform1f(program, location, v)
}
func (g *goGL) ProgramUniform4i(program uint32, location, v0, v1, v2, v3 int32) {
	gles2.ProgramUniform4i(program, location, v0, v1, v2, v3)
}
func (g *goGL) ProgramUniform1iv(program uint32, location int32, v []int32) {
	if len(v) > 0 {
		gles2.ProgramUniform1iv(program, location, int32(len(v)), &v[0])
	}
}
func (g *goGL) ProgramUniform4iv(program uint32, location int32, v []int32) {
	if len(v) >= 4 {
		gles2.ProgramUniform4iv(program, location, int32(len(v)/4), &v[0])
	}
}
func (g *goGL) ProgramUniform1fv(program uint32, location int32, v []float32) {
	if len(v) > 0 {
		gles2.ProgramUniform1fv(program, location, int32(len(v)), &v[0])
	}
}

func (g *goGL) GenBuffer() uint32 {
	g.u[0] = 0
	gles2.GenBuffers(1, &g.u[0])
	return g.u[0]
}

func (g *goGL) DeleteBuffer(buffer uint32) {
	g.u[0] = buffer
	gles2.DeleteBuffers(1, &g.u[0])
}

func (g *goGL) BindBuffer(target, buffer uint32) { gles2.BindBuffer(target, buffer) }
func (g *goGL) BindBufferBase(target, index, buffer uint32) {
	gles2.BindBufferBase(target, index, buffer)
}
func (g *goGL) BindBufferRange(target, index, buffer uint32, offset, size int) {
	gles2.BindBufferRange(target, index, buffer, offset, size)
}
func (g *goGL) BufferData(target uint32, size int, data []byte, usage uint32) {
	gles2.BufferData(target, size, pointer(data), usage)
}
func (g *goGL) BufferStorage(target uint32, size int, data []byte, flags uint32) {
	if !g.storage {
		g.missing()
		return
	}
	gles2.BufferStorageEXT(target, size, pointer(data), flags)
}
func (g *goGL) BufferSubData(target uint32, offset int, data []byte) {
	if len(data) > 0 {
		gles2.BufferSubData(target, offset, len(data), pointer(data))
	}
}
func (g *goGL) CopyBufferSubData(readTarget, writeTarget uint32, readOffset, writeOffset, size int) {
	gles2.CopyBufferSubData(readTarget, writeTarget, readOffset, writeOffset, size)
}
func (g *goGL) MapBufferRange(target uint32, offset, size int, access uint32) []byte {
	p := gles2.MapBufferRange(target, offset, size, access)
	if p == nil {
		return nil
	}
	return unsafe.Slice((*byte)(p), size)
}
func (g *goGL) FlushMappedBufferRange(target uint32, offset, size int) {
	gles2.FlushMappedBufferRange(target, offset, size)
}
func (g *goGL) UnmapBuffer(target uint32) bool { return gles2.UnmapBuffer(target) }

func (g *goGL) GenTexture() uint32 {
	g.u[0] = 0
	gles2.GenTextures(1, &g.u[0])
	return g.u[0]
}

func (g *goGL) DeleteTexture(texture uint32) {
	g.u[0] = texture
	gles2.DeleteTextures(1, &g.u[0])
}

func (g *goGL) ActiveTexture(unit uint32)          { gles2.ActiveTexture(unit) }
func (g *goGL) BindTexture(target, texture uint32) { gles2.BindTexture(target, texture) }
func (g *goGL) TexParameteri(target, name uint32, value int32) {
	gles2.TexParameteri(target, name, value)
}
func (g *goGL) IsTexture(texture uint32) bool { return gles2.IsTexture(texture) }
func (g *goGL) GetTexLevelParameteriv(target uint32, level int, name uint32) int32 {
	g.i[0] = 0
	gles2.GetTexLevelParameteriv(target, int32(level), name, &g.i[0])
	return g.i[0]
}
func (g *goGL) GenSampler() uint32 {
	g.u[0] = 0
	gles2.GenSamplers(1, &g.u[0])
	return g.u[0]
}
func (g *goGL) DeleteSampler(sampler uint32) {
	g.u[0] = sampler
	gles2.DeleteSamplers(1, &g.u[0])
}
func (g *goGL) SamplerParameteri(sampler, name uint32, value int32) {
	gles2.SamplerParameteri(sampler, name, value)
}
func (g *goGL) BindSampler(unit, sampler uint32)     { gles2.BindSampler(unit, sampler) }
func (g *goGL) PixelStorei(name uint32, value int32) { gles2.PixelStorei(name, value) }
func (g *goGL) TexStorage2D(target uint32, levels int, format uint32, width, height int) {
	gles2.TexStorage2D(target, int32(levels), format, int32(width), int32(height))
}
func (g *goGL) TexStorage3D(target uint32, levels int, format uint32, width, height, depth int) {
	gles2.TexStorage3D(target, int32(levels), format, int32(width), int32(height), int32(depth))
}
func (g *goGL) TexSubImage2D(target uint32, level, x, y, width, height int, format, kind uint32, pixels []byte) {
	gles2.TexSubImage2D(target, int32(level), int32(x), int32(y), int32(width), int32(height), format, kind, pointer(pixels))
}
func (g *goGL) TexSubImage3D(target uint32, level, x, y, z, width, height, depth int, format, kind uint32, pixels []byte) {
	gles2.TexSubImage3D(target, int32(level), int32(x), int32(y), int32(z), int32(width), int32(height), int32(depth), format, kind, pointer(pixels))
}
func (g *goGL) TexBuffer(target, format, buffer uint32) {
	if !g.texBuffer {
		g.missing()
		return
	}
	gles2.TexBufferEXT(target, format, buffer) // which is glTexBuffer
}
func (g *goGL) BindImageTexture(unit, texture uint32, level int, layered bool, layer int, access, format uint32) {
	gles2.BindImageTexture(unit, texture, int32(level), layered, int32(layer), access, format)
}
