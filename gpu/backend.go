package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
)

// A Device is a network.Backend.
var (
	_ network.Backend   = (*Device)(nil)
	_ network.Replanner = (*Device)(nil)
	_ network.Storer    = (*Device)(nil)
	_ network.Tuned     = (*Device)(nil)
)

// Name is "gpu".
func (d *Device) Name() string { return "gpu" }

// Device is the renderer's name, as the driver gives it.
func (d *Device) Device() string { return d.info.Renderer }

// Driver is the driver's version, as it gives it.
func (d *Device) Driver() string { return d.info.Version }

// PlanOptions asks for what the kernels can fuse, where it pays on this device.
func (d *Device) PlanOptions() network.PlanOptions {
	o := PlanOptionsFor(d.info.model())
	if s, _ := d.storageIn(d.info.Maps, &network.Plan{}); !d.info.behind(s) {
		o.SharedFloats = 4 * kernels.SharedVectors
	}
	o.ElementBytes = d.info.Precision.Bytes()
	if d.fuse != 0 {
		o.Fuse = d.fuse
	}
	return o
}

// Replan asks for tiles that fit into shared memory where a plan has larger ones, as they are
// kept behind the maps, and there is no room for them: its arena is too large for a texture.
func (d *Device) Replan(p *network.Plan) (network.PlanOptions, bool) {
	o := d.PlanOptions()
	s, _ := d.storageFor(p) // Prepare gives the error
	if s.Behind > 0 || kernels.MostHeld(p) <= kernels.SharedVectors {
		return o, false
	}
	o.SharedFloats = 4 * kernels.SharedVectors
	return o, true
}

// PlanOptions is how plans for a GPU are made, for those who plan without one.
func PlanOptions() network.PlanOptions { return PlanOptionsFor("") }

// PlanOptionsFor is the same for a GPU that is known by its renderer's name, such as
// "V3D 4.2". Of names that it does not know it assumes a GPU in the middle. A device's
// own also have its Precision's ElementBytes.
func PlanOptionsFor(renderer string) network.PlanOptions {
	o := network.PlanOptions{
		Fuse:         network.FuseAll,
		SharedFloats: 4 * kernels.SharedVectors,
		Cost:         costOf(renderer),
		Align:        4,
	}
	if o.Cost == softwareCost {
		o.SharedFloats = 4 * kernels.HeldVectors
	}
	return o
}

// Prepare builds the plan's programs and uploads its weights. The error names
// the step that the device cannot run.
//
// With Options.Tune it first tunes what launches of the plan are not tuned yet.
func (d *Device) Prepare(p *network.Plan) (network.Executor, error) {
	if d.tuneFirst {
		if err := d.tuneMissing(p); err != nil {
			return nil, err
		}
	}
	e, err := d.prepareWith(p, d.variants())
	if err != nil {
		return nil, err
	}
	return e, nil
}

// prepareWith is Prepare with given variants.
func (d *Device) prepareWith(p *network.Plan, how kernels.Tuning) (*executor, error) {
	dispatches, tables, err := d.assemble(p, how)
	if err != nil {
		return nil, err
	}
	for _, what := range tables.Ignored {
		d.log.Warn("gpu: a stored variant is ignored: " + what)
	}
	e := newExecutor(d, p, tables.Storage, tables.Results)
	err = d.do(func(gl gles.API) error {
		if err := e.prepare(gl, dispatches, tables); err != nil {
			e.delete(gl)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// assemble is assemble for this device.
func (d *Device) assemble(p *network.Plan, how kernels.Tuning) ([]kernels.Dispatch, *kernels.Tables, error) {
	s, err := d.storageFor(p)
	if err != nil {
		return nil, nil, err
	}
	return kernels.Assemble(p, launchLimitsOf(&d.info.Limits), how, s)
}

// launch is a dispatch whose parameters and weights are on the device.
type launch struct {
	program                    uint32
	paramsOffset, paramsSize   int    // bytes
	weightsOffset, weightsSize int    // of weights in the buffer
	page                       uint32 // the texture of others; 0 for none
	twins                      [2]uint32
	groupsX, groupsY, groupsZ  uint32
	barrier                    bool
	step                       int
}

// prepare makes everything that runs need.
func (e *executor) prepare(gl gles.API, dispatches []kernels.Dispatch, t *kernels.Tables) error {
	l := &e.d.info.Limits
	if n := t.Bytes() * e.plan.ArenaFloats; !t.Texture && n > l.StorageBlockSize {
		return fmt.Errorf("%w: the arena of %q takes %d bytes, a block holds at most %d", ErrLimit, e.plan.Name, n, l.StorageBlockSize)
	}
	started := e.d.startPrograms(gl, dispatches)
	err := e.fill(gl, dispatches, t) // while the driver compiles
	if failed := e.d.finishPrograms(gl, started, e.plan.Steps); failed != nil {
		err = failed
	}
	if err != nil {
		return err
	}
	for i := range dispatches {
		e.launches[i].program = e.d.programs[dispatches[i].Program].id
	}
	if err := checkErrors(gl, "prepare "+e.plan.Name); err != nil {
		return err
	}
	return checkLost(gl, "prepare "+e.plan.Name)
}

// fill makes the launches, but for their programs, and the buffers and textures
// that they use.
func (e *executor) fill(gl gles.API, dispatches []kernels.Dispatch, t *kernels.Tables) error {
	if err := e.fillLaunches(gl, dispatches, t); err != nil {
		return err
	}
	var err error
	if e.arena, err = e.d.newArena(gl, e.plan, t.Storage, t.Results); err != nil {
		return err
	}
	if e.back, err = e.d.newReadback(gl, e.outputs.size, "outputs of "+e.plan.Name); err != nil {
		return err
	}
	return e.uploadConsts(gl)
}

// fillLaunches is the part of fill that depends on variants.
func (e *executor) fillLaunches(gl gles.API, dispatches []kernels.Dispatch, t *kernels.Tables) error {
	l, element := &e.d.info.Limits, t.Bytes()
	var weights []float32
	var words []int32
	pages := newWeightPages(t.Storage, l)
	for i := range dispatches {
		if d := &dispatches[i]; !d.Stream {
			pages.of(d).coming += inPage(d.Weights)
		}
	}
	page := make([]int, len(dispatches))
	held := false // since the last barrier
	for i, d := range dispatches {
		words = kernels.Padded(words, l.UniformAlignment)
		n := launch{
			paramsOffset: 4 * len(words),
			paramsSize:   4 * ceilDiv(len(d.Params), 4) * 4,
			groupsX:      uint32(d.Groups[0]),
			groupsY:      uint32(d.Groups[1]),
			groupsZ:      uint32(d.Groups[2]),
			barrier:      e.plan.Steps[d.Step].Barrier && (i == 0 || dispatches[i-1].Step != d.Step),
			step:         d.Step,
		}
		held = held && !n.barrier
		n.barrier = n.barrier || held && d.Holds // all hold in one place
		held = held || d.Holds
		words = append(words, d.Params...)
		page[i] = -1
		switch {
		case d.Stream:
			weights = kernels.Padded(weights, 4*l.StorageAlignment/element)
			n.weightsOffset, n.weightsSize = element*len(weights), element*len(d.Weights)
			weights = append(weights, d.Weights...)
		case d.Weights != nil:
			var vector int
			page[i], vector = pages.of(&d).add(d.Weights)
			words[n.paramsOffset/4+kernels.WeightBase] = int32(vector)
		}
		e.launches = append(e.launches, n)
	}
	for i := range pages {
		err := pages[i].upload(e.d, gl)
		e.textures, e.pages = append(e.textures, pages[i].ids...), append(e.pages, pages[i].buffers...)
		e.textureBytes += pages[i].bytes()
		if err != nil {
			return err
		}
	}
	for i, p := range page {
		if p < 0 {
			continue
		}
		if of := pages.of(&dispatches[i]); of.twins {
			e.launches[i].twins = [2]uint32(of.ids[2*p:])
		} else {
			e.launches[i].page = of.ids[p]
		}
	}
	var err error
	if e.params, err = filled(e.d, gl, uniformBuffer, kernels.Padded(words, 16), "parameters"); err != nil {
		return err
	}
	if weights = kernels.Padded(weights, 16); t.Halves {
		e.weights, err = filled(e.d, gl, storageBuffer, rounded(weights), "weights")
	} else {
		e.weights, err = filled(e.d, gl, storageBuffer, weights, "weights")
	}
	if err != nil {
		return err
	}
	if e.index, err = filled(e.d, gl, storageBuffer, t.Index, "index tables"); err != nil || !t.Texels {
		return err
	}
	if n := len(t.Index); n > l.TextureBufferSize { // GL would read what is beyond as anything
		return fmt.Errorf("%w: index tables of %d entries, a texture buffer holds at most %d; gpu.MapsBuffer needs none", ErrLimit, n, l.TextureBufferSize)
	}
	if e.tables, err = newTexels(gl, unitTables, gles.R32I, e.index); err == nil {
		e.textures = append(e.textures, e.tables)
	}
	return err
}

// filled makes a buffer with these contents; a buffer cannot be empty, so an
// empty one holds a zero.
func filled[T number](d *Device, gl gles.API, kind bufferKind, data []T, what string) (*buffer, error) {
	if len(data) == 0 {
		data = make([]T, 4)
	}
	b, err := d.newBuffer(gl, kind, len(bytesOf(data)), what)
	if err != nil {
		return nil, err
	}
	return b, upload(gl, b, 0, data)
}
