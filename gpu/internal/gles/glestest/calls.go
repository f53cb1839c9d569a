package glestest

import "github.com/shufflegl/shufflegl/gpu/internal/gles"

// The plain calls: counted, then passed on unless a fault stops them.

func (r *Recorder) GetString(name uint32) (v string) {
	if r.enter("GetString") {
		v = r.api.GetString(name)
	}
	return v
}

func (r *Recorder) GetStringi(name, index uint32) (v string) {
	if r.enter("GetStringi") {
		v = r.api.GetStringi(name, index)
	}
	return v
}

func (r *Recorder) GetIntegerv(name uint32, dst []int32) {
	if r.enter("GetIntegerv") {
		r.api.GetIntegerv(name, dst)
	}
}

func (r *Recorder) GetIntegeriv(name, index uint32) (v int32) {
	if r.enter("GetIntegeriv") {
		v = r.api.GetIntegeriv(name, index)
	}
	return v
}

func (r *Recorder) GetInteger64v(name uint32) (v int64) {
	if r.enter("GetInteger64v") {
		v = r.api.GetInteger64v(name)
	}
	return v
}

func (r *Recorder) Enable(capability uint32) {
	if r.enter("Enable") {
		r.api.Enable(capability)
	}
}

func (r *Recorder) Disable(capability uint32) {
	if r.enter("Disable") {
		r.api.Disable(capability)
	}
}

func (r *Recorder) CreateShader(kind uint32) (v uint32) {
	if r.enter("CreateShader") {
		v = r.api.CreateShader(kind)
	}
	return v
}

func (r *Recorder) ShaderSource(shader uint32, source string) {
	if r.enter("ShaderSource") {
		r.api.ShaderSource(shader, source)
	}
}

func (r *Recorder) DeleteShader(shader uint32) {
	if r.enter("DeleteShader") {
		r.api.DeleteShader(shader)
	}
}

func (r *Recorder) CreateProgram() (v uint32) {
	if r.enter("CreateProgram") {
		v = r.api.CreateProgram()
	}
	return v
}

func (r *Recorder) AttachShader(program, shader uint32) {
	if r.enter("AttachShader") {
		r.api.AttachShader(program, shader)
	}
}

func (r *Recorder) DetachShader(program, shader uint32) {
	if r.enter("DetachShader") {
		r.api.DetachShader(program, shader)
	}
}

func (r *Recorder) ProgramParameteri(program, name uint32, value int32) {
	if r.enter("ProgramParameteri") {
		r.api.ProgramParameteri(program, name, value)
	}
}

func (r *Recorder) UseProgram(program uint32) {
	if r.enter("UseProgram") {
		r.api.UseProgram(program)
	}
}

func (r *Recorder) DeleteProgram(program uint32) {
	if r.enter("DeleteProgram") {
		r.api.DeleteProgram(program)
	}
}

func (r *Recorder) MaxShaderCompilerThreads(count uint32) {
	if r.enter("MaxShaderCompilerThreads") {
		r.api.MaxShaderCompilerThreads(count)
	}
}

func (r *Recorder) ProgramBinary(program, format uint32, binary []byte) {
	if r.enter("ProgramBinary") {
		r.api.ProgramBinary(program, format, binary)
	}
}

func (r *Recorder) GetUniformLocation(program uint32, name string) (v int32) {
	if r.enter("GetUniformLocation") {
		v = r.api.GetUniformLocation(program, name)
	}
	return v
}

func (r *Recorder) GetUniformBlockIndex(program uint32, name string) (v uint32) {
	if r.enter("GetUniformBlockIndex") {
		v = r.api.GetUniformBlockIndex(program, name)
	}
	return v
}

func (r *Recorder) GetProgramResourceIndex(program, kind uint32, name string) (v uint32) {
	if r.enter("GetProgramResourceIndex") {
		v = r.api.GetProgramResourceIndex(program, kind, name)
	}
	return v
}

func (r *Recorder) Uniform1i(location, v int32) {
	if r.enter("Uniform1i") {
		r.api.Uniform1i(location, v)
	}
}

func (r *Recorder) ProgramUniform1i(program uint32, location, v int32) {
	if r.enter("ProgramUniform1i") {
		r.api.ProgramUniform1i(program, location, v)
	}
}

func (r *Recorder) ProgramUniform1ui(program uint32, location int32, v uint32) {
	if r.enter("ProgramUniform1ui") {
		r.api.ProgramUniform1ui(program, location, v)
	}
}

func (r *Recorder) ProgramUniform1f(program uint32, location int32, v float32) {
	if r.enter("ProgramUniform1f") {
		r.api.ProgramUniform1f(program, location, v)
	}
}

func (r *Recorder) ProgramUniform4i(program uint32, location, v0, v1, v2, v3 int32) {
	if r.enter("ProgramUniform4i") {
		r.api.ProgramUniform4i(program, location, v0, v1, v2, v3)
	}
}

func (r *Recorder) ProgramUniform1iv(program uint32, location int32, v []int32) {
	if r.enter("ProgramUniform1iv") {
		r.api.ProgramUniform1iv(program, location, v)
	}
}

func (r *Recorder) ProgramUniform4iv(program uint32, location int32, v []int32) {
	if r.enter("ProgramUniform4iv") {
		r.api.ProgramUniform4iv(program, location, v)
	}
}

func (r *Recorder) ProgramUniform1fv(program uint32, location int32, v []float32) {
	if r.enter("ProgramUniform1fv") {
		r.api.ProgramUniform1fv(program, location, v)
	}
}

func (r *Recorder) GenBuffer() (v uint32) {
	if r.enter("GenBuffer") {
		v = r.api.GenBuffer()
	}
	return v
}

func (r *Recorder) DeleteBuffer(buffer uint32) {
	if r.enter("DeleteBuffer") {
		r.api.DeleteBuffer(buffer)
	}
}

func (r *Recorder) BindBuffer(target, buffer uint32) {
	if r.enter("BindBuffer") {
		r.api.BindBuffer(target, buffer)
	}
}

func (r *Recorder) BindBufferBase(target, index, buffer uint32) {
	if r.enter("BindBufferBase") {
		r.api.BindBufferBase(target, index, buffer)
	}
}

func (r *Recorder) BindBufferRange(target, index, buffer uint32, offset, size int) {
	if r.enter("BindBufferRange") {
		r.api.BindBufferRange(target, index, buffer, offset, size)
	}
}

func (r *Recorder) BufferData(target uint32, size int, data []byte, usage uint32) {
	if r.enter("BufferData") {
		r.api.BufferData(target, size, data, usage)
	}
}

func (r *Recorder) BufferStorage(target uint32, size int, data []byte, flags uint32) {
	if r.enter("BufferStorage") {
		r.api.BufferStorage(target, size, data, flags)
	}
}

func (r *Recorder) BufferSubData(target uint32, offset int, data []byte) {
	if r.enter("BufferSubData") {
		r.api.BufferSubData(target, offset, data)
	}
}

func (r *Recorder) CopyBufferSubData(readTarget, writeTarget uint32, readOffset, writeOffset, size int) {
	if r.enter("CopyBufferSubData") {
		r.api.CopyBufferSubData(readTarget, writeTarget, readOffset, writeOffset, size)
	}
}

func (r *Recorder) FlushMappedBufferRange(target uint32, offset, size int) {
	if r.enter("FlushMappedBufferRange") {
		r.api.FlushMappedBufferRange(target, offset, size)
	}
}

func (r *Recorder) UnmapBuffer(target uint32) (v bool) {
	if r.enter("UnmapBuffer") {
		v = r.api.UnmapBuffer(target)
	}
	return v
}

func (r *Recorder) GenTexture() (v uint32) {
	if r.enter("GenTexture") {
		v = r.api.GenTexture()
	}
	return v
}

func (r *Recorder) DeleteTexture(texture uint32) {
	if r.enter("DeleteTexture") {
		r.api.DeleteTexture(texture)
	}
}

func (r *Recorder) ActiveTexture(unit uint32) {
	if r.enter("ActiveTexture") {
		r.api.ActiveTexture(unit)
	}
}

func (r *Recorder) BindTexture(target, texture uint32) {
	if r.enter("BindTexture") {
		r.api.BindTexture(target, texture)
	}
}

func (r *Recorder) IsTexture(texture uint32) (v bool) {
	if r.enter("IsTexture") {
		v = r.api.IsTexture(texture)
	}
	return v
}

func (r *Recorder) GetTexLevelParameteriv(target uint32, level int, name uint32) (v int32) {
	if r.enter("GetTexLevelParameteriv") {
		v = r.api.GetTexLevelParameteriv(target, level, name)
	}
	return v
}

func (r *Recorder) GenSampler() (v uint32) {
	if r.enter("GenSampler") {
		v = r.api.GenSampler()
	}
	return v
}

func (r *Recorder) DeleteSampler(sampler uint32) {
	if r.enter("DeleteSampler") {
		r.api.DeleteSampler(sampler)
	}
}

func (r *Recorder) SamplerParameteri(sampler, name uint32, value int32) {
	if r.enter("SamplerParameteri") {
		r.api.SamplerParameteri(sampler, name, value)
	}
}

func (r *Recorder) BindSampler(unit, sampler uint32) {
	if r.enter("BindSampler") {
		r.api.BindSampler(unit, sampler)
	}
}

func (r *Recorder) TexParameteri(target, name uint32, value int32) {
	if r.enter("TexParameteri") {
		r.api.TexParameteri(target, name, value)
	}
}

func (r *Recorder) PixelStorei(name uint32, value int32) {
	if r.enter("PixelStorei") {
		r.api.PixelStorei(name, value)
	}
}

func (r *Recorder) TexStorage2D(target uint32, levels int, format uint32, width, height int) {
	if r.enter("TexStorage2D") {
		r.api.TexStorage2D(target, levels, format, width, height)
	}
}

func (r *Recorder) TexStorage3D(target uint32, levels int, format uint32, width, height, depth int) {
	if r.enter("TexStorage3D") {
		r.api.TexStorage3D(target, levels, format, width, height, depth)
	}
}

func (r *Recorder) TexSubImage2D(target uint32, level, x, y, width, height int, format, kind uint32, pixels []byte) {
	if r.enter("TexSubImage2D") {
		r.api.TexSubImage2D(target, level, x, y, width, height, format, kind, pixels)
	}
}

func (r *Recorder) TexSubImage3D(target uint32, level, x, y, z, width, height, depth int, format, kind uint32, pixels []byte) {
	if r.enter("TexSubImage3D") {
		r.api.TexSubImage3D(target, level, x, y, z, width, height, depth, format, kind, pixels)
	}
}

func (r *Recorder) TexBuffer(target, format, buffer uint32) {
	if r.enter("TexBuffer") {
		r.api.TexBuffer(target, format, buffer)
	}
}

func (r *Recorder) BindImageTexture(unit, texture uint32, level int, layered bool, layer int, access, format uint32) {
	if r.enter("BindImageTexture") {
		r.api.BindImageTexture(unit, texture, level, layered, layer, access, format)
	}
}

func (r *Recorder) DispatchCompute(x, y, z uint32) {
	if r.enter("DispatchCompute") {
		r.api.DispatchCompute(x, y, z)
	}
}

func (r *Recorder) DispatchComputeIndirect(offset int) {
	if r.enter("DispatchComputeIndirect") {
		r.api.DispatchComputeIndirect(offset)
	}
}

func (r *Recorder) MemoryBarrier(barriers uint32) {
	if r.enter("MemoryBarrier") {
		r.api.MemoryBarrier(barriers)
	}
}

func (r *Recorder) FenceSync() (v gles.Sync) {
	if r.enter("FenceSync") {
		v = r.api.FenceSync()
	}
	return v
}

func (r *Recorder) DeleteSync(sync gles.Sync) {
	if r.enter("DeleteSync") {
		r.api.DeleteSync(sync)
	}
}

func (r *Recorder) Flush() {
	if r.enter("Flush") {
		r.api.Flush()
	}
}

func (r *Recorder) Finish() {
	if r.enter("Finish") {
		r.api.Finish()
	}
}

func (r *Recorder) GenQueries(dst []uint32) {
	if r.enter("GenQueries") {
		r.api.GenQueries(dst)
	}
}

func (r *Recorder) DeleteQueries(queries []uint32) {
	if r.enter("DeleteQueries") {
		r.api.DeleteQueries(queries)
	}
}

func (r *Recorder) BeginQuery(target, query uint32) {
	if r.enter("BeginQuery") {
		r.api.BeginQuery(target, query)
	}
}

func (r *Recorder) EndQuery(target uint32) {
	if r.enter("EndQuery") {
		r.api.EndQuery(target)
	}
}

func (r *Recorder) QueryCounter(query, target uint32) {
	if r.enter("QueryCounter") {
		r.api.QueryCounter(query, target)
	}
}

func (r *Recorder) GetQueryiv(target, name uint32) (v int32) {
	if r.enter("GetQueryiv") {
		v = r.api.GetQueryiv(target, name)
	}
	return v
}

func (r *Recorder) GetQueryObjectuiv(query, name uint32) (v uint32) {
	if r.enter("GetQueryObjectuiv") {
		v = r.api.GetQueryObjectuiv(query, name)
	}
	return v
}

func (r *Recorder) GetQueryObjectui64v(query, name uint32) (v uint64) {
	if r.enter("GetQueryObjectui64v") {
		v = r.api.GetQueryObjectui64v(query, name)
	}
	return v
}

func (r *Recorder) GetDebugMessageLog(max int) (v []gles.DebugMessage) {
	if r.enter("GetDebugMessageLog") {
		v = r.api.GetDebugMessageLog(max)
	}
	return v
}

func (r *Recorder) DebugMessageControl(source, kind, severity uint32, enabled bool) {
	if r.enter("DebugMessageControl") {
		r.api.DebugMessageControl(source, kind, severity, enabled)
	}
}

func (r *Recorder) DebugMessageCallback(f func(gles.DebugMessage)) {
	if r.enter("DebugMessageCallback") {
		r.api.DebugMessageCallback(f)
	}
}
