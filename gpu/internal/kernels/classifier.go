package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// classifier is a fully connected layer with the global pool before it, the softmax
// behind it, or both: classifier.comp, a work group for each part of the inputs by each
// part of the outputs.
func classifier(t *Tables, s *network.Step) (Dispatch, error) {
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
			defines = append(defines, Macro("BETWEEN", int(s.Act.Fn)))
		}
	}
	sharing := 0 // invocations that pool a plane
	if c.Pool != nil {
		sharing = max(2, upTo(ceilDiv(vectors(in), 4), 16))
		defines = append(defines, Macro("POOLED", sharing))
		if c.Pool.Reduce == network.Average {
			defines = append(defines, "AVERAGE")
		}
	}
	defines = append(defines, Macro("SLICE", c.Inputs))
	how := t.choose(s, Bounds{Kernel: ClassifierFile}, defines, []string{Macro("part", c.Outputs)})
	sums := t.scratch(samples * slices * fours * 4)
	counters := t.scratch(samples * (parts + 1))
	p.Ints(in.Height, in.Width, inputs, outputs, c.Inputs, c.Outputs/4, sums, counters)

	weights := make([]float32, 4*fours*(inputs+1))
	for o := range outputs {
		for k := range inputs {
			weights[k*4*fours+o] = s.Weights.Data[o*inputs+k]
		}
		if s.Bias != nil {
			weights[inputs*4*fours+o] = s.Bias.Data[o]
		}
	}
	perLane := func(items float64) float64 { return items / float64(how.Variant.Lanes) }
	loops := Rounds{
		"outputs": perLane(float64(fours) / float64(parts)),
		"inputs":  float64(inputs) / float64(slices),
		"sums":    perLane(float64(fours) / float64(parts) / float64(slices)),
		"slices":  float64(slices),
	}
	if c.Pool != nil {
		loops["pool"] = perLane(float64(inputs) / float64(slices) * float64(sharing))
		loops["plane"] = float64(in.Height*ceilDiv(in.Width, 4)) / float64(sharing)
	}
	return Dispatch{
		Program: shaders.New("classifier.comp", join(WorkGroup(how.Variant.Lanes), []string{"SCRATCH"}, defines)...),
		Params:  p,
		Choice:  how,
		Weights: weights,
		Stream:  !t.Images,
		Groups:  [3]int{slices, parts, samples},
		Rounds:  loops,
	}, nil
}
