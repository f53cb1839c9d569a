package gpu

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/shaders"
	"github.com/shufflegl/shufflegl/tensor"
)

// stand is where variants of one launch are tried: the arena holds what the launch
// reads, and NaN everywhere else, so that nothing is right by accident.
type stand struct {
	*rig
	step  int
	shape string

	image    []float32        // the arena before a trial
	after    []float32        // and after it
	own      []bool           // what the launch may write
	right    []right          // each result, by the reference
	first    []*tensor.Tensor // what the first right variant computed
	dirty    bool             // the arena is not the image, beyond the launch's own part
	repeated int              // launches a sample
}

// setUp fills the image and asks the reference.
func (st *stand) setUp() error {
	s, o := &st.plan.Steps[st.step], st.operands[st.step]
	var err error
	if st.right, err = references(s, o); err != nil {
		return fmt.Errorf("gpu: %s %q: no reference: %w", s.Op.Kind(), s.Name, err)
	}
	n := st.plan.ArenaFloats
	st.image, st.after, st.own = make([]float32, n), make([]float32, n), make([]bool, n)
	for i := range st.image {
		st.image[i] = float32(math.NaN())
	}
	for i := range s.Inputs {
		s.Inputs[i].Pack(st.image, o.inputs[i])
	}
	if s.Residual != nil {
		s.Residual.Pack(st.image, o.residual)
	}
	if s.Beside != nil {
		s.Beside.Input.Pack(st.image, o.beside)
	}
	for _, r := range s.Results() {
		v := r.View
		for _, plane := range v.Planes {
			for y := range v.Height {
				row := int(plane) + y*v.RowStride
				for x := row; x < min(row+ceilDiv(v.Width, 4)*4, n); x++ {
					st.own[x] = true
				}
			}
		}
	}
	st.dirty = true
	return nil
}

// close forgets what the trials needed.
func (st *stand) close() {
	delete(st.operands, st.step)
	*st = stand{rig: st.rig, step: st.step, shape: st.shape}
}

// assemble turns the step into dispatches by a variant.
func (st *stand) assemble(v kernels.Variant) ([]kernels.Dispatch, *kernels.Tables, error) {
	how := st.how
	how.Chosen = map[string]kernels.Variant{st.shape: v}
	t := how.Tables(launchLimitsOf(&st.d.info.Limits), st.storage)
	s := &st.plan.Steps[st.step]
	ds, err := t.Dispatches(kernels.Of[s.Kernel], s)
	if err == nil && len(t.Ignored) > 0 {
		err = fmt.Errorf("gpu: %s", strings.Join(t.Ignored, "; "))
	}
	for i := range ds {
		ds[i].Step = st.step
	}
	return ds, t, err
}

// same describes what a variant comes to.
func (st *stand) same(v kernels.Variant) string {
	ds, _, err := st.assemble(v)
	if err != nil {
		return v.String()
	}
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintln(&b, d.Program.Label(), d.Groups, d.Stream, d.Params)
	}
	return b.String()
}

// try builds a variant and checks its results.
func (st *stand) try(v kernels.Variant) (trial, error) {
	ds, t, err := st.assemble(v)
	if err != nil {
		return nil, err
	}
	x := &deviceTrial{stand: st, executor: newExecutor(st.d, st.plan, st.storage, st.base.arena.places)}
	x.executor.arena = st.base.arena
	err = st.d.do(func(gl gles.API) error {
		if err := x.build(gl, ds, t); err != nil {
			x.delete(gl)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err = st.check(x); err != nil {
		x.close()
		return nil, err
	}
	if st.repeated == 0 {
		// As many launches a sample as make the clock's steps small.
		const long, most = time.Millisecond, 16
		took, err := st.time(x.executor, x.launches, 1)
		switch {
		case err == nil:
			st.repeated = int(min(max(long/max(took, 1), 1), most))
		case fatal(err):
			x.close()
			return nil, err
		}
	}
	return x, nil
}

// check runs a variant once and looks at everything that it wrote.
func (st *stand) check(x *deviceTrial) error {
	s := &st.plan.Steps[st.step]
	lo, hi := len(st.image), 0
	for _, r := range s.Results() {
		from, to := kernels.Extent(r.View)
		lo, hi = min(lo, from), max(hi, to)
	}
	if st.dirty {
		lo, hi = 0, len(st.image)
	}
	err := st.d.do(func(gl gles.API) error {
		if err := st.base.arena.write(gl, lo, st.image[lo:hi]); err != nil {
			return err
		}
		st.dirty = false
		x.begin(gl)
		for _, i := range x.launches {
			x.launch(gl, i)
		}
		if err := st.base.arena.read(gl, 0, st.after); err != nil {
			return err
		}
		x.done = x.submitted
		return checkErrors(gl, "try "+s.Name)
	})
	if err != nil {
		st.dirty = true
		return err
	}
	for i, v := range st.after {
		if was := st.image[i]; !st.own[i] && v != was && (v == v || was == was) { // NaN may be another
			st.dirty = true
			return fmt.Errorf("%w: it writes beyond its output, to float %d of the arena", ErrTuning, i)
		}
	}
	var results []*tensor.Tensor
	for i, r := range s.Results() {
		got := tensor.New(r.View.Shape...)
		r.View.Unpack(st.after, got)
		if err := st.right[i].compare(got, toleranceOf(st.storage)); err != nil {
			return fmt.Errorf("%w (%q)", err, r.Name)
		}
		if st.first != nil {
			if err := near(got, st.first[i], "the default variant's", toleranceOf(st.storage)); err != nil {
				return fmt.Errorf("%w (%q)", err, r.Name)
			}
		}
		results = append(results, got)
	}
	if st.first == nil {
		st.first = results
	}
	return nil
}

// deviceTrial is a variant on the device.
type deviceTrial struct {
	*executor // its launches alone, in the base's arena
	stand     *stand
	launches  []int
	programs  map[shaders.Program]*program // made for the trial
}

// build compiles the programs, which nobody is to keep, and uploads the weights.
func (x *deviceTrial) build(gl gles.API, ds []kernels.Dispatch, t *kernels.Tables) error {
	x.programs = map[shaders.Program]*program{}
	ids := make([]uint32, len(ds))
	for i := range ds {
		p := ds[i].Program
		linked := x.d.programs[p]
		if linked == nil {
			linked = x.programs[p]
		}
		if linked == nil {
			var err error
			if linked, err = x.d.newProgram(gl, p.File, p.Variant(), p.Source()); err != nil {
				return err
			}
			x.programs[p] = linked
		}
		ids[i] = linked.id
		x.launches = append(x.launches, i)
	}
	if err := x.fillLaunches(gl, ds, t); err != nil {
		return err
	}
	for i := range ds {
		x.executor.launches[i].program, x.executor.launches[i].barrier = ids[i], false
	}
	return checkErrors(gl, "a variant of "+x.plan.Steps[x.stand.step].Name)
}

func (x *deviceTrial) sample() (time.Duration, error) {
	return x.stand.time(x.executor, x.launches, max(1, x.stand.repeated))
}

func (x *deviceTrial) again() error { return x.stand.check(x) }

func (x *deviceTrial) close() {
	x.d.do(func(gl gles.API) error {
		x.delete(gl)
		return nil
	})
}

// delete frees what the trial has, which is not the arena.
func (x *deviceTrial) delete(gl gles.API) {
	x.arena = nil
	x.executor.delete(gl)
	for _, p := range x.programs {
		p.delete(gl)
	}
}

// variantsOf merges choices and gives those that are not the standard.
func variantsOf(all ...map[string]storedChoice) map[string]kernels.Variant {
	chosen := map[string]kernels.Variant{}
	for _, m := range all {
		for shape, c := range m {
			delete(chosen, shape)
			if v, err := kernels.ParseVariant(c.Variant); err == nil && c.Variant != standardName {
				chosen[shape] = v
			}
		}
	}
	return chosen
}
