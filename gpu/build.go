package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// build is a program that the driver compiles and links, maybe on threads of its
// own: until it is asked how that went, by wait.
type build struct {
	d      *Device
	p      *program
	shader uint32
	source string
}

// startProgram asks the driver for a program, and it for nothing.
func (d *Device) startProgram(gl gles.API, name, variant, source string) *build {
	b := &build{d: d, p: &program{name: name, variant: variant}, source: source}
	if b.shader = gl.CreateShader(gles.COMPUTE_SHADER); b.shader == 0 {
		return b
	}
	gl.ShaderSource(b.shader, source)
	gl.CompileShader(b.shader)
	if b.p.id = gl.CreateProgram(); b.p.id == 0 {
		return b
	}
	if d.info.ProgramBinaryFormats > 0 {
		gl.ProgramParameteri(b.p.id, gles.PROGRAM_BINARY_RETRIEVABLE_HINT, 1)
	}
	gl.AttachShader(b.p.id, b.shader)
	gl.LinkProgram(b.p.id)
	return b
}

// wait gives the program once the driver is done with it, or says why there is
// none.
func (b *build) wait(gl gles.API) (*program, error) {
	p := b.p
	err := b.check(gl)
	if b.shader != 0 {
		if err == nil {
			gl.DetachShader(p.id, b.shader)
		}
		gl.DeleteShader(b.shader)
	}
	if err == nil {
		err = b.d.admit(gl, p)
	}
	if err != nil {
		if b.shader != 0 {
			gl.DeleteProgram(p.id) // which may be 0: GL ignores that
		}
		return nil, err
	}
	return p, nil
}

func (b *build) check(gl gles.API) error {
	stage, log := "", ""
	switch {
	case b.shader == 0:
		stage, log = "compile", "glCreateShader failed"
	case gl.GetShaderiv(b.shader, gles.COMPILE_STATUS) == 0:
		stage, log = "compile", gl.GetShaderInfoLog(b.shader)
	case b.p.id == 0:
		stage, log = "link", "glCreateProgram failed"
	case !linked(gl, b.p.id):
		stage, log = "link", gl.GetProgramInfoLog(b.p.id)
	default:
		return nil
	}
	if err := checkLost(gl, stage+" "+label(b.p.name, b.p.variant)); err != nil {
		return err
	}
	return &ProgramError{Name: b.p.name, Variant: b.p.variant, Stage: stage, Log: log, Source: b.source}
}

// pending is a program of a plan that the device does not have yet.
type pending struct {
	program shaders.Program
	step    int // the first that needs it
	build   *build
}

// startPrograms has all programs of a plan built at once that the device does not
// have and the cache does not either. Nothing is asked of the driver meanwhile: to
// one that compiles on threads of its own (KHR_parallel_shader_compile) a question
// is an order to wait.
func (d *Device) startPrograms(gl gles.API, ds []kernels.Dispatch) []pending {
	var started []pending
	seen := map[shaders.Program]bool{}
	for i := range ds {
		p := ds[i].Program
		if d.programs[p] != nil || seen[p] {
			continue
		}
		seen[p] = true
		source := p.Source()
		if linked := d.cache.load(d, gl, p, source); linked != nil {
			d.keep(p, linked)
			continue
		}
		started = append(started, pending{p, ds[i].Step, d.startProgram(gl, p.File, p.Variant(), source)})
	}
	return started
}

// finishPrograms waits for the programs. The device has those that could be built,
// for life; the error is the first program's that could not.
func (d *Device) finishPrograms(gl gles.API, started []pending, steps []network.Step) error {
	var first error
	for _, s := range started {
		linked, err := s.build.wait(gl)
		if err == nil {
			d.keep(s.program, linked)
			d.cache.store(gl, linked, s.build.source)
		} else if first == nil {
			first = fmt.Errorf("%w (for %s %q)", err, steps[s.step].Op.Kind(), steps[s.step].Name)
		}
	}
	return first
}

// programOf gives one program, which is built if the device does not have it.
func (d *Device) programOf(gl gles.API, p shaders.Program) (*program, error) {
	for _, s := range d.startPrograms(gl, []kernels.Dispatch{{Program: p}}) {
		linked, err := s.build.wait(gl)
		if err != nil {
			return nil, err
		}
		d.keep(p, linked)
		d.cache.store(gl, linked, s.build.source)
	}
	return d.programs[p], nil
}

func (d *Device) keep(p shaders.Program, linked *program) {
	if d.programs == nil {
		d.programs = map[shaders.Program]*program{}
	}
	d.programs[p] = linked
}
