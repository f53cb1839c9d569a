package gpu

import (
	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/shaders"
)

// LoopReport is what a round of a loop costs: what the program costs more if the loop's
// body stands in it twice, or less without the loop. Both are too much at times, and the
// lesser is taken: the body twice can be too much for a compiler's registers, and without
// a loop what is prepared for it goes too.
type LoopReport struct {
	shaders.Loop
	Round map[string]float64 // by the driver's names, as in Statistics.Values
}

// use is one launch of a program.
type use struct {
	invocations int64
	rounds      kernels.Rounds
}

// weigh compiles the program once more for each loop that its launches count, and adds
// up what they cost.
func (d *Device) weigh(gl gles.API, p shaders.Program, uses []use, r *ProgramReport, hear func() []string) error {
	if r.Statistics == nil {
		return nil
	}
	counted := map[string]bool{}
	for _, u := range uses {
		for name := range u.rounds {
			counted[name] = true
		}
	}
	for _, l := range p.Loops() {
		if !counted[l.Name] {
			continue
		}
		twice, err := d.values(gl, p.Twice(l.Name), r, hear)
		if err != nil {
			return err
		}
		without, err := d.values(gl, p.Without(l.Name), r, hear)
		if err != nil {
			return err
		}
		if twice == nil || without == nil {
			return nil
		}
		r.Loops = append(r.Loops, LoopReport{l, round(r.Statistics.Values, twice, without)})
	}
	r.Modelled = r.modelled(uses)
	for i := range r.Uses {
		r.Uses[i].Modelled = r.modelled(uses[i : i+1])
	}
	return nil
}

// round is what a loop's round costs, from a program's figures, those with the loop's body
// twice, and those without the loop.
func round(once, twice, without map[string]float64) map[string]float64 {
	costs := map[string]float64{}
	for name, v := range once {
		costs[name] = max(0, min(twice[name]-v, v-without[name]))
	}
	return costs
}

// values are the driver's figures for a source made from a program's; nil if it gives none.
func (d *Device) values(gl gles.API, source string, of *ProgramReport, hear func() []string) (map[string]float64, error) {
	r := ProgramReport{File: of.File, Variant: of.Variant, Resources: of.Resources}
	if err := d.report(gl, source, &r, hear, false); err != nil || r.Statistics == nil {
		return nil, err
	}
	return r.Statistics.Values, nil
}

// modelled adds up the launches: instructions, and cycles of the unit that is the
// slowest in each launch.
func (r *ProgramReport) modelled(uses []use) map[Figure]float64 {
	sum := map[Figure]float64{}
	for _, u := range uses {
		n, slowest := float64(u.invocations), 0.0
		for name, v := range r.Statistics.Values {
			v = r.weighted(name, v, u.rounds)
			switch {
			case figures[name] == Instructions:
				sum[Instructions] += n * v
			case units[name], len(r.Statistics.Units) == 0 && figures[name] == Cycles:
				slowest = max(slowest, v)
			}
		}
		if slowest > 0 {
			sum[Cycles] += n * slowest
		}
	}
	return sum
}

// weighted is a figure of one pass, with loops counted as often as they run.
func (r *ProgramReport) weighted(name string, once float64, n kernels.Rounds) float64 {
	comes := map[string]float64{"": 1}
	for _, l := range r.Loops {
		rounds, ok := n[l.Name]
		if !ok {
			rounds = 1
		}
		comes[l.Name] = comes[l.In] * rounds
		once += comes[l.In] * (rounds - 1) * l.Round[name]
	}
	return max(0, once)
}
