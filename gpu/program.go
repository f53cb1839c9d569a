package gpu

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// program is a linked compute program.
type program struct {
	id            uint32
	name, variant string
	workGroup     [3]int // as the shader declares it
}

// ProgramError says why a shader does not compile or link.
type ProgramError struct {
	Name    string // the shader's file, such as "conv_depthwise.comp"
	Variant string // which of its variants, such as "fp16"; may be empty
	Stage   string // "compile" or "link"
	Log     string // the driver's log
	Source  string // the full text that the driver was given
}

// Error gives the log and the source lines around those it names.
func (e *ProgramError) Error() string {
	s := fmt.Sprintf("gpu: %s %s: %s", e.Stage, label(e.Name, e.Variant), strings.TrimSpace(e.Log))
	if e.Log == "" {
		s += "the driver gives no reason"
	}
	if lines := logLines(e.Log); len(lines) > 0 && e.Stage == "compile" {
		s += "\n" + excerpt(e.Source, lines, 2)
	}
	return s
}

// Listing returns the whole source with line numbers.
func (e *ProgramError) Listing() string {
	return excerpt(e.Source, nil, strings.Count(e.Source, "\n")+1)
}

func label(name, variant string) string {
	if variant == "" {
		return name
	}
	return name + " (" + variant + ")"
}

// Drivers write "0:12(5): error" (Mesa), "0:12: S0001:" (Mali), "ERROR: 0:12:"
// (Adreno, PowerVR, ANGLE) and "0(12) : error" (NVIDIA).
var logLine = regexp.MustCompile(`(?m)(?:^|\s)\d+(?::(\d+)(?:\(\d+\))?|\((\d+)\)\s?):`)

// logLines returns the source lines that a log names, in the log's order.
func logLines(log string) []int {
	var lines []int
	for _, m := range logLine.FindAllStringSubmatch(log, 8) {
		if n, err := strconv.Atoi(m[1] + m[2]); err == nil && n > 0 {
			lines = append(lines, n)
		}
	}
	return lines
}

// excerpt numbers the lines within context of the marked ones, or the first
// context lines if none is marked.
func excerpt(source string, marked []int, context int) string {
	text := strings.Split(strings.TrimSuffix(source, "\n"), "\n")
	show := make([]byte, len(text)+1) // of line i: 0 no, ' ' yes, '>' marked
	around := func(n, before, after int) {
		for i := max(n-before, 1); i <= min(n+after, len(text)); i++ {
			show[i] = max(show[i], ' ')
		}
	}
	if marked == nil {
		around(1, 0, context)
	}
	for _, n := range marked {
		around(n, context, context)
	}
	for _, n := range marked {
		if n < len(show) {
			show[n] = '>'
		}
	}
	var b strings.Builder
	last := 0
	for i, mark := range show {
		if mark == 0 {
			continue
		}
		if last != 0 && i > last+1 {
			b.WriteString("   ...\n")
		}
		fmt.Fprintf(&b, "%c %4d | %s\n", mark, i, text[i-1])
		last = i
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// newProgram compiles and links a compute shader. The variant is only a label:
// source is the final text.
func (d *Device) newProgram(gl gles.API, name, variant, source string) (*program, error) {
	fail := func(stage, log string) (*program, error) {
		if err := checkLost(gl, stage+" "+label(name, variant)); err != nil {
			return nil, err
		}
		return nil, &ProgramError{Name: name, Variant: variant, Stage: stage, Log: log, Source: source}
	}
	shader := gl.CreateShader(gles.COMPUTE_SHADER)
	if shader == 0 {
		return fail("compile", "glCreateShader failed")
	}
	defer gl.DeleteShader(shader)
	gl.ShaderSource(shader, source)
	gl.CompileShader(shader)
	if gl.GetShaderiv(shader, gles.COMPILE_STATUS) == 0 {
		return fail("compile", gl.GetShaderInfoLog(shader))
	}

	p := &program{id: gl.CreateProgram(), name: name, variant: variant}
	if p.id == 0 {
		return fail("link", "glCreateProgram failed")
	}
	if d.info.ProgramBinaryFormats > 0 {
		gl.ProgramParameteri(p.id, gles.PROGRAM_BINARY_RETRIEVABLE_HINT, 1)
	}
	gl.AttachShader(p.id, shader)
	gl.LinkProgram(p.id)
	if !linked(gl, p.id) {
		log := gl.GetProgramInfoLog(p.id)
		gl.DeleteProgram(p.id)
		return fail("link", log)
	}
	gl.DetachShader(p.id, shader)
	if err := d.admit(gl, p); err != nil {
		gl.DeleteProgram(p.id)
		return nil, err
	}
	return p, nil
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
