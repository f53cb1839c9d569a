package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// program is a linked compute program.
type program struct {
	id            uint32
	name, variant string
	workGroup     [3]int // as the shader declares it
}

// newProgram compiles and links a compute shader. The variant is only a label:
// source is the final text.
func (d *Device) newProgram(gl gles.API, name, variant, source string) (*program, error) {
	return d.startProgram(gl, name, variant, source).wait(gl)
}

// programFromBinary makes a program of what binary returned. Drivers refuse
// binaries of other versions of themselves: that gives nil and no error.
func (d *Device) programFromBinary(gl gles.API, name, variant string, format uint32, binary []byte) (*program, error) {
	if len(binary) == 0 {
		return nil, nil
	}
	p := &program{id: gl.CreateProgram(), name: name, variant: variant}
	gl.ProgramBinary(p.id, format, binary)
	gl.GetError() // GL_INVALID_ENUM for a format of another driver
	if p.id == 0 || !linked(gl, p.id) {
		gl.DeleteProgram(p.id)
		return nil, nil
	}
	if err := d.admit(gl, p); err != nil {
		gl.DeleteProgram(p.id)
		return nil, err
	}
	return p, nil
}

func linked(gl gles.API, id uint32) bool {
	var status [1]int32
	gl.GetProgramiv(id, gles.LINK_STATUS, status[:])
	return status[0] != 0
}

// admit reads the work group's size and holds it against the device's limits:
// the driver knows its own, but not the clamped ones.
func (d *Device) admit(gl gles.API, p *program) error {
	var size [3]int32
	gl.GetProgramiv(p.id, gles.COMPUTE_WORK_GROUP_SIZE, size[:])
	l, n := &d.info.Limits, 1
	for i, v := range size {
		p.workGroup[i] = int(v)
		n *= int(v)
		if int(v) > l.WorkGroupSize[i] {
			return fmt.Errorf("%w: %s has work groups of %v, the limit is %v", ErrLimit, label(p.name, p.variant), size, l.WorkGroupSize)
		}
	}
	if n > l.WorkGroupInvocations {
		return fmt.Errorf("%w: %s has %d invocations a work group, the limit is %d", ErrLimit, label(p.name, p.variant), n, l.WorkGroupInvocations)
	}
	return nil
}

// uniform returns the location of a uniform, or -1 if the shader has none of
// the name or does not use it; setting -1 does nothing.
func (p *program) uniform(gl gles.API, name string) int32 {
	return gl.GetUniformLocation(p.id, name)
}

// binary returns the compiled program for programFromBinary, or nil.
func (p *program) binary(gl gles.API) (format uint32, binary []byte) {
	return gl.GetProgramBinary(p.id)
}

// delete frees the program.
func (p *program) delete(gl gles.API) {
	if p != nil && p.id != 0 {
		gl.DeleteProgram(p.id)
		p.id = 0
	}
}
