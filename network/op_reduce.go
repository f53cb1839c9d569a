package network

import (
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// Mean averages over the given axes, which stay as ones if Keep is set and
// vanish otherwise. Axes are counted from the front, ascending; a mean of no
// axis is the identity.
type Mean struct {
	Axes []int
	Keep bool
}

func (Mean) Kind() string { return "Mean" }

func (m Mean) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	x := in[0]
	for i, a := range m.Axes {
		if a < 0 || a >= len(x) || i > 0 && a <= m.Axes[i-1] {
			return nil, shapeErr("axes %v of %v", m.Axes, x)
		}
	}
	out := tensor.Shape{}
	for d, n := range x {
		switch {
		case !slices.Contains(m.Axes, d):
			out = append(out, n)
		case m.Keep:
			out = append(out, 1)
		}
	}
	return one(out...)
}

// Offsets tells where the elements of a mean come from, in row-major order of an
// input of the given shape: output element i is the mean of the input elements
// firsts[i] + steps[k].
func (m Mean) Offsets(in tensor.Shape) (firsts, steps []int32) {
	firsts, steps = []int32{0}, []int32{0}
	stride := in.Size()
	for d, n := range in {
		stride /= n
		grow := &firsts
		if slices.Contains(m.Axes, d) {
			grow = &steps
		}
		var next []int32
		for _, at := range *grow {
			for i := range n {
				next = append(next, at+int32(i*stride))
			}
		}
		*grow = next
	}
	return firsts, steps
}
