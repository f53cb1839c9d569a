package peak

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shufflegl/shufflegl/network"
)

// Options say how to measure. The zero value will do.
type Options struct {
	// Time is how long to sample for each figure; 0 is 300 ms. What is slow takes
	// longer, but not ten times as long.
	Time time.Duration
	// Progress, if not nil, is told what comes next and how much is done.
	Progress func(stage string, done, total int)
	// Each, if not nil, gets every figure as soon as it is known.
	Each func(Figure)
}

const (
	defaultTime = 300 * time.Millisecond
	parts       = 15 // of the time for a way: how long one sample should be
	fewest      = 3  // samples, unless they are very slow
	most        = 200
	patience    = 10 // times Options.Time, for what is very slow
)

// Unable is why a device cannot do what a probe wants, or why that cannot be told. It
// is an error, but nobody's fault.
type Unable string

func (u Unable) Error() string { return string(u) }

// Measure measures the probes of one backend, in order. A probe that fails leaves
// a figure without value that says why, and the others go on; the error tells of
// those that failed other than by Unable. When ctx ends, Measure
// returns the figures so far and ctx's error.
func Measure(ctx context.Context, b network.Backend, software bool, probes []Probe, o Options) ([]Figure, error) {
	if o.Time <= 0 {
		o.Time = defaultTime
	}
	var figures []Figure
	var failed []error
	for i, p := range probes {
		if o.Progress != nil {
			o.Progress(p.title(), i, len(probes))
		}
		f := Figure{SchemaVersion: Version, Kind: Kind, Backend: b.Name(), Device: b.Device(), Driver: b.Driver(), Software: software,
			Threads: p.Threads, Limit: p.Limit, Variant: p.Variant, Bytes: p.Bytes, Unit: p.Unit}
		err := p.measure(ctx, o.Time, &f)
		if ctx.Err() != nil {
			return figures, ctx.Err()
		}
		if err != nil {
			f.Best, f.Median, f.Samples, f.Way, f.Reason = nil, nil, 0, "", err.Error()
			if !errors.As(err, new(Unable)) {
				failed = append(failed, fmt.Errorf("%s: %s: %w", b.Name(), p.title(), err))
			}
		}
		figures = append(figures, f)
		if o.Each != nil {
			o.Each(f)
		}
	}
	return figures, errors.Join(failed...)
}

func (p *Probe) title() string {
	if p.Variant == "" {
		return p.Limit
	}
	return p.Limit + ", " + p.Variant
}

// measure tries all ways and keeps the best. A way that fails is fatal: results
// that are wrong in one way are not to be trusted in another.
func (p *Probe) measure(ctx context.Context, budget time.Duration, f *Figure) error {
	if p.Without != nil {
		return p.difference(ctx, budget, f)
	}
	for _, w := range p.Ways {
		s, err := p.sample(ctx, []Way{w}, budget/time.Duration(len(p.Ways)))
		if err != nil {
			return err
		}
		best, median := p.sum(s[0])
		if f.Best == nil || p.Unit.Better(best, *f.Best) {
			f.Best, f.Median, f.Samples, f.Way = &best, &median, len(s[0]), w.Name
		}
	}
	return nil
}

// difference samples the way and what it does besides in turns.
func (p *Probe) difference(ctx context.Context, budget time.Duration, f *Figure) error {
	s, err := p.sample(ctx, []Way{p.Ways[0], *p.Without}, budget)
	if err != nil {
		return err
	}
	all, allMedian := p.sum(s[0])
	besides, besidesMedian := p.sum(s[1])
	best, median := all-besides, allMedian-besidesMedian
	if best <= 0 || median <= 0 {
		return Unable(fmt.Sprintf("too small to tell: %.2f %s with it, %.2f without", all, p.Unit, besides))
	}
	f.Best, f.Median, f.Samples = &best, &median, len(s[0])
	return nil
}

// sum gives the best and the median of samples.
func (p *Probe) sum(samples []float64) (best, median float64) {
	s := slices.Sorted(slices.Values(samples))
	best = s[0]
	if p.Unit.Better(s[len(s)-1], best) {
		best = s[len(s)-1]
	}
	return best, s[len(s)/2]
}

// sample runs ways in turns, long enough each time for the clock and for what
// begins and ends a run not to count, and returns the samples of each.
func (p *Probe) sample(ctx context.Context, ways []Way, budget time.Duration) ([][]float64, error) {
	runners := make([]Runner, len(ways))
	repeats := make([]int, len(ways))
	samples := make([][]float64, len(ways))
	limit := patience * budget
	for i, w := range ways {
		r, err := w.Open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		runners[i] = r
		if repeats[i], err = calibrate(ctx, r, budget/time.Duration(parts*len(ways)), &limit); err != nil {
			return nil, err
		}
	}
	for spent := time.Duration(0); ctx.Err() == nil; {
		for i, r := range runners {
			work, took, err := r.Run(repeats[i])
			if err != nil {
				return nil, err
			}
			spent += max(took, 1)
			limit -= took
			samples[i] = append(samples[i], p.Unit.Value(work, max(took, 1)))
		}
		n := len(samples[0])
		if n >= most || n >= fewest && spent >= budget || limit <= 0 {
			break
		}
	}
	return samples, ctx.Err()
}

// calibrate finds how many repeats take that long. The device warms up meanwhile.
// It takes what it spends off the limit.
func calibrate(ctx context.Context, r Runner, long time.Duration, limit *time.Duration) (int, error) {
	const enough = 1 << 20
	for n := 1; ; {
		_, took, err := r.Run(n)
		if err != nil {
			return 0, err
		}
		*limit -= took
		if took >= long || n >= enough || *limit <= 0 || ctx.Err() != nil {
			return n, nil
		}
		// Not too far at once: the first runs are slower than those that follow.
		factor := 10.0
		if took > 0 {
			factor = 1.2 * float64(long) / float64(took)
		}
		n = int(float64(n) * min(max(factor, 2), 10))
	}
}
