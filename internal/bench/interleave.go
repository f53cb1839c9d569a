package bench

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Contender is one of several things that are timed in turns.
type Contender struct {
	Name string // for error messages
	Run  func() error
}

// Options say how to measure. The zero value of Clock and Progress will do.
type Options struct {
	Warmup int // runs of each contender before those that count
	Runs   int // runs of each contender that count
	Seed   uint64
	Clock  func() time.Time // nil is time.Now
	// Progress, if not nil, is told what is going on and how far it is.
	Progress func(stage string, done, total int)
}

func (o Options) progress(stage string, done, total int) {
	if o.Progress != nil {
		o.Progress(stage, done, total)
	}
}

// Interleave runs the contenders in rounds, each once a round and in random
// order, so that whatever changes with time (heat, clocks, other programs) hits
// all alike. It returns each contender's samples. The same seed gives the same
// order.
func Interleave(contenders []Contender, o Options) ([][]time.Duration, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	samples := make([][]time.Duration, len(contenders))
	order := make([]int, len(contenders))
	for i := range contenders {
		samples[i] = make([]time.Duration, 0, o.Runs)
		order[i] = i
	}
	r := rand.New(rand.NewPCG(o.Seed, 0))
	done, total := 0, len(contenders)*(o.Warmup+o.Runs)
	for round := range o.Warmup + o.Runs {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			start := o.Clock()
			err := contenders[i].Run()
			took := o.Clock().Sub(start)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", contenders[i].Name, err)
			}
			if round >= o.Warmup {
				samples[i] = append(samples[i], took)
			}
			done++
			o.progress("timing", done, total)
		}
	}
	return samples, nil
}
