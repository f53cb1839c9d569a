package network

import "github.com/shufflegl/shufflegl/tensor"

// MatMul multiplies matrices, the last two dimensions of its inputs a
// [...,M,K] and b [...,K,N]; the dimensions before them are equal or broadcast
// as Binary's.
type MatMul struct{}

func (MatMul) Kind() string { return "MatMul" }

func (MatMul) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 2, 0); err != nil {
		return nil, err
	}
	a, b := in[0], in[1]
	if len(a) < 2 || len(b) < 2 || a[len(a)-1] != b[len(b)-2] {
		return nil, shapeErr("%v and %v, ...xMxK and ...xKxN are wanted", a, b)
	}
	outer, ok := broadcast(a[:len(a)-2], b[:len(b)-2])
	if !ok {
		return nil, shapeErr("%v and %v do not broadcast", a, b)
	}
	return one(append(outer, a[len(a)-2], b[len(b)-1])...)
}

// broadcast gives the shape that both shapes stretch to (NumPy's rule: aligned
// at the end, a dimension of one repeats).
func broadcast(a, b tensor.Shape) (tensor.Shape, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := a.Clone()
	for i, n := range b {
		d := i + len(a) - len(b)
		switch {
		case out[d] == 1:
			out[d] = n
		case n != 1 && n != out[d]:
			return nil, false
		}
	}
	return out, true
}
