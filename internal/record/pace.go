package record

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Pace is how fast the machine itself was: the same small pieces of work, timed
// before each round. When they take longer, all else did so for reasons that are not
// the network's: a lower clock, a neighbour on the same core, cores that a hypervisor
// put further apart.
type Pace struct {
	Loop     Timing  `json:"loop"`               // arithmetic that keeps a core's units busy
	Exchange *Timing `json:"exchange,omitempty"` // a word to another core and back
}

// What a pace keeps within: from there on times of networks change with it.
const (
	sameLoop     = 0.04
	sameExchange = 1
)

// NewPace sums up samples in milliseconds. It is nil if there are none; without
// exchanges there was but one core.
func NewPace(loop, exchange []float64) *Pace {
	if len(loop) == 0 {
		return nil
	}
	p := &Pace{Loop: NewTiming(loop)}
	if len(exchange) > 0 {
		x := NewTiming(exchange)
		p.Exchange = &x
	}
	return p
}

// Unsteady says how the pace changed while it was measured: what a quarter of the
// samples took at the least against what a quarter took at the most. Few samples say
// nothing.
func (p *Pace) Unsteady() (why []string) {
	if p == nil || len(p.Loop.SamplesMS) < 10 {
		return nil
	}
	p.each(p, func(what string, t, _ *Timing, same float64) {
		sorted := slices.Sorted(slices.Values(t.SamplesMS))
		low, high := stat.Quantile(0.25, stat.Empirical, sorted, nil), stat.Quantile(0.75, stat.Empirical, sorted, nil)
		if high > low*(1+same) {
			why = append(why, fmt.Sprintf("%s took %s to %s", what, microseconds(low), microseconds(high)))
		}
	})
	return why
}

// Since says how the machine was slower or faster than at an earlier time. Empty is:
// as fast as far as can be told.
func (p *Pace) Since(earlier *Pace) (how []string) {
	if p == nil || earlier == nil {
		return nil
	}
	p.each(earlier, func(what string, now, then *Timing, same float64) {
		if ratio := now.MedianMS / then.MedianMS; math.Abs(math.Log(ratio)) > math.Log(1+same) {
			how = append(how, fmt.Sprintf("%s took %s, before %s", what, microseconds(now.MedianMS), microseconds(then.MedianMS)))
		}
	})
	return how
}

// each visits what both have.
func (p *Pace) each(other *Pace, visit func(what string, t, o *Timing, same float64)) {
	visit("a fixed loop", &p.Loop, &other.Loop, sameLoop)
	if p.Exchange != nil && other.Exchange != nil {
		visit("a word to another core and back", p.Exchange, other.Exchange, sameExchange)
	}
}

func (p *Pace) String() string {
	text := "a fixed loop takes " + microseconds(p.Loop.MedianMS)
	if p.Exchange != nil {
		text += ", a word to another core and back " + microseconds(p.Exchange.MedianMS)
	}
	return text
}

func microseconds(ms float64) string { return fmt.Sprintf("%.3g µs", 1000*ms) }
