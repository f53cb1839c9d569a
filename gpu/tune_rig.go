package gpu

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// rig tries variants of a plan's launches on the device: in the plan's own arena, with
// its weights, on what the launches before them compute.
type rig struct {
	d        *Device
	plan     *network.Plan
	how      kernels.Tuning // the standard one
	storage  kernels.Storage
	base     *executor
	in       []*tensor.Tensor
	watch    *stopwatch
	operands map[int]*operands // of the steps that are tuned
}

// newRig prepares the plan with standard variants, and finds out how to time it.
func (d *Device) newRig(p *network.Plan) (*rig, error) {
	r := &rig{d: d, plan: p, how: tuningFor(&d.info), operands: map[int]*operands{}}
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, b := range p.Inputs {
		t := tensor.New(b.View.Shape...)
		for i := range t.Data {
			t.Data[i] = float32(rnd.NormFloat64())
		}
		r.in = append(r.in, t)
	}
	var err error
	if r.storage, err = d.storageFor(p); err != nil {
		return nil, err
	}
	if r.base, err = d.prepareWith(p, r.how); err != nil {
		return nil, err
	}
	if err = d.do(r.findClock); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// findClock runs the network several times, the first for warmth, and sees whether
// the GPU's clock makes sense.
func (r *rig) findClock(gl gles.API) error {
	e := r.base
	e.in = r.in
	err := e.uploadInputs(gl)
	e.in = nil
	if err != nil {
		return err
	}
	if r.watch, err = r.d.newStopwatch(gl); err != nil {
		return err
	}
	e.launchAll(gl)
	if err := r.watch.trust(gl, func() { e.launchAll(gl) }); err != nil {
		return err
	}
	e.done = e.submitted // measuring has waited
	return checkErrors(gl, "time "+r.plan.Name)
}

func (r *rig) close() {
	r.base.Close()
	r.d.do(func(gl gles.API) error {
		r.watch.delete(gl)
		return nil
	})
}

// jobs finds the launch shapes, runs the network once and times each launch on the
// way, and keeps what the first of each shape reads. What is known, and complete, is
// not to be tuned again unless everything is to be fresh.
func (r *rig) jobs(known map[string]storedChoice, fresh bool) ([]*job, error) {
	t := r.how.Tables(launchLimitsOf(&r.d.info.Limits), r.storage)
	var jobs []*job
	by := map[string]*job{}
	of := make([]*job, len(r.plan.Steps))
	for i := range r.plan.Steps {
		s := &r.plan.Steps[i]
		ds, err := t.Dispatches(kernels.Of[s.Kernel], s)
		if err != nil {
			return nil, err
		}
		c := ds[0].Choice
		if c == nil {
			continue
		}
		j := by[c.Shape]
		if j == nil {
			j = &job{choice: c}
			by[c.Shape], jobs = j, append(jobs, j)
			if k, ok := known[c.Shape]; ok && !fresh {
				j.known, j.before = k.Complete, k.found(c.Variant)
			}
		}
		j.steps = append(j.steps, i)
		of[i] = j
	}
	took, err := r.firstRun(of)
	if err != nil {
		return nil, err
	}
	for _, j := range jobs {
		for _, i := range j.steps {
			j.share += took[i]
		}
		if !j.known {
			st := &stand{rig: r, step: j.steps[0], shape: j.choice.Shape}
			j.setUp, j.try, j.same, j.done = st.setUp, st.try, st.same, st.close
		}
	}
	byShare(jobs)
	return jobs, nil
}

// firstRun goes through the network step by step, times each, and keeps what the
// first step of each open job reads.
func (r *rig) firstRun(of []*job) ([]time.Duration, error) {
	e := r.base
	e.in = r.in
	err := r.d.do(e.uploadInputs)
	e.in = nil
	if err != nil {
		return nil, err
	}
	took := make([]time.Duration, len(of))
	for i, j := range of {
		if j != nil && !j.known && j.steps[0] == i {
			if r.operands[i], err = r.read(&r.plan.Steps[i]); err != nil {
				return nil, err
			}
		}
		for looks, seen := 0, 0; looks < 6 && seen < 2; looks++ { // the first may be about more than the launch
			t, err := r.time(e, e.launchesOf(i), 1)
			if errors.Is(err, ErrDisjoint) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if seen++; seen == 1 || t < took[i] {
				took[i] = t
			}
		}
	}
	return took, nil
}

// read brings a step's operands from the arena.
func (r *rig) read(s *network.Step) (*operands, error) {
	o := &operands{}
	err := r.d.do(func(gl gles.API) error {
		for i := range s.Inputs {
			t, err := r.base.readView(gl, &s.Inputs[i])
			if err != nil {
				return err
			}
			o.inputs = append(o.inputs, t)
		}
		var err error
		if s.Residual != nil {
			if o.residual, err = r.base.readView(gl, s.Residual); err != nil {
				return err
			}
		}
		if s.Beside != nil {
			o.beside, err = r.base.readView(gl, &s.Beside.Input)
		}
		return err
	})
	return o, err
}

// readView brings a tensor from the arena.
func (e *executor) readView(gl gles.API, v *network.View) (*tensor.Tensor, error) {
	lo, hi := kernels.Extent(v)
	part, t := make([]float32, hi-lo), tensor.New(v.Shape...)
	if err := e.arena.read(gl, lo, part); err != nil {
		return nil, err
	}
	v.UnpackAt(part, lo, t)
	return t, nil
}

// launchesOf lists the launches of a step.
func (e *executor) launchesOf(step int) []int {
	var all []int
	for i := range e.launches {
		if e.launches[i].step == step {
			all = append(all, i)
		}
	}
	return all
}

// time runs some launches of an executor several times and tells how long one time
// takes. Each waits for the one before, as it does in the network.
func (r *rig) time(e *executor, launches []int, times int) (time.Duration, error) {
	var took time.Duration
	err := r.d.do(func(gl gles.API) error {
		e.begin(gl)
		var err error
		took, err = r.watch.measure(gl, func() {
			for range times {
				gl.MemoryBarrier(barrierOf(e.arena.Storage))
				for _, i := range launches {
					e.launch(gl, i)
				}
			}
		})
		e.done = e.submitted // measuring has waited
		if err != nil {
			return err
		}
		return checkErrors(gl, "time "+r.plan.Name)
	})
	return took / time.Duration(times), err
}

// compare runs the whole network by the standard variants and by those chosen, in
// turns, and holds their results against each other. It takes about as long as is
// enough, but three rounds.
func (r *rig) compare(ctx context.Context, news map[string]storedChoice, enough time.Duration) (before, after RunTimes, err error) {
	how := r.how
	how.Chosen = variantsOf(r.d.choices.all(), news)
	if len(how.Chosen) == 0 {
		return before, after, nil
	}
	tuned, err := r.d.prepareWith(r.plan, how)
	if err != nil {
		return before, after, err
	}
	defer tuned.Close()
	if err := r.d.do(r.base.uploadConsts); err != nil { // the trials had the arena
		return before, after, err
	}
	var outs [2][]*tensor.Tensor
	var samples [2][]time.Duration
	const rounds = 15
	began := time.Now()
	for round := range rounds {
		for k, e := range []*executor{r.base, tuned} {
			if round == 0 {
				outs[k] = newOutputs(r.plan)
			}
			start := time.Now()
			if err := e.Run(outs[k], r.in); err != nil {
				return before, after, err
			}
			if round > 0 { // the first is for warmth
				samples[k] = append(samples[k], time.Since(start))
			}
		}
		if round == 0 {
			for i, o := range r.plan.Outputs {
				if err := near(outs[1][i], outs[0][i], "the untuned network's", toleranceOf(r.storage)); err != nil {
					return before, after, fmt.Errorf("%w (output %q)", err, o.Name)
				}
			}
		}
		if round > 2 && time.Since(began) > enough || ctx.Err() != nil {
			break
		}
	}
	return runTimes(samples[0]), runTimes(samples[1]), ctx.Err()
}

func newOutputs(p *network.Plan) []*tensor.Tensor {
	var outs []*tensor.Tensor
	for _, o := range p.Outputs {
		outs = append(outs, tensor.New(o.View.Shape...))
	}
	return outs
}

func runTimes(samples []time.Duration) RunTimes {
	s := summary(samples)
	return RunTimes{Min: s.least, Median: s.median, Runs: len(samples)}
}
