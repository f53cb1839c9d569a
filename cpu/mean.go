package cpu

import "github.com/shufflegl/shufflegl/network"

// mean averages over any axes. Where each element lies is looked up, as in
// softmax.
type mean struct {
	in, out, residual []int32 // arena offsets in row-major order
	firsts, steps     []int32 // numbers of elements
	act               network.Activation
	chunk             int
}

func newMean(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.Mean)
	if !ok {
		return kernel{}, errOperator
	}
	k := &mean{in: offsets(s.Inputs[0]), out: offsets(s.Output), act: s.Act}
	if s.Residual != nil {
		k.residual = offsets(*s.Residual)
	}
	k.firsts, k.steps = op.Offsets(s.Inputs[0].Shape)
	var tasks int
	tasks, k.chunk = chunks(len(k.out), threads)
	return kernel{tasks: tasks, run: k.run}, nil
}

func (k *mean) run(task int, arena, _ []float32) {
	for i := task * k.chunk; i < min((task+1)*k.chunk, len(k.out)); i++ {
		total := 0.0
		for _, step := range k.steps {
			total += float64(arena[k.in[k.firsts[i]+step]])
		}
		v := float32(total / float64(len(k.steps)))
		if k.residual != nil {
			v += arena[k.residual[i]]
		}
		arena[k.out[i]] = activated(v, k.act)
	}
}
