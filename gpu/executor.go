package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
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
// the CPU waits once, for the outputs.
type executor struct {
	d    *Device
	plan *network.Plan

	arena, weights, index, params *buffer
	textures                      []uint32 // of weights
	launches                      []launch
	readbacks                     []*readback // of each output
	timer                         *timer

	// What the prepared work below is about, so that a run need not allocate.
	in, out  []*tensor.Tensor
	times    []time.Duration // of steps
	parts    []time.Duration // of launches
	phase    string          // for messages
	run      func(gles.API) error
	runTimed func(gles.API) error
	pack     [][]float32 // of each input whose layout is not the arena's, else nil
	unpack   [][]float32 // of each output, likewise
}

func newExecutor(d *Device, p *network.Plan) *executor {
	e := &executor{d: d, plan: p, phase: "run " + p.Name}
	e.run, e.runTimed = e.runOnce, e.runOnceTimed
	e.pack, e.unpack = stages(p.Inputs), stages(p.Outputs)
	return e
}

// stages makes room for tensors that must be repacked on their way.
func stages(bs []network.Binding) [][]float32 {
	all := make([][]float32, len(bs))
	for i, b := range bs {
		if lo, hi := extent(&b.View); hi-lo != b.View.Shape.Size() {
			all[i] = make([]float32, hi-lo)
		}
	}
	return all
}

// extent is the range of floats that a view spans in the arena.
func extent(v *network.View) (lo, hi int) {
	lo = int(v.Planes[0])
	for _, off := range v.Planes {
		lo, hi = min(lo, int(off)), max(hi, int(off)+pixels(v))
	}
	return lo, hi
}

// Run computes out from in.
func (e *executor) Run(out, in []*tensor.Tensor) error {
	e.in, e.out = in, out
	err := e.d.do(e.run)
	e.in, e.out = nil, nil
	return err
}

// RunTimed is Run that also times each launch on the GPU's clock. It returns
// network.ErrUnsupported where the driver cannot.
func (e *executor) RunTimed(out, in []*tensor.Tensor, times []time.Duration) error {
	e.in, e.out, e.times = in, out, times
	err := e.d.do(e.runTimed)
	e.in, e.out, e.times = nil, nil, nil
	return err
}

func (e *executor) runOnce(gl gles.API) error {
	if err := e.uploadInputs(gl); err != nil {
		return err
	}
	e.bind(gl)
	var now bound
	for i := range e.launches {
		e.launch(gl, i, &now)
	}
	return e.collect(gl)
}

// bind attaches the buffers that all launches share.
func (e *executor) bind(gl gles.API) {
	e.arena.bind(gl, bindSource)
	e.arena.bind(gl, bindTarget)
	e.index.bind(gl, bindIndex)
	gl.ActiveTexture(gles.TEXTURE0)
}

// bound is what launches so far have made current.
type bound struct{ program, page uint32 }

// launch submits step i.
func (e *executor) launch(gl gles.API, i int, now *bound) {
	l := &e.launches[i]
	if l.barrier {
		gl.MemoryBarrier(gles.SHADER_STORAGE_BARRIER_BIT)
	}
	if l.program != now.program {
		gl.UseProgram(l.program)
		now.program = l.program
	}
	if l.page != 0 && l.page != now.page {
		gl.BindTexture(gles.TEXTURE_2D, l.page)
		now.page = l.page
	}
	e.params.bindRange(gl, bindParams, l.paramsOffset, l.paramsSize)
	if l.weightsSize > 0 {
		e.weights.bindRange(gl, bindWeights, l.weightsOffset, l.weightsSize)
	}
	gl.DispatchCompute(l.groupsX, l.groupsY, l.groupsZ)
}

func (e *executor) uploadInputs(gl gles.API) error {
	for i := range e.plan.Inputs {
		if err := e.uploadView(gl, &e.plan.Inputs[i].View, e.in[i], e.pack[i]); err != nil {
			return err
		}
	}
	return nil
}

// uploadView brings a tensor to its place, through stage where the layouts
// differ.
func (e *executor) uploadView(gl gles.API, v *network.View, t *tensor.Tensor, stage []float32) error {
	lo, _ := extent(v)
	data := t.Data
	if stage != nil {
		v.PackAt(stage, lo, t)
		data = stage
	}
	return upload(gl, e.arena, 4*lo, data)
}

func (e *executor) uploadConsts(gl gles.API) error {
	for i := range e.plan.Consts {
		c := &e.plan.Consts[i]
		lo, hi := extent(&c.View)
		if err := e.uploadView(gl, &c.View, c.Tensor, make([]float32, hi-lo)); err != nil {
			return err
		}
	}
	return nil
}

// collect copies the outputs to where the CPU can read them, and waits.
func (e *executor) collect(gl gles.API) error {
	for i, r := range e.readbacks {
		lo, hi := extent(&e.plan.Outputs[i].View)
		if err := r.start(gl, e.arena, 4*lo, 4*(hi-lo)); err != nil {
			return err
		}
	}
	for i, r := range e.readbacks {
		v, dst := &e.plan.Outputs[i].View, e.out[i].Data
		if e.unpack[i] != nil {
			dst = e.unpack[i]
		}
		if err := finish(gl, r, dst, patience); err != nil {
			return err
		}
		if e.unpack[i] != nil {
			lo, _ := extent(v)
			v.UnpackAt(e.unpack[i], lo, e.out[i])
		}
	}
	return checkErrors(gl, e.phase)
}

// Close frees the plan's buffers. Programs stay with the device.
func (e *executor) Close() error {
	return e.d.do(func(gl gles.API) error {
		e.delete(gl)
		return nil
	})
}

func (e *executor) delete(gl gles.API) {
	for _, b := range []*buffer{e.arena, e.weights, e.index, e.params} {
		b.delete(gl)
	}
	for _, t := range e.textures {
		gl.DeleteTexture(t)
	}
	for _, r := range e.readbacks {
		r.delete(gl)
	}
	e.timer.delete(gl)
}
