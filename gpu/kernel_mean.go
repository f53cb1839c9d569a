package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// mean averages over any axes: mean.comp, each invocation one element.
func mean(t *tables, s *network.Step) (dispatch, error) {
	const lanes = 64
	in, out := &s.Inputs[0], &s.Output
	firsts, steps := s.Op.(network.Mean).Offsets(in.Shape)
	p, defines := t.operands(s, in, s.Act)
	p.ints(in.Height, in.Width, out.Height, out.Width, t.add(firsts), t.add(steps), len(steps), len(firsts))
	return dispatch{
		program: shaders.New("mean.comp", append([]string{set("LX", lanes), "SCALAR"}, defines...)...),
		params:  p,
		groups:  spread(len(firsts), lanes),
	}, nil
}

// spread cuts invocations into work groups of so many lanes, along two axes.
func spread(count, lanes int) [3]int {
	const wide = 4096
	x := min(ceilDiv(count, lanes), wide)
	return [3]int{x, ceilDiv(count, lanes*x), 1}
}
