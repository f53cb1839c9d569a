package network

import "github.com/shufflegl/shufflegl/tensor"

// InstanceNorm normalises each plane by its own mean and variance (Ulyanov et
// al., arXiv 1607.08022, formula 2):
//
//	y = scale·(x−mean)/√(variance+Epsilon) + bias
//
// Inputs: x [N,C,...], scale and bias [C].
type InstanceNorm struct{ Epsilon float32 }

func (InstanceNorm) Kind() string { return "InstanceNorm" }

func (InstanceNorm) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 3, 0); err != nil {
		return nil, err
	}
	if len(in[0]) < 3 || len(in[0]) > 4 {
		return nil, shapeErr("input is %v, NxCxL or NxCxHxW is wanted", in[0])
	}
	for i, s := range in[1:] {
		if !s.Equal(tensor.Shape{in[0][1]}) {
			return nil, shapeErr("%s is %v, the input has %d channels", [...]string{"scale", "bias"}[i], s, in[0][1])
		}
	}
	return one(in[0]...)
}

// LRN is local response normalisation across channels (Krizhevsky et al., 2012,
// section 3.3), with Alpha divided by Size as ONNX and Caffe do:
//
//	y[c] = x[c] / (Bias + Alpha/Size · Σ x[k]²)^Beta
//
// over k from c − ⌊(Size−1)/2⌋ to c + ⌈(Size−1)/2⌉.
type LRN struct {
	Size              int
	Alpha, Beta, Bias float32
}

func (LRN) Kind() string { return "LRN" }

func (l LRN) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if len(in[0]) < 3 || len(in[0]) > 4 || l.Size < 1 {
		return nil, shapeErr("input is %v, NxCxL or NxCxHxW is wanted; size %d", in[0], l.Size)
	}
	return one(in[0]...)
}
