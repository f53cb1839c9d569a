package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// classifier is a fully connected layer with the global pool before it, the softmax
// behind it, or both: classifier.comp, a work group for each part of the inputs by each
// part of the outputs.
func classifier(t *tables, s *network.Step) (dispatch, error) {
	const sharing = 16
	c, in := s.Classifier, &s.Inputs[0]
	samples, inputs, outputs := in.Shape[0], s.Weights.Shape[1], s.Weights.Shape[0]
	fours, slices, parts := ceilDiv(outputs, 4), c.Slices(inputs), c.Parts(outputs)

	act := s.Act
	if c.Softmax {
		act = network.Activation{} // it comes before the softmax, not in the store
	}
	p, defines := t.operands(s, in, act)
	if c.Softmax {
		defines = append(defines, "SOFTMAX")
		if s.Act.On() {
			p[12], p[13] = bits(s.Act.A), bits(s.Act.B)
			defines = append(defines, set("BETWEEN", int(s.Act.Fn)))
		}
	}
	if c.Pool != nil {
		defines = append(defines, set("POOLED", max(2, upTo(ceilDiv(vectors(in), 4), sharing))))
		if c.Pool.Reduce == network.Average {
			defines = append(defines, "AVERAGE")
		}
	}
	defines = append(defines, set("SLICE", c.Inputs))
	how := t.choose(s, bounds{kernel: classifyFile}, defines, []string{set("part", c.Outputs)})
	sums := t.scratch(samples * slices * fours * 4)
	counters := t.scratch(samples * (parts + 1))
	p.ints(in.Height, in.Width, inputs, outputs, c.Inputs, c.Outputs/4, sums, counters)

	weights := make([]float32, 4*fours*(inputs+1))
	for o := range outputs {
		for k := range inputs {
			weights[k*4*fours+o] = s.Weights.Data[o*inputs+k]
		}
		if s.Bias != nil {
			weights[inputs*4*fours+o] = s.Bias.Data[o]
		}
	}
	return dispatch{
		program: shaders.New("classifier.comp", join(workGroup(how.variant.lanes), []string{"SCRATCH"}, defines)...),
		params:  p,
		choice:  how,
		weights: weights,
		stream:  true,
		groups:  [3]int{slices, parts, samples},
	}, nil
}
