package gpu

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
)

// job is a launch shape to tune.
type job struct {
	choice *kernels.Choice
	steps  []int // of the plan, that are launches of this shape
	share  time.Duration
	known  bool  // from before, and complete
	before found // what is known
	err    error // why it cannot be tuned

	setUp func() error
	try   func(kernels.Variant) (trial, error)
	same  func(kernels.Variant) string
	done  func()

	found found
}

// tuner works on jobs until its time is over.
type tuner struct {
	limits   *kernels.Limits
	now      func() time.Time
	progress func(TuneProgress)
	seeds    map[kernels.File][]kernels.Variant
}

// run tunes the jobs, those with the largest shares first, each for its part of the
// time that is left. It ends with ctx's error if that is done; what was found until
// then is in the jobs.
func (t *tuner) run(ctx context.Context, jobs []*job, budget time.Duration) error {
	end := t.now().Add(budget)
	var left time.Duration
	for _, j := range jobs {
		left += j.share
	}
	for i, j := range jobs {
		t.progress(TuneProgress{"tuning " + string(j.choice.Bounds.Kernel), i, len(jobs)})
		now := t.now()
		if ctx.Err() != nil || !now.Before(end) {
			break
		}
		deadline := end
		if left > j.share {
			deadline = now.Add(time.Duration(float64(end.Sub(now)) * float64(j.share) / float64(left)))
		}
		left -= j.share
		if j.err = j.setUp(); j.err != nil {
			if fatal(j.err) {
				return j.err
			}
			continue
		}
		kernel := j.choice.Bounds.Kernel
		seeds := slices.Clone(t.seeds[kernel])
		if j.before.variant != (kernels.Variant{}) { // what there was no time to finish
			seeds = slices.Insert(seeds, 0, j.before.variant)
		}
		s := &search{
			bounds: j.choice.Bounds, limits: t.limits, standard: j.choice.Variant, seeds: seeds,
			try: j.try, same: j.same,
			over: func() bool { return ctx.Err() != nil || !t.now().Before(deadline) },
		}
		var err error
		j.found, err = s.run()
		j.done()
		if err != nil {
			return err
		}
		if v := j.found.variant; v != j.choice.Variant && !slices.Contains(t.seeds[kernel], v) {
			t.seeds[kernel] = slices.Insert(t.seeds[kernel], 0, v)
		}
	}
	t.progress(TuneProgress{"tuning", len(jobs), len(jobs)})
	return ctx.Err()
}

// familySeeds are the variants of all families, for each kernel: what suits some GPU
// is worth a try on another.
func familySeeds() map[kernels.File][]kernels.Variant {
	seeds := map[kernels.File][]kernels.Variant{}
	add := func(k kernels.File, v kernels.Variant) {
		if v.Sums = 0; !slices.Contains(seeds[k], v) {
			seeds[k] = append(seeds[k], v)
		}
	}
	for _, f := range kernels.Families {
		add(kernels.PointwiseFile, f.Tuning.Pointwise)
		add(kernels.GeneralFile, f.Tuning.General)
	}
	return seeds
}

// byShare puts jobs that cost most first.
func byShare(jobs []*job) {
	slices.SortStableFunc(jobs, func(a, b *job) int { return cmp.Compare(b.share, a.share) })
}

// found is a choice as it was stored; the standard variant may be it.
func (c storedChoice) found(standard kernels.Variant) found {
	f := found{variant: standard, standardTime: time.Duration(c.DefaultNS), variantTime: time.Duration(c.ChosenNS), complete: c.Complete}
	if v, err := kernels.ParseVariant(c.Variant); err == nil {
		f.variant = v
	}
	return f
}

func (j *job) store() storedChoice {
	f := &j.found
	c := storedChoice{Shape: j.choice.Shape, Variant: standardName, DefaultNS: int64(f.standardTime), ChosenNS: int64(f.variantTime), Complete: f.complete}
	if f.variant != j.choice.Variant {
		c.Variant = f.variant.String()
	}
	return c
}

func (j *job) report(p *network.Plan) TunedShape {
	f := &j.found
	if f.tried == 0 { // not now
		f = &j.before
	}
	s := TunedShape{
		Shape: j.choice.Shape, Kernel: string(j.choice.Bounds.Kernel), Default: j.choice.Variant.String(), Chosen: f.variant.String(),
		DefaultTime: f.standardTime, ChosenTime: f.variantTime, Share: j.share, Tried: f.tried, Known: j.known, Complete: f.complete,
	}
	if f.variant == (kernels.Variant{}) { // nor ever
		s.Chosen = s.Default
	}
	for _, i := range j.steps {
		s.Steps = append(s.Steps, p.Steps[i].Name)
	}
	for _, r := range f.rejected {
		s.Rejected = append(s.Rejected, RejectedVariant{r.variant.String(), r.err})
	}
	if j.err != nil {
		s.Rejected = append(s.Rejected, RejectedVariant{s.Default, j.err})
	}
	return s
}
