package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// mean averages over any axes: mean.comp, each invocation four elements of a row.
func mean(t *Tables, s *network.Step) (Dispatch, error) {
	const lanes = 64
	in, out := &s.Inputs[0], &s.Output
	firsts, steps := s.Op.(network.Mean).Offsets(in.Shape)
	p, defines := t.operands(s, in, s.Act)
	rows := len(out.Planes) * out.Height
	p.Ints(in.Height, in.Width, out.Height, out.Width, t.add(firsts), t.add(steps), len(steps), rows)
	return Dispatch{
		Program: shaders.New("mean.comp", join(WorkGroup(lanes), defines)...),
		Params:  p,
		Groups:  Spread(rows*ceilDiv(out.Width, 4), lanes),
	}, nil
}

// Spread cuts invocations into work groups of so many lanes, along two axes.
func Spread(count, lanes int) [3]int {
	const wide = 4096
	x := min(ceilDiv(count, lanes), wide)
	return [3]int{x, ceilDiv(count, lanes*x), 1}
}
