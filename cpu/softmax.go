package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
)

// softmax is exp(x)/Σexp(x) along one axis of a tensor of any rank. Where each
// element lies is looked up: lines along an axis cross planes in any way.
type softmax struct {
	in, out, residual  []int32 // arena offsets of the elements in row-major order; residual may be nil
	act                network.Activation
	size, inner, lines int
	chunk              int
}

func newSoftmax(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.Softmax)
	if !ok {
		return kernel{}, errOperator
	}
	k := &softmax{in: offsets(s.Inputs[0]), out: offsets(s.Output), act: s.Act}
	if s.Residual != nil {
		k.residual = offsets(*s.Residual)
	}
	outer, size, inner := around(s.Output.Shape, op.Axis)
	k.size, k.inner, k.lines = size, inner, outer*inner
	var tasks int
	tasks, k.chunk = chunks(k.lines, threads)
	return kernel{tasks: tasks, scratch: size, run: k.run}, nil
}

func (k *softmax) run(task int, arena, scratch []float32) {
	for line := task * k.chunk; line < min((task+1)*k.chunk, k.lines); line++ {
		first := line/k.inner*k.size*k.inner + line%k.inner
		k.line(arena, scratch[:k.size], first)
	}
}

func (k *softmax) line(arena, e []float32, first int) {
	most := float32(math.Inf(-1))
	for i := range e {
		e[i] = arena[k.in[first+i*k.inner]]
		most = max(most, e[i])
	}
	sum := 0.0
	for i, v := range e {
		p := math.Exp(float64(v - most))
		sum += p
		e[i] = float32(p)
	}
	scale := float32(1 / sum)
	for i, p := range e {
		at := first + i*k.inner
		v := p * scale
		if k.residual != nil {
			v += arena[k.residual[at]]
		}
		arena[k.out[at]] = activated(v, k.act)
	}
}

// offsets lists where a view's elements lie in the arena, in row-major order.
func offsets(v network.View) []int32 {
	at := make([]int32, 0, v.Shape.Size())
	for _, p := range v.Planes {
		for y := range v.Height {
			for x := range v.Width {
				at = append(at, p+int32(y*v.RowStride+x))
			}
		}
	}
	return at
}
