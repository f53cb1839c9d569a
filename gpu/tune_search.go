package gpu

import (
	"errors"
	"slices"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
)

// trial is a variant of a launch, built and found to be right.
type trial interface {
	// sample runs it and tells how long a launch takes.
	sample() (time.Duration, error)
	// again checks its results once more.
	again() error
	close()
}

// search looks for the fastest variant of one launch: from the standard one along
// one axis after the other, as long as that pays.
type search struct {
	bounds   kernels.Bounds
	limits   *kernels.Limits
	standard kernels.Variant
	seeds    []kernels.Variant // what was best elsewhere

	try func(kernels.Variant) (trial, error)
	// same gives a text that is equal for variants that come out the same.
	same func(kernels.Variant) string
	over func() bool // the time is

	tried map[string]bool
	best  *entrant // nil until one is right
	found found
}

// found is what a search came to.
type found struct {
	variant                   kernels.Variant
	standardTime, variantTime time.Duration
	tried                     int
	rejected                  []rejection
	complete                  bool // it ended by itself
}

// rejection is a variant that cannot be used, and why.
type rejection struct {
	variant kernels.Variant
	err     error
}

// entrant is a variant under trial.
type entrant struct {
	kernels.Variant
	trial
}

const (
	duelRounds  = 5
	finalRounds = 9
	hastyRounds = 5 // when time is over
	// Of all pairs of samples, one of either variant, so many must speak for a variant:
	// by chance they do once in a hundred, and in haste once in fifty (Mann-Whitney U).
	finalWins = 67   // of 81
	hastyWins = 23   // of 25
	hopeless  = 1.3  // times as slow: no use to go on
	decay     = 1.25 // times as slow: no use to go further that way
	duelGain  = 0.99
	finalGain = 0.98 // what a variant must gain for the standard one to be left
)

// run searches. Its error ends all searches: the device is lost, or the like.
func (s *search) run() (found, error) {
	s.tried = map[string]bool{}
	s.found = found{variant: s.standard}
	standard, err := s.open(s.standard)
	if err != nil {
		return s.found, err
	}
	s.best = standard
	defer func() {
		if s.best != nil {
			s.best.trial.close()
		}
		if standard != nil && standard != s.best {
			standard.trial.close()
		}
	}()
	if err := s.explore(standard); err != nil {
		return s.found, err
	}
	return s.found, s.decide(standard)
}

// explore finds s.best.
func (s *search) explore(standard *entrant) error {
	for _, v := range s.seeds {
		if _, _, err := s.challenge(s.fitted(v), standard); err != nil || s.over() {
			return err
		}
	}
	const passes = 3
	for range passes {
		before := s.best
		for _, a := range movesOf(s.bounds.Kernel) {
			for _, up := range []bool{true, false} {
				if err := s.walk(a, up, standard); err != nil || s.over() {
					return err
				}
			}
		}
		if s.best == before {
			break
		}
	}
	s.found.complete = true
	return nil
}

// trade is the way from few vectors of many channels to many of few: as many sums.
var trade = kernels.Axis{Name: "vectors for channels", Values: kernels.VectorsAxis.Values, Get: kernels.VectorsAxis.Get, Set: func(v *kernels.Variant, n int) {
	sums := v.Channels * v.Vectors
	v.Vectors, v.Channels = n, max(4, min(sums/n/4*4, slices.Max(kernels.ChannelsAxis.Values)))
}}

// movesOf lists the axes to walk along, those first that matter most.
func movesOf(k kernels.File) []kernels.Axis {
	var moves []kernels.Axis
	for _, a := range kernels.AxesOf[k] {
		if moves = append(moves, a); a.Name == kernels.VectorsAxis.Name {
			moves = append(moves, trade)
		}
	}
	return moves
}

// walk goes along an axis until it gets worse.
func (s *search) walk(a kernels.Axis, up bool, standard *entrant) error {
	from := s.standard
	if s.best != nil {
		from = s.best.Variant
	}
	values := slices.Clone(a.Values)
	if !up {
		slices.Reverse(values)
	}
	worse := 0
	for _, n := range values {
		if at := a.Get(&from); n == at || n > at != up {
			continue
		}
		v := from
		if s.best != nil {
			v = s.best.Variant
		}
		a.Set(&v, n)
		won, ratio, err := s.challenge(s.fitted(v), standard)
		switch {
		case err != nil || s.over():
			return err
		case won:
			worse = 0
		case ratio > decay:
			return nil
		case ratio > 0:
			if worse++; worse == 2 {
				return nil
			}
		}
	}
	return nil
}

// fitted changes what must follow when another part of a variant changes.
func (s *search) fitted(v kernels.Variant) kernels.Variant {
	b := &s.bounds
	for v.Unroll > 1 && (b.Inputs%v.Unroll != 0 || v.Unroll*v.Stride() > 8) {
		v.Unroll /= 2
	}
	if v.Vectors > 1 {
		v.Vectors = max(1, min(v.Vectors, b.Vectors))
	}
	v.Rows = min(v.Rows, b.Rows)
	v.Paired, v.Twins = v.Paired && v.Pairs(*b), v.Twins && v.HasTwins(*b)
	return v
}

// challenge lets a variant stand against the best one. The ratio of their times is 0
// if it is not a new one, or not right.
func (s *search) challenge(v kernels.Variant, standard *entrant) (won bool, ratio float64, err error) {
	if v.Check(s.bounds, s.limits) != nil || s.tried[s.same(v)] {
		return false, 0, nil
	}
	c, err := s.open(v)
	if err != nil || c == nil {
		return false, 0, err
	}
	if s.best == nil {
		s.best = c
		return true, 0, nil
	}
	ours, theirs, err := s.duel(s.best, c, duelRounds)
	if err != nil {
		c.trial.close()
		return false, 0, err
	}
	if ours.least == 0 || theirs.least == 0 { // no sample worked
		c.trial.close()
		return false, 0, nil
	}
	ratio = float64(theirs.least) / float64(ours.least)
	if ratio < duelGain && theirs.median < ours.median {
		if s.best != standard {
			s.best.trial.close()
		}
		s.best = c
		return true, ratio, nil
	}
	c.trial.close()
	return false, ratio, nil
}

// open tries a variant; nil if it must be rejected.
func (s *search) open(v kernels.Variant) (*entrant, error) {
	s.tried[s.same(v)] = true
	s.found.tried++
	t, err := s.try(v)
	if err == nil {
		return &entrant{v, t}, nil
	}
	if fatal(err) {
		return nil, err
	}
	s.found.rejected = append(s.found.rejected, rejection{v, err})
	return nil, nil
}

// fatal reports whether an error leaves nothing to go on with.
func fatal(err error) bool {
	var p *PanicError
	return errors.Is(err, ErrContextLost) || errors.Is(err, ErrClosed) || errors.Is(err, ErrTimeout) || errors.Is(err, ErrInsideDo) || errors.As(err, &p)
}

// times are several samples in short.
type times struct{ least, median time.Duration }

func summary(samples []time.Duration) times {
	if len(samples) == 0 {
		return times{}
	}
	slices.Sort(samples)
	return times{samples[0], samples[len(samples)/2]}
}

// duel times two variants in turns, so that what changes with time hits both.
func (s *search) duel(a, b *entrant, rounds int) (of, other times, err error) {
	as, bs, err := s.samples(a, b, rounds)
	return summary(as), summary(bs), err
}

// samples are a duel's, of rounds in which both worked. Of three rounds one should.
func (s *search) samples(a, b *entrant, rounds int) (as, bs []time.Duration, err error) {
	for r := 0; r < 3*rounds && len(as) < rounds; r++ {
		two := [2]*entrant{a, b}
		var took [2]time.Duration
		worked := true
		for i := range two {
			which := (i + r) % 2
			took[which], err = two[which].sample()
			if err != nil && fatal(err) {
				return nil, nil, err
			}
			worked = worked && err == nil // else the clock jumped, say
		}
		if !worked {
			continue
		}
		as, bs = append(as, took[0]), append(bs, took[1])
		if float64(slices.Min(bs)) > hopeless*float64(slices.Min(as)) {
			break
		}
	}
	return as, bs, nil
}

// wins counts the pairs of a sample of each in which b's is the shorter.
func wins(as, bs []time.Duration) (n int) {
	for _, a := range as {
		for _, b := range bs {
			if b < a {
				n++
			}
		}
	}
	return n
}

// decide holds the best variant against the standard one once more, and longer: among
// many, one is the fastest by chance.
func (s *search) decide(standard *entrant) error {
	switch {
	case s.best == nil: // no variant is right
		return nil
	case standard == nil: // the standard one is not
		s.found.variant = s.best.Variant
		d, err := once(s.best)
		s.found.variantTime = d
		return err
	case s.best == standard:
		d, err := once(standard)
		s.found.standardTime, s.found.variantTime = d, d
		return err
	}
	rounds, needed := finalRounds, finalWins
	if s.over() {
		rounds, needed = hastyRounds, hastyWins
	}
	as, bs, err := s.samples(standard, s.best, rounds)
	if err != nil {
		return err
	}
	won, ours, theirs := wins(as, bs), summary(as), summary(bs)
	s.found.standardTime, s.found.variantTime = ours.least, ours.least
	if won < needed || float64(theirs.least) > finalGain*float64(ours.least) {
		return nil
	}
	// What invocations do to each other goes wrong only now and then.
	if err := s.best.again(); err != nil {
		if fatal(err) {
			return err
		}
		s.found.rejected = append(s.found.rejected, rejection{s.best.Variant, err})
		return nil
	}
	s.found.variant, s.found.variantTime = s.best.Variant, theirs.least
	return nil
}

// once is one sample; 0 if it did not work.
func once(e *entrant) (time.Duration, error) {
	d, err := e.sample()
	if err != nil && !fatal(err) {
		return 0, nil
	}
	return d, err
}
