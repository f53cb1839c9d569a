package gpu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shufflegl/shufflegl/network"
)

// DefaultTuneBudget is how long Tune takes at the most, more or less, if nobody says.
const DefaultTuneBudget = 60 * time.Second

// TuneOptions say how to tune. The zero value is useful.
type TuneOptions struct {
	// Budget is how long to look for better variants; 0 is DefaultTuneBudget. What
	// costs most time in the network is tuned first.
	Budget time.Duration
	// Fresh tunes again what is known from before.
	Fresh bool
	// Progress, if not nil, is told now and then how far it is, by one goroutine.
	Progress func(TuneProgress)
}

// TuneProgress tells how far Tune is.
type TuneProgress struct {
	Stage       string // what it is doing, in a few words
	Done, Total int    // of the stage's parts
}

// TuneReport is what Tune found.
type TuneReport struct {
	Device, Driver, Family string
	// Shapes are the network's launch shapes that have variants, those that cost most
	// time first.
	Shapes []TunedShape
	// Before and After are a whole run's times, without and with what was found, of
	// runs in turns; zero if there is nothing to compare, or no time was left.
	Before, After RunTimes
	// Kept says whether what was found is used from now on. It is not if the network
	// as a whole became slower by it.
	Kept    bool
	Elapsed time.Duration
	// File is where the choices are kept for later; empty if they are not.
	File string
}

// RunTimes are several runs' times in short.
type RunTimes struct {
	Min, Median time.Duration
	Runs        int
}

// TunedShape is a launch shape and its variant.
type TunedShape struct {
	Shape   string   // what decides which variant is best
	Kernel  string   // the shader's name
	Steps   []string // the values that launches of this shape compute
	Default string   // the variant that it has without tuning
	Chosen  string   // and with it: often the same
	// What a launch takes by either; zero if it was not timed.
	DefaultTime, ChosenTime time.Duration

	Tried    int               // variants that were built
	Rejected []RejectedVariant // those of them that cannot be used
	Known    bool              // from before, so that nothing was tried
	Complete bool              // all was tried that was worth it
}

// RejectedVariant is a variant that the driver does not build, or that computes
// something else.
type RejectedVariant struct {
	Variant string
	Err     error
}

// job is a launch shape to tune.
type job struct {
	choice *choice
	steps  []int // of the plan, that are launches of this shape
	share  time.Duration
	known  bool
	err    error // why it cannot be tuned

	setUp func() error
	try   func(variant) (trial, error)
	same  func(variant) string
	done  func()

	found found
}

// tuner works on jobs until its time is over.
type tuner struct {
	limits   *Limits
	now      func() time.Time
	progress func(TuneProgress)
	seeds    map[kernelFile][]variant
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
		t.progress(TuneProgress{"tuning " + string(j.choice.bounds.kernel), i, len(jobs)})
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
		s := &search{
			bounds: j.choice.bounds, limits: t.limits, standard: j.choice.variant, seeds: t.seeds[j.choice.bounds.kernel],
			try: j.try, same: j.same,
			over: func() bool { return ctx.Err() != nil || !t.now().Before(deadline) },
		}
		var err error
		j.found, err = s.run()
		j.done()
		if err != nil {
			return err
		}
		if v := j.found.variant; v != j.choice.variant && !slices.Contains(t.seeds[j.choice.bounds.kernel], v) {
			t.seeds[j.choice.bounds.kernel] = append([]variant{v}, t.seeds[j.choice.bounds.kernel]...)
		}
	}
	t.progress(TuneProgress{"tuning", len(jobs), len(jobs)})
	return ctx.Err()
}

// familySeeds are the variants of all families, for each kernel: what suits some GPU
// is worth a try on another.
func familySeeds() map[kernelFile][]variant {
	seeds := map[kernelFile][]variant{}
	add := func(k kernelFile, v variant) {
		if v.sums = 0; !slices.Contains(seeds[k], v) {
			seeds[k] = append(seeds[k], v)
		}
	}
	for _, f := range families {
		add(pointwiseFile, f.tuning.pointwise)
		add(generalFile, f.tuning.general)
	}
	return seeds
}

// byShare puts jobs that cost most first.
func byShare(jobs []*job) {
	slices.SortStableFunc(jobs, func(a, b *job) int { return cmp.Compare(b.share, a.share) })
}

// ErrTuning says that a variant computes something else than it should.
var ErrTuning = errors.New("gpu: variant is wrong")

// Tune looks for the fastest variants of the plan's launches on this device, by
// running them. Each variant's results are held against those of the default one and
// of the CPU's reference before its time counts. What is found is used by whatever is
// prepared later, and kept in the user's cache folder unless Options.NoCache is set.
//
// With the budget at an end there is no error: see TunedShape.Complete. When ctx is
// done, the error is its error, and what was found until then is kept too.
//
// Other work on the device goes on, but disturbs the measurement.
func (d *Device) Tune(ctx context.Context, p *network.Plan, o TuneOptions) (TuneReport, error) {
	if d.inside() {
		return TuneReport{}, ErrInsideDo
	}
	d.tuneTurn.Lock()
	defer d.tuneTurn.Unlock()
	if o.Progress == nil {
		o.Progress = func(TuneProgress) {}
	}
	o.Budget = cmp.Or(o.Budget, DefaultTuneBudget)
	began := time.Now()
	report := TuneReport{Device: d.info.Renderer, Driver: d.info.Version, Family: d.Family(), Kept: true}
	r, err := d.newRig(p)
	if err != nil {
		return report, err
	}
	defer r.close()
	o.Progress(TuneProgress{"first look", 0, 1})
	jobs, err := r.jobs(d.choices.all(), o.Fresh)
	if err != nil {
		return report, err
	}
	var open []*job
	for _, j := range jobs {
		if !j.known {
			open = append(open, j)
		}
	}
	t := &tuner{limits: &d.info.Limits, now: time.Now, progress: o.Progress, seeds: familySeeds()}
	err = t.run(ctx, open, o.Budget-time.Since(began))
	news := map[string]storedChoice{}
	for _, j := range open {
		if j.found.tried > 0 {
			news[j.choice.shape] = j.store()
		}
	}
	for _, j := range jobs {
		report.Shapes = append(report.Shapes, j.report(p))
	}
	if err == nil {
		o.Progress(TuneProgress{"the whole network", 0, 1})
		report.Before, report.After, err = r.compare(ctx, news)
	}
	switch {
	case errors.Is(err, ErrTuning):
		report.Kept = false
	case slower(report.Before, report.After):
		report.Kept = false
		fallthrough
	default:
		if !report.Kept {
			for shape, c := range news { // so that it is not tried again at each start
				c.Variant = standardName
				news[shape] = c
			}
		}
		d.choices.add(news)
		file, failed := d.store.save(d.choices.all())
		if report.File = file; failed != nil && err == nil {
			err = fmt.Errorf("gpu: the choices are used, but could not be kept: %w", failed)
		}
	}
	report.Elapsed = time.Since(began)
	return report, err
}

// slower reports whether a network is clearly slower than before.
func slower(before, after RunTimes) bool {
	return after.Runs > 0 && float64(after.Min) > 1.02*float64(before.Min) && after.Median > before.Median
}

// found is a choice as it was stored; the standard variant may be it.
func (c storedChoice) found(standard variant) found {
	f := found{variant: standard, standardTime: time.Duration(c.DefaultNS), variantTime: time.Duration(c.ChosenNS), complete: c.Complete}
	if v, err := parseVariant(c.Variant); err == nil {
		f.variant = v
	}
	return f
}

func (j *job) store() storedChoice {
	f := &j.found
	c := storedChoice{Shape: j.choice.shape, Variant: standardName, DefaultNS: int64(f.standardTime), ChosenNS: int64(f.variantTime), Complete: f.complete}
	if f.variant != j.choice.variant {
		c.Variant = f.variant.String()
	}
	return c
}

func (j *job) report(p *network.Plan) TunedShape {
	f := &j.found
	s := TunedShape{
		Shape: j.choice.shape, Kernel: string(j.choice.bounds.kernel), Default: j.choice.variant.String(), Chosen: f.variant.String(),
		DefaultTime: f.standardTime, ChosenTime: f.variantTime, Tried: f.tried, Known: j.known, Complete: f.complete,
	}
	if f.tried == 0 && !j.known {
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

// variants are the device's: its family's, and those chosen by tuning.
func (d *Device) variants() tuning {
	how := tuningFor(&d.info)
	how.chosen = variantsOf(d.choices.all())
	return how
}

// Family names the kind of GPU that decides which variants are used where nothing is
// tuned.
func (d *Device) Family() string { return familyOf(&d.info).name }

// tuneMissing tunes what a plan needs and is not known yet.
func (d *Device) tuneMissing(p *network.Plan) error {
	ds, _, err := d.assemble(p, tuningFor(&d.info))
	if err != nil {
		return err
	}
	known := d.choices.all()
	for _, x := range ds {
		if x.choice != nil && !known[x.choice.shape].Complete {
			_, err := d.Tune(context.Background(), p, TuneOptions{Budget: d.tuneBudget})
			if err != nil && !fatal(err) {
				d.log.Warn(fmt.Sprintf("gpu: %s is not tuned: %v", p.Name, err))
				err = nil
			}
			return err
		}
	}
	return nil
}
