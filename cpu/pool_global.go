package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// globalPool reduces each plane to one pixel.
type globalPool struct {
	epilogue
	in     network.View
	reduce network.Reduction
	level  simd.Level
	chunk  int
}

func newGlobalPool(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.GlobalPool)
	if !ok {
		return kernel{}, errOperator
	}
	k := &globalPool{epilogue: newEpilogue(s), in: s.Inputs[0], reduce: op.Reduce, level: level}
	var tasks int
	tasks, k.chunk = chunks(len(k.in.Planes), threads)
	run := k.run
	if _, _, after := k.bounds(); op.Reduce == network.Average && flat(k.in) && s.Residual == nil && !after {
		run = k.runTotals
	}
	made := kernel{tasks: tasks, run: run}
	if s.Residual == nil {
		made.reads, made.writes = planewise(k.in, k.chunk), planewise(k.out, k.chunk)
	}
	return made, nil
}

// runTotals averages planes that are single runs.
func (k *globalPool) runTotals(task int, arena, _ []float32) {
	first, last := task*k.chunk, min((task+1)*k.chunk, len(k.in.Planes))
	n := k.in.Height * k.in.Width
	p := simd.Planes{X: arena, From: k.in.Planes[first:last], Y: arena, To: k.out.Planes[first:last]}
	p.Lo, p.Hi, _ = k.bounds()
	p.Totals(k.level, n, 1/float32(n))
}

func (k *globalPool) run(task int, arena, _ []float32) {
	for p := task * k.chunk; p < min((task+1)*k.chunk, len(k.in.Planes)); p++ {
		plane := arena[k.in.Planes[p]:]
		var result float32
		if k.reduce == network.Max {
			result = float32(math.Inf(-1))
		}
		for y := range k.in.Height {
			for _, v := range plane[y*k.in.RowStride:][:k.in.Width] {
				if k.reduce == network.Max {
					result = max(result, v)
				} else {
					result += v
				}
			}
		}
		if k.reduce == network.Average {
			result /= float32(k.in.Height * k.in.Width)
		}
		k.one(arena, p, result)
	}
}
