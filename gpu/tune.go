package gpu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
)

// DefaultTuneBudget is how long Tune takes at the most, more or less, if nobody says.
const DefaultTuneBudget = 60 * time.Second

// TuneOptions say how to tune. The zero value is useful.
type TuneOptions struct {
	// Budget is how long to take, beyond which only what is under way is finished, such
	// as building a program; 0 is DefaultTuneBudget. What costs most time in the network
	// is tuned first.
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
	Device, Driver string
	Family, Basis  string // as in TuningInfo
	Clock          string // by which launches were timed
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

// TunedShape is a launch shape and its variant, and how that was found.
type TunedShape struct {
	Shape   string   // what decides which variant is best
	Kernel  string   // the shader's name
	Steps   []string // the values that launches of this shape compute
	Default string   // the variant that it has without tuning
	Chosen  string   // and with it: often the same
	// What a launch takes by either, at least; zero if it was not timed.
	DefaultTime, ChosenTime time.Duration
	Share                   time.Duration // of a run: all its launches

	Tried    int               // variants that were built
	Rejected []RejectedVariant // those of them that cannot be used
	Known    bool              // from before, and complete, so that nothing was tried
	Complete bool              // all was tried that was worth it
}

// RejectedVariant is a variant that the driver does not build, or that computes
// something else.
type RejectedVariant struct {
	Variant string
	Err     error
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
	family := d.info.family()
	report := TuneReport{Device: d.info.Renderer, Driver: d.info.Version, Family: family.Name, Basis: string(family.Basis), Kept: true}
	r, err := d.newRig(p)
	if err != nil {
		return report, err
	}
	defer r.close()
	report.Clock = r.watch.clock
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
	whole := min(o.Budget/10, 5*time.Second) // for comparing the whole network
	t := &tuner{limits: launchLimitsOf(&d.info.Limits), now: time.Now, progress: o.Progress, seeds: familySeeds()}
	err = t.run(ctx, open, o.Budget-whole-time.Since(began))
	news := map[string]storedChoice{}
	for _, j := range open {
		if j.found.tried > 0 {
			news[j.choice.Shape] = j.store()
		}
	}
	for _, j := range jobs {
		report.Shapes = append(report.Shapes, j.report(p))
	}
	if err == nil {
		o.Progress(TuneProgress{"the whole network", 0, 1})
		report.Before, report.After, err = r.compare(ctx, news, whole)
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

// variants are the device's: its family's, and those chosen by tuning.
func (d *Device) variants() kernels.Tuning {
	how := tuningFor(&d.info)
	how.Chosen = variantsOf(d.choices.all())
	return how
}

// Family names the kind of GPU that decides which variants are used where nothing is
// tuned.
func (d *Device) Family() string { return d.info.family().Name }

// tuneMissing tunes what a plan needs and is not known yet.
func (d *Device) tuneMissing(p *network.Plan) error {
	ds, _, err := d.assemble(p, tuningFor(&d.info))
	if err != nil {
		return err
	}
	known := d.choices.all()
	for _, x := range ds {
		if x.Choice != nil && !known[x.Choice.Shape].Complete {
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
