package paper

import (
	"context"
	"fmt"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// Ablation is a network with its channels shuffled by renaming them, not shuffled at
// all, and shuffled by launches that copy.
type Ablation struct {
	Model string         `json:"model"`
	On    []AblationTime `json:"on"` // one each backend
}

// AblationTime is what that takes on one backend.
type AblationTime struct {
	Remapped Shuffled `json:"remapped"`
	None     Shuffled `json:"none"`
	Copied   Shuffled `json:"copied"`
	// How likely times differ as much as they do if shuffling costs nothing, and if
	// copying costs no more than renaming.
	NoneP   float64 `json:"none_p"`
	CopiedP float64 `json:"copied_p"`
}

// Shuffled is one of the three.
type Shuffled struct {
	Time
	Launches int   `json:"launches"`
	Barriers int   `json:"barriers"`
	Bytes    int64 `json:"bytes"`
}

// planned is a backend that runs another plan than it is given. What the plans
// compute has the same shape.
type planned struct {
	network.Backend
	plan *network.Plan
}

// Prepare hides whatever else the executor can tell: that is about the other plan.
func (p planned) Prepare(*network.Plan) (network.Executor, error) {
	x, err := p.Backend.Prepare(p.plan)
	if err != nil {
		return nil, err
	}
	return struct{ network.Executor }{x}, nil
}

// ablate measures one network in all three ways, in turns.
func (o *Options) ablate(ctx context.Context, model string, progress func(string, float64)) (*Ablation, error) {
	shuffled, err := zoo.Build(model, o.Zoo)
	if err != nil {
		return nil, err
	}
	plain, err := zoo.Build(model+"_noshuffle", o.Zoo)
	if err != nil {
		return nil, fmt.Errorf("%s has no variant without shuffles: %w", model, err)
	}
	var entries []bench.Entry
	var plans []*network.Plan
	for _, e := range o.Entries {
		var opt network.PlanOptions
		if p, ok := e.Backend.(network.Planner); ok {
			opt = p.PlanOptions()
		}
		copying := opt
		copying.CopyShuffles = true
		for _, way := range []struct {
			g   *network.Graph
			opt network.PlanOptions
		}{{shuffled, opt}, {plain, opt}, {shuffled, copying}} {
			p, err := network.NewPlan(way.g, way.opt)
			if err != nil {
				return nil, err
			}
			e := e
			e.Backend = planned{e.Backend, p}
			entries, plans = append(entries, e), append(plans, p)
		}
	}
	longer := *o
	longer.Time *= 3 // for three times as many runs
	records, err := longer.measure(ctx, shuffled, entries, func(what string, share float64) {
		progress(model+", ablation: "+what, share)
	})
	if err != nil {
		return nil, err
	}
	a := &Ablation{Model: model}
	for i := 0; i < len(records); i += 3 {
		var three [3]Shuffled
		for k := range three {
			r, p := &records[i+k], plans[i+k]
			if k != 1 { // without shuffles it computes something else
				if err := check(r); err != nil {
					return nil, err
				}
			}
			three[k] = Shuffled{timeOf(r), len(p.Steps), p.Barriers, p.Bytes}
		}
		remapped, none, copied := three[0], three[1], three[2]
		a.On = append(a.On, AblationTime{remapped, none, copied,
			record.Compare(remapped.Samples, none.Samples), record.Compare(remapped.Samples, copied.Samples)})
	}
	return a, nil
}
