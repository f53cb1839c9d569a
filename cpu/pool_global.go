package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
)

// globalPool reduces each plane to one pixel.
type globalPool struct {
	epilogue
	in     network.View
	reduce network.Reduction
	chunk  int
}

func newGlobalPool(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.GlobalPool)
	if !ok {
		return kernel{}, errOperator
	}
	k := &globalPool{epilogue: newEpilogue(s), in: s.Inputs[0], reduce: op.Reduce}
	var tasks int
	tasks, k.chunk = chunks(len(k.in.Planes), threads)
	return kernel{tasks: tasks, run: k.run}, nil
}

func (k *globalPool) run(task int, arena, _ []float32) {
	for p := task * k.chunk; p < min((task+1)*k.chunk, len(k.in.Planes)); p++ {
		plane := arena[k.in.Planes[p]:]
		var result float32
		if k.reduce == network.Max {
			result = float32(math.Inf(-1))
		}
		for y := range k.in.Height {
			row := plane[y*k.in.RowStride:][:k.in.Width]
			if k.reduce == network.Max {
				for _, v := range row {
					result = max(result, v)
				}
			} else {
				result += sum(row)
			}
		}
		if k.reduce == network.Average {
			result /= float32(k.in.Height * k.in.Width)
		}
		k.one(arena, p, result)
	}
}

// sum adds in four parts, which do not wait for each other and lose less to
// rounding.
func sum(fs []float32) float32 {
	var a, b, c, d float32
	for ; len(fs) >= 4; fs = fs[4:] {
		a, b, c, d = a+fs[0], b+fs[1], c+fs[2], d+fs[3]
	}
	for _, v := range fs {
		a += v
	}
	return a + b + (c + d)
}
