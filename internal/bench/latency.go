package bench

import (
	"context"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/shufflegl/shufflegl/tensor"
)

// turns gives each of n things a turn, in random order. All turns of a round are
// on the same inputs.
func (m *measurement) turns(ctx context.Context, n int, turn func(i int) error) error {
	for _, i := range m.random.Perm(n) {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.Sleep(pause)
		if err := turn(i); err != nil {
			return err
		}
	}
	m.round++
	return nil
}

// run times one run of a contender on the round's inputs.
func (m *measurement) run(c *contender, f func(out, in []*tensor.Tensor) error) (wall, cpu time.Duration, known bool, err error) {
	in, out := m.network.Ring[m.round%len(m.network.Ring)], c.other
	if m.round%len(m.network.Ring) == 0 {
		out = c.first
	}
	before, known := m.CPUTime()
	start := m.Clock()
	err = f(out, in)
	wall = m.Clock().Sub(start)
	after, _ := m.CPUTime()
	if err != nil {
		err = m.failed(c, err)
	}
	return wall, after - before, known, err
}

// warmUp runs until all contenders' times have settled, or the bound is reached.
func (m *measurement) warmUp(ctx context.Context, progress func(float64)) error {
	times := make([][]float64, len(m.contenders))
	for round := range m.Warmup {
		settled := true
		for i, c := range m.contenders {
			c.warmup, c.settled = round, steady(times[i])
			settled = settled && c.settled
		}
		if settled {
			return nil
		}
		progress(float64(round) / float64(m.Warmup))
		err := m.turns(ctx, len(m.contenders), func(i int) error {
			wall, _, _, err := m.run(m.contenders[i], m.contenders[i].session.RunInto)
			times[i] = append(times[i], float64(wall))
			return err
		})
		if err != nil {
			return err
		}
	}
	for i, c := range m.contenders {
		c.warmup, c.settled = m.Warmup, steady(times[i])
	}
	return nil
}

// Times are steady when the medians of steadyRuns and of as many before differ by
// no more than steadyShare.
const (
	steadyRuns  = 5
	steadyShare = 0.05
)

func steady(times []float64) bool {
	n := len(times)
	if n < 2*steadyRuns {
		return false
	}
	median := func(xs []float64) float64 {
		xs = slices.Clone(xs)
		slices.Sort(xs)
		return stat.Quantile(0.5, stat.Empirical, xs, nil)
	}
	last, before := median(times[n-steadyRuns:]), median(times[n-2*steadyRuns:n-steadyRuns])
	return math.Abs(last-before) <= steadyShare*before
}

// timeRuns takes the runs that count, and in turns with them those that look at
// stages and layers: looking costs time, so these have runs of their own.
func (m *measurement) timeRuns(ctx context.Context, progress func(float64)) error {
	kinds := []func(*contender) error{m.timeLatency}
	if m.Layers {
		kinds = append(kinds, m.lookAtStages, m.lookAtLayers)
	}
	start := m.Clock()
	for round := 0; ; round++ {
		took := m.Clock().Sub(start)
		if round >= m.Runs && took >= m.Time {
			return nil
		}
		share := float64(round) / float64(m.Runs)
		if m.Time > 0 {
			share = min(share, float64(took)/float64(m.Time))
		}
		progress(share)
		if round == min(m.Runs, lookRounds) {
			kinds = kinds[:1]
		}
		m.timePace()
		n := len(m.contenders)
		err := m.turns(ctx, n*len(kinds), func(i int) error { return kinds[i/n](m.contenders[i%n]) })
		if err != nil {
			return err
		}
	}
}

func (m *measurement) timeLatency(c *contender) error {
	wall, cpu, known, err := m.run(c, c.session.RunInto)
	if err == nil {
		c.latency.add(wall, cpu, known)
	}
	return err
}
