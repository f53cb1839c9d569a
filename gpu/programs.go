package gpu

import (
	"fmt"
	"sync"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// ProgramReport is what is known of a program of a plan.
type ProgramReport struct {
	File, Variant string // which kernel, compiled with which macros

	Launches    int   // that use it, in one run
	Invocations int64 // that these start
	Uses        []UseReport

	// Resources are what its source declares, and Beyond what of that is more than
	// every OpenGL ES 3.1 device has: nothing, as a rule.
	Resources shaders.Resources
	Beyond    []string

	// Statistics are the driver's; nil if it gives none. Messages are all that it
	// said while it compiled.
	Statistics *Statistics
	Messages   []string
	// Dispatched says that there were no statistics after linking, so that a
	// dispatch of no work groups had to make the driver finish its work. It runs
	// nothing.
	Dispatched bool

	// Loops are those whose rounds depend on the launch. Modelled is what all launches
	// cost together, statistics times invocations, if loops count as often as they run:
	// Instructions, and Cycles of the slowest unit. Nil if there are no statistics.
	Loops    []LoopReport
	Modelled map[Figure]float64
}

// UseReport is one launch of a program.
type UseReport struct {
	Step       int // of the plan
	WorkGroups int64
	Modelled   map[Figure]float64 // as in ProgramReport
}

// Programs compiles each program of a plan once more, even if the device has it,
// and tells what came out, in the order of first use. Nothing is run.
//
// Drivers give statistics through KHR_debug, Mesa's at least, if the device is
// opened with Options.Debug. Mesa's freedreno (Adreno) and etnaviv (Vivante) give
// them only if FD_MESA_DEBUG or ETNA_MESA_DEBUG is "shaderdb" when the process
// starts, and no driver does for what Mesa finds in its own cache
// (MESA_SHADER_CACHE_DISABLE=true).
func (d *Device) Programs(p *network.Plan) ([]ProgramReport, error) {
	dispatches, _, err := d.assemble(p, d.variants())
	if err != nil {
		return nil, err
	}
	reports, programs, uses, err := launchesOf(dispatches)
	if err != nil {
		return nil, err
	}
	err = d.do(func(gl gles.API) error { return d.compileAndListen(gl, p.Name, programs, uses, reports) })
	if err != nil {
		return nil, err
	}
	return reports, nil
}

// launchesOf finds the distinct programs, what they declare and how often they run.
func launchesOf(dispatches []kernels.Dispatch) (reports []ProgramReport, programs []shaders.Program, uses [][]use, err error) {
	at := map[shaders.Program]int{}
	for _, x := range dispatches {
		i, ok := at[x.Program]
		if !ok {
			i = len(reports)
			at[x.Program], programs, uses = i, append(programs, x.Program), append(uses, nil)
			r, err := x.Program.Resources()
			if err != nil {
				return nil, nil, nil, fmt.Errorf("gpu: %w", err)
			}
			reports = append(reports, ProgramReport{File: x.Program.File, Variant: x.Program.Variant(), Resources: r, Beyond: SpecMinimum.Exceeded(&r)})
		}
		groups := int64(x.Groups[0]) * int64(x.Groups[1]) * int64(x.Groups[2])
		n := groups * int64(reports[i].Resources.Invocations())
		reports[i].Launches++
		reports[i].Uses = append(reports[i].Uses, UseReport{Step: x.Step, WorkGroups: groups})
		reports[i].Invocations += n
		uses[i] = append(uses[i], use{n, x.Rounds})
	}
	return reports, programs, uses, nil
}

// compileAndListen fills in what only the driver knows.
func (d *Device) compileAndListen(gl gles.API, name string, programs []shaders.Program, uses [][]use, reports []ProgramReport) error {
	hear, stop := d.listen(gl)
	defer stop()
	silent := false
	for i, program := range programs {
		if err := d.report(gl, program.Source(), &reports[i], hear, silent); err != nil {
			return err
		}
		if err := d.weigh(gl, program, uses[i], &reports[i], hear); err != nil {
			return err
		}
		silent = silent || reports[i].Dispatched && reports[i].Statistics == nil
	}
	return checkErrors(gl, "programs of "+name)
}

// report compiles one program and listens. A silent driver has said nothing of the
// one before, whatever was done.
func (d *Device) report(gl gles.API, source string, r *ProgramReport, hear func() []string, silent bool) error {
	hear() // what is still to be said of another
	p, err := d.newProgram(gl, r.File, r.Variant, source)
	if err != nil {
		return err
	}
	defer p.delete(gl)
	r.note(hear())
	if r.Statistics == nil && !silent {
		d.dispatchNothing(gl, p, &r.Resources)
		r.Dispatched = true
		r.note(hear())
	}
	return nil
}

// note keeps messages. Where a driver compiles a program several times, the last
// figures are of what it uses.
func (r *ProgramReport) note(messages []string) {
	for _, m := range messages {
		r.Messages = append(r.Messages, m)
		if s := parseStatistics(m); s != nil {
			r.Statistics = s
		}
	}
}

// listen has the driver send all its messages to hear, up to stop. They are not
// left to the log: that may hold ten, and the V3D's compiler says more about a
// program that it cannot fit into its registers. Nor are they ordered at once
// (DEBUG_OUTPUT_SYNCHRONOUS): Mesa drivers with threads of their own then say
// nothing.
func (d *Device) listen(gl gles.API) (hear func() []string, stop func()) {
	var mu sync.Mutex
	var heard []string
	hear = func() []string {
		mu.Lock()
		defer mu.Unlock()
		all := heard
		heard = nil
		return all
	}
	if !d.info.HasExtension("GL_KHR_debug") {
		return hear, func() {}
	}
	gl.DebugMessageCallback(func(m gles.DebugMessage) {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, m.Text)
	})
	gl.Enable(gles.DEBUG_OUTPUT)
	gl.Disable(gles.DEBUG_OUTPUT_SYNCHRONOUS)
	gl.DebugMessageControl(gles.DONT_CARE, gles.DONT_CARE, gles.DONT_CARE, true)
	return hear, func() {
		gl.DebugMessageControl(gles.DONT_CARE, gles.DONT_CARE, gles.DEBUG_SEVERITY_LOW, false) // as it was
		if d.logger == nil {
			gl.Disable(gles.DEBUG_OUTPUT)
		}
		gl.DebugMessageCallback(nil)
	}
}

// dispatchNothing makes a driver that compiles at the last moment do so: the
// dispatch has no work groups, but the driver finds that out late, because it is
// an indirect one. What is bound is of the kind that runs bind, as some drivers
// compile for that.
func (d *Device) dispatchNothing(gl gles.API, p *program, r *shaders.Resources) {
	buffer := gl.GenBuffer()
	defer gl.DeleteBuffer(buffer)
	zeros := make([]byte, 64<<10)
	gl.BindBuffer(gles.DISPATCH_INDIRECT_BUFFER, buffer)
	gl.BufferData(gles.DISPATCH_INDIRECT_BUFFER, len(zeros), zeros, gles.DYNAMIC_COPY)
	for i := range r.StorageBindings {
		gl.BindBufferBase(gles.SHADER_STORAGE_BUFFER, uint32(i), buffer)
	}
	gl.BindBufferBase(gles.UNIFORM_BUFFER, bindParams, buffer)
	texture := gl.GenTexture()
	defer gl.DeleteTexture(texture)
	for i := range max(r.TextureUnits, 1) { // images take its texture
		gl.ActiveTexture(gles.TEXTURE0 + uint32(i))
		gl.BindTexture(gles.TEXTURE_2D, texture)
		if i == 0 {
			gl.TexStorage2D(gles.TEXTURE_2D, 1, gles.RGBA32F, 1, 1)
			gl.TexParameteri(gles.TEXTURE_2D, gles.TEXTURE_MIN_FILTER, gles.NEAREST)
			gl.TexParameteri(gles.TEXTURE_2D, gles.TEXTURE_MAG_FILTER, gles.NEAREST)
		}
	}
	for i := range r.ImageUnits {
		gl.BindImageTexture(uint32(i), texture, 0, false, 0, gles.READ_WRITE, gles.RGBA32F)
	}
	gl.UseProgram(p.id)
	gl.DispatchComputeIndirect(0)
	gl.Finish()
	gl.UseProgram(0)
	gl.BindBuffer(gles.DISPATCH_INDIRECT_BUFFER, 0)
}
