package network

import "github.com/shufflegl/shufflegl/tensor"

// Prior is a convolution that a step does on its first input before its own
// operator, so that what lies between them never goes to memory.
type Prior struct {
	Op            Conv
	Weights, Bias *tensor.Tensor // bias may be nil
	Act           Activation
	Shape         tensor.Shape // of what lies between
	MACs          int64

	// First is a pointwise convolution done before it, and Shuffle the groups by which
	// channels are shuffled between the two; 1 if they are not.
	First   *Prior
	Shuffle int
}

// prior gives what p does, a convolution, as the prior of the node that reads it; nil
// if something of it is computed or added.
func prior(p *Node, op Conv) *Prior {
	if p.AddsLast || p.First != nil || p.Inputs[1].Const == nil {
		return nil
	}
	f := &Prior{Op: op, Weights: p.Inputs[1].Const, Act: p.Act, Shape: p.Outputs[0].Shape, MACs: MACs(p)}
	if len(p.Inputs) > 2 && p.Inputs[2] != nil {
		if f.Bias = p.Inputs[2].Const; f.Bias == nil {
			return nil
		}
	}
	return f
}

// bytes counts the weights, of what is done before too.
func (f *Prior) bytes() (bytes int64) {
	for ; f != nil; f = f.First {
		bytes += 4 * int64(len(f.Weights.Data))
		if f.Bias != nil {
			bytes += 4 * int64(len(f.Bias.Data))
		}
	}
	return bytes
}
