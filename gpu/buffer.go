package gpu

import (
	"fmt"
	"unsafe"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// bufferKind is what a buffer is for.
type bufferKind uint32

const (
	storageBuffer bufferKind = gles.SHADER_STORAGE_BUFFER
	uniformBuffer bufferKind = gles.UNIFORM_BUFFER
	// readbackBuffer is a target of copies that the CPU then maps.
	readbackBuffer bufferKind = gles.COPY_READ_BUFFER
	// uploadBuffer is a source of copies, which the CPU writes for each frame.
	uploadBuffer bufferKind = gles.COPY_WRITE_BUFFER
)

func (k bufferKind) usage() uint32 {
	switch k {
	case uniformBuffer:
		return gles.STATIC_DRAW
	case readbackBuffer:
		return gles.STREAM_READ
	case uploadBuffer:
		return gles.STREAM_DRAW
	}
	return gles.DYNAMIC_COPY
}

// buffer is a buffer object. Its contents are raw bytes; upload and download
// give them a type.
type buffer struct {
	id   uint32
	kind bufferKind
	size int    // bytes
	what string // what it holds, for messages
}

// number is what a buffer may hold.
type number interface {
	~float32 | ~int32 | ~uint32 | ~uint16 | ~uint8
}

// newBuffer makes a buffer of size bytes with undefined contents. What says
// what it is for, as in "weights of conv1". Block limits are for what is bound:
// a buffer may be larger than a block.
func (d *Device) newBuffer(gl gles.API, kind bufferKind, size int, what string) (*buffer, error) {
	if size <= 0 {
		return nil, fmt.Errorf("gpu: buffer for %s: size is %d bytes", what, size)
	}
	// Leave no older error to be taken for this buffer's.
	if err := checkErrors(gl, "before the buffer for "+what); err != nil {
		return nil, err
	}
	b := &buffer{id: gl.GenBuffer(), kind: kind, size: size, what: what}
	gl.BindBuffer(uint32(kind), b.id)
	gl.BufferData(uint32(kind), size, nil, kind.usage())
	if err := checkErrors(gl, fmt.Sprintf("buffer of %d bytes for %s", size, what)); err != nil {
		b.delete(gl)
		return nil, err
	}
	return b, nil
}

// delete frees the buffer.
func (b *buffer) delete(gl gles.API) {
	if b != nil && b.id != 0 {
		gl.DeleteBuffer(b.id)
		b.id = 0
	}
}

// bind makes the whole buffer visible to shaders at a binding point.
func (b *buffer) bind(gl gles.API, index int) {
	gl.BindBufferBase(uint32(b.kind), uint32(index), b.id)
}

// bindRange makes bytes of the buffer visible. The offset must be a multiple
// of the limits' StorageAlignment or UniformAlignment.
func (b *buffer) bindRange(gl gles.API, index, offset, size int) {
	gl.BindBufferRange(uint32(b.kind), uint32(index), b.id, offset, size)
}

// floatsOf sees mapped memory, which drivers align to more than four bytes, as
// floats.
func floatsOf(b []byte) []float32 {
	if len(b) < 4 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(b)/4)
}

// halvesOf sees mapped memory as fp16.
func halvesOf(b []byte) []uint16 {
	if len(b) < 2 {
		return nil
	}
	return unsafe.Slice((*uint16)(unsafe.Pointer(&b[0])), len(b)/2)
}

// bytesOf returns the memory of s.
func bytesOf[T number](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}

func (b *buffer) inside(verb string, offset, size int) error {
	if offset < 0 || size < 0 || offset > b.size-size {
		return fmt.Errorf("gpu: %s %s: %d bytes at %d, the buffer has %d", verb, b.what, size, offset, b.size)
	}
	return nil
}

// upload copies src into the buffer from byte offset on. The driver waits, or
// keeps a copy, if launches still use the bytes.
func upload[T number](gl gles.API, b *buffer, offset int, src []T) error {
	data := bytesOf(src)
	if err := b.inside("upload", offset, len(data)); err != nil || len(data) == 0 {
		return err
	}
	// COPY_WRITE_BUFFER, here and below: bindings that no shader sees.
	gl.BindBuffer(gles.COPY_WRITE_BUFFER, b.id)
	gl.BufferSubData(gles.COPY_WRITE_BUFFER, offset, data)
	return nil
}

// fill lets f write bytes of the buffer where they are, without a copy. What f
// leaves out is undefined. If the caller knows, by a fence, that no launch uses
// the bytes any more, it says idle; else the driver waits for that.
func (b *buffer) fill(gl gles.API, offset, size int, idle bool, f func([]byte)) error {
	if err := b.inside("upload", offset, size); err != nil || size == 0 {
		return err
	}
	access := uint32(gles.MAP_WRITE_BIT | gles.MAP_INVALIDATE_RANGE_BIT)
	if idle {
		access |= gles.MAP_UNSYNCHRONIZED_BIT
	}
	gl.BindBuffer(gles.COPY_WRITE_BUFFER, b.id)
	m := gl.MapBufferRange(gles.COPY_WRITE_BUFFER, offset, size, access)
	if m == nil {
		return b.mapFailed(gl, "upload")
	}
	f(m)
	return b.unmap(gl, gles.COPY_WRITE_BUFFER, "upload")
}

// download fills dst from byte offset on. It waits for the launches that write
// the buffer; to have frames in flight use a readback.
func download[T number](gl gles.API, b *buffer, offset int, dst []T) error {
	data := bytesOf(dst)
	if err := b.inside("download", offset, len(data)); err != nil || len(data) == 0 {
		return err
	}
	gl.MemoryBarrier(gles.BUFFER_UPDATE_BARRIER_BIT)
	return b.read(gl, offset, len(data), func(m []byte) { copy(data, m) })
}

// read shows bytes of the buffer to f, which must not keep them.
func (b *buffer) read(gl gles.API, offset, size int, f func([]byte)) error {
	gl.BindBuffer(gles.COPY_READ_BUFFER, b.id)
	m := gl.MapBufferRange(gles.COPY_READ_BUFFER, offset, size, gles.MAP_READ_BIT)
	if m == nil {
		return b.mapFailed(gl, "download")
	}
	f(m)
	return b.unmap(gl, gles.COPY_READ_BUFFER, "download")
}

func (b *buffer) mapFailed(gl gles.API, verb string) error {
	phase := verb + " " + b.what
	if err := checkLost(gl, phase); err != nil {
		return err
	}
	if err := checkErrors(gl, phase); err != nil {
		return err
	}
	return fmt.Errorf("gpu: %s: the driver could not map the buffer", phase)
}

func (b *buffer) unmap(gl gles.API, target uint32, verb string) error {
	if gl.UnmapBuffer(target) {
		return nil
	}
	// The contents are gone, as after a suspend or a reset.
	if err := checkLost(gl, verb+" "+b.what); err != nil {
		return err
	}
	return fmt.Errorf("gpu: %s %s: the driver lost the buffer's contents", verb, b.what)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
