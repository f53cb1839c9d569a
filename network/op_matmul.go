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

// Pairs tells, for each matrix of a product in order, the number of the matrix of
// either operand.
func (MatMul) Pairs(a, b tensor.Shape) (left, right []int32) {
	a, b = a[:len(a)-2], b[:len(b)-2]
	outer, _ := broadcast(a, b)
	for i := range outer.Size() {
		left = append(left, int32(stretched(a, outer, i)))
		right = append(right, int32(stretched(b, outer, i)))
	}
	return left, right
}
