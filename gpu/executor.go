package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// patience is how long a run may take before it counts as hung. Software
// renderers need minutes for large networks.
const patience = 10 * time.Minute

// The binding points of common.glsl.
const (
	bindSource = iota
	bindTarget
	bindWeights
	bindIndex
	bindParams = 0 // of uniform blocks
)

// executor runs one plan. All launches of a run are submitted without waiting;
// the CPU waits once, for all outputs.
type executor struct {
	d    *Device
	plan *network.Plan

	arena                  *arena
	weights, index, params *buffer
	textures               []uint32  // of weights, and of buffers
	pages                  []*buffer // of weights, that some of these read
	tables                 uint32    // the one of index; 0 for none
	textureBytes           int64
	launches               []launch
	inputs, outputs        transfers
	back                   *readback // of all outputs
	timer                  *timer    // of each launch
	whole                  *timer    // of all together
	frames                 []*frame  // in flight, or free
	photos                 []*photoInput
	photoTextures          photoTextures // of Run

	// How many runs were submitted, and up to which they are known to be done; and
	// the device's count of calls by others that the last run came behind. All
	// belong to the GL thread.
	submitted, done, visits int

	// What the prepared work below is about, so that a run need not allocate.
	in, out  []*tensor.Tensor
	times    []time.Duration // of steps
	parts    []time.Duration // of launches
	phase    string          // for messages
	patience time.Duration
	photo    *photoInput
	picture  picture
	run      func(gles.API) error
	runTimed func(gles.API) error
	runPhoto func(gles.API) error
}

// What tests and tools ask of an executor.
var (
	_ network.Tracer      = (*executor)(nil)
	_ network.StepTimer   = (*executor)(nil)
	_ network.ArenaAccess = (*executor)(nil)
)

func newExecutor(d *Device, p *network.Plan, s kernels.Storage, r kernels.Results) *executor {
	e := &executor{d: d, plan: p, phase: "run " + p.Name, patience: patience}
	e.run, e.runTimed, e.runPhoto = e.runOnce, e.runOnceTimed, e.runPhotoOnce
	e.inputs, e.outputs = transfersTo(p, s), transfersFrom(p, s, r)
	e.frames = newFrames(e, d.frames)
	return e
}

// Run computes out from in.
func (e *executor) Run(out, in []*tensor.Tensor) error {
	e.in, e.out = in, out
	err := e.d.doRun(e.run)
	e.in, e.out = nil, nil
	return err
}

// RunTimed is Run that also times each launch on the GPU's clock. It returns
// network.ErrUnsupported where the driver cannot.
func (e *executor) RunTimed(out, in []*tensor.Tensor, times []time.Duration) error {
	e.in, e.out, e.times = in, out, times
	err := e.d.doRun(e.runTimed)
	e.in, e.out, e.times = nil, nil, nil
	return err
}

func (e *executor) runOnce(gl gles.API) error {
	if err := e.uploadInputs(gl); err != nil {
		return err
	}
	e.launchAll(gl)
	return e.collect(gl)
}

// idle reports whether no launch that uses the arena is under way: none of this
// executor, and since its last run none of the program's own.
func (e *executor) idle() bool { return e.done == e.submitted && e.visits == e.d.visits }

// begin goes before a run's first launch.
func (e *executor) begin(gl gles.API) {
	if !e.idle() { // the arena is still the run's before
		gl.MemoryBarrier(barrierOf(e.arena.Storage))
	}
	e.submitted++
	e.visits = e.d.visits
	e.bind(gl)
}

// launchAll submits every launch of a run.
func (e *executor) launchAll(gl gles.API) {
	e.begin(gl)
	for i := range e.launches {
		e.launch(gl, i)
	}
}

// bound is what runs have made current in the context, so that no launch binds
// it again. Other work makes the device forget it (see Device.do).
type bound struct {
	owner           *executor // whose arena and index tables they are
	program, page   uint32
	twins           [2]uint32
	params, weights int // where in the owner's buffers, from 1 as 0 is nowhere
}

// bind attaches the buffers that all launches share.
func (e *executor) bind(gl gles.API) {
	if e.d.bound.owner == e {
		return
	}
	e.d.bound = bound{owner: e}
	e.arena.bind(gl)
	e.index.bind(gl, bindIndex)
	if e.tables != 0 {
		gl.ActiveTexture(gles.TEXTURE0 + unitTables)
		gl.BindTexture(gles.TEXTURE_BUFFER, e.tables)
		gl.ActiveTexture(gles.TEXTURE0 + unitWeights)
	}
}

// launch submits launch i.
func (e *executor) launch(gl gles.API, i int) {
	l, now := &e.launches[i], &e.d.bound
	if l.barrier {
		gl.MemoryBarrier(barrierOf(e.arena.Storage))
	}
	if l.program != now.program {
		gl.UseProgram(l.program)
		now.program = l.program
	}
	if l.page != 0 && l.page != now.page {
		switch {
		case e.arena.Texels:
			gl.BindTexture(gles.TEXTURE_BUFFER, l.page)
		case e.arena.Images:
			gl.BindImageTexture(unitWeightsImage, l.page, 0, false, 0, gles.READ_ONLY, texelsOf(e.arena.Storage).format)
		default:
			gl.BindTexture(gles.TEXTURE_2D, l.page)
		}
		now.page = l.page
	}
	if l.twins[0] != 0 && l.twins != now.twins {
		bindTwins(gl, l.twins)
		now.twins = l.twins
	}
	if at := l.paramsOffset + 1; at != now.params {
		e.params.bindRange(gl, bindParams, l.paramsOffset, l.paramsSize)
		now.params = at
	}
	if at := l.weightsOffset + 1; l.weightsSize > 0 && at != now.weights {
		e.weights.bindRange(gl, bindWeights, l.weightsOffset, l.weightsSize)
		now.weights = at
	}
	gl.DispatchCompute(l.groupsX, l.groupsY, l.groupsZ)
}

// bindTwins shows two textures of weights, and leaves the unit of others active.
func bindTwins(gl gles.API, ids [2]uint32) {
	for i, id := range ids {
		gl.ActiveTexture(gles.TEXTURE0 + uint32(unitTwins+i))
		gl.BindTexture(gles.TEXTURE_2D, id)
	}
	gl.ActiveTexture(gles.TEXTURE0 + unitWeights)
}

// uploadInputs writes the tensors to their places in the arena: straight from
// the tensors, and while no run is under way without asking the driver to wait.
func (e *executor) uploadInputs(gl gles.API) error { return e.writeInputs(gl, e.in) }

func (e *executor) writeInputs(gl gles.API, in []*tensor.Tensor) error {
	if !e.idle() {
		gl.MemoryBarrier(updateBarrierOf(e.arena.Storage))
	}
	for i := range e.inputs.spans {
		s := &e.inputs.spans[i]
		if err := e.arena.fill(gl, s.offset, s.size, e.idle(), func(m []byte) error { return e.inputs.pack(i, m, in[i]) }); err != nil {
			return err
		}
	}
	return nil
}

// collect copies the outputs to where the CPU can read them, waits once, and
// reads them.
func (e *executor) collect(gl gles.API) error {
	if err := e.back.start(gl, e.arena.source(), e.outputs.spans, e.out); err != nil {
		return err
	}
	if err := e.back.wait(gl, e.patience); err != nil {
		return err
	}
	e.done = e.submitted
	if err := e.readOutputs(gl, e.back, e.out); err != nil {
		return err
	}
	return checkErrors(gl, e.phase)
}

// readOutputs reads those that are wanted from a readback that has passed.
func (e *executor) readOutputs(gl gles.API, back *readback, out []*tensor.Tensor) error {
	if !anyWanted(out) {
		return nil
	}
	return back.read(gl, e.outputs.size, func(m []byte) { e.outputs.unpack(m, out) })
}

// Close frees the plan's buffers. Programs stay with the device.
func (e *executor) Close() error {
	return e.d.do(func(gl gles.API) error {
		e.delete(gl)
		return nil
	})
}

func (e *executor) delete(gl gles.API) {
	e.arena.delete(gl)
	for _, b := range append([]*buffer{e.weights, e.index, e.params}, e.pages...) {
		b.delete(gl)
	}
	for _, t := range e.textures {
		gl.DeleteTexture(t)
	}
	for _, f := range e.frames {
		f.delete(gl)
	}
	for _, p := range e.photos {
		p.delete(gl)
	}
	e.photoTextures.delete(gl)
	e.back.delete(gl)
	e.timer.delete(gl)
	e.whole.delete(gl)
}
