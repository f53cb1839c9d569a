package cpu

import "github.com/shufflegl/shufflegl/network"

// fullyConnected is y = x·Wᵀ + b. Input and output are planes of one element
// each, which after a flatten may lie anywhere: x's row is copied together if it
// is not one run.
//
//	x [N,K]  W [M,K]  y [N,M]
type fullyConnected struct {
	epilogue
	in          network.View
	w, bias     []float32
	rows, depth int
	chunk       int
	contiguous  bool
}

func newFullyConnected(s *network.Step, threads int) (kernel, error) {
	if _, ok := s.Op.(network.FullyConnected); !ok {
		return kernel{}, errOperator
	}
	k := &fullyConnected{epilogue: newEpilogue(s), in: s.Inputs[0], w: s.Weights.Data, bias: biasOf(s),
		rows: s.Weights.Shape[0], depth: s.Weights.Shape[1]}
	_, stride, even := k.in.Even()
	k.contiguous = even && (stride == 1 || k.depth == 1)
	var tasks int
	tasks, k.chunk = chunks(k.rows, threads)
	return kernel{tasks: tasks, scratch: k.depth + k.chunk, run: k.run}, nil
}

func (k *fullyConnected) run(task int, arena, scratch []float32) {
	first, last := task*k.chunk, min((task+1)*k.chunk, k.rows)
	y := scratch[k.depth:][:last-first]
	for n := range len(k.in.Planes) / k.depth {
		planes := k.in.Planes[n*k.depth:][:k.depth]
		x := scratch[:k.depth]
		if k.contiguous {
			x = arena[planes[0]:][:k.depth]
		} else {
			for i, off := range planes {
				x[i] = arena[off]
			}
		}
		fillColumn(y, k.bias, first)
		accumulateDots(y, len(y), 1, k.depth, k.w[first*k.depth:], x)
		for i, v := range y {
			k.one(arena, n*k.rows+first+i, v)
		}
	}
}

func fillColumn(y, bias []float32, first int) {
	if bias == nil {
		clear(y)
		return
	}
	copy(y, bias[first:])
}
