package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// instanceNorm normalises planes: instance_norm.comp, a work group each.
func instanceNorm(t *Tables, s *network.Step) (Dispatch, error) {
	const lanes = 64
	in := &s.Inputs[0]
	_, c, h, w := in.NCHW()
	p, defines := t.operands(s, in, s.Act)
	p.Ints(h, w, c)
	p = append(p, bits(s.Op.(network.InstanceNorm).Epsilon))
	factors := make([]float32, 4*c)
	for i := range c {
		factors[4*i], factors[4*i+1] = s.Weights.Data[i], s.Bias.Data[i]
	}
	return Dispatch{
		Program: shaders.New("instance_norm.comp", join(WorkGroup(lanes), defines)...),
		Params:  p,
		Weights: factors,
		Groups:  [3]int{len(in.Planes), 1, 1},
	}, nil
}

// localNorm normalises across channels: lrn.comp, each invocation four pixels of a
// row.
func localNorm(t *Tables, s *network.Step) (Dispatch, error) {
	const lanes = 64
	op := s.Op.(network.LRN)
	in := &s.Inputs[0]
	_, c, h, w := in.NCHW()
	p, defines := t.operands(s, in, s.Act)
	p.Ints(h, w, c, (op.Size-1)/2, op.Size/2)
	p = append(p, bits(op.Alpha/float32(op.Size)), bits(op.Beta), bits(op.Bias))
	return Dispatch{
		Program: shaders.New("lrn.comp", join(WorkGroup(lanes), defines)...),
		Params:  p,
		Groups:  [3]int{ceilDiv(h*ceilDiv(w, 4), lanes), len(in.Planes), 1},
	}, nil
}
