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
