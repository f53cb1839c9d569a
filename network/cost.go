package network

import "github.com/shufflegl/shufflegl/tensor"

// stepBytes counts what a launch reads and writes, every operand once: elements of
// so many bytes, and entries of index tables.
func stepBytes(s Step, element int) int64 {
	elements, entries := s.Output.Elements(), 0
	read := func(v View) {
		elements += v.Elements()
		if _, _, even := v.Even(); !even {
			entries += len(v.Planes)
		}
	}
	for _, v := range s.Inputs {
		read(v)
	}
	if s.Residual != nil && !s.Residual.same(&s.Inputs[0]) {
		read(*s.Residual)
	}
	if b := s.Beside; b != nil {
		if !b.Input.same(&s.Inputs[0]) {
			read(b.Input)
		}
		elements += b.Output.Elements()
	}
	weights := []*tensor.Tensor{s.Weights, s.Bias}
	for f := s.First; f != nil; f = f.First {
		weights = append(weights, f.Weights, f.Bias)
	}
	for _, w := range weights {
		if w != nil {
			elements += int64(len(w.Data))
		}
	}
	return int64(element)*elements + 4*int64(entries)
}
