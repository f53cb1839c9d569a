package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// instanceNorm normalises each plane by its own mean and variance.
type instanceNorm struct {
	epilogue
	in          network.View
	scale, bias []float32
	epsilon     float64
	chunk       int
}

func newInstanceNorm(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.InstanceNorm)
	if !ok {
		return kernel{}, errOperator
	}
	k := &instanceNorm{epilogue: newEpilogue(s), in: s.Inputs[0], scale: s.Weights.Data, bias: s.Bias.Data, epsilon: float64(op.Epsilon)}
	var tasks int
	tasks, k.chunk = chunks(len(k.in.Planes), threads)
	return kernel{tasks: tasks, scratch: k.in.Width, run: k.run}, nil
}

func (k *instanceNorm) run(task int, arena, scratch []float32) {
	_, channels, height, width := k.in.NCHW()
	for p := task * k.chunk; p < min((task+1)*k.chunk, len(k.in.Planes)); p++ {
		plane := arena[k.in.Planes[p]:]
		total, squares := 0.0, 0.0
		for y := range height {
			for _, v := range plane[y*k.in.RowStride:][:width] {
				total += float64(v)
			}
		}
		mean := total / float64(height*width)
		for y := range height {
			for _, v := range plane[y*k.in.RowStride:][:width] {
				squares += (float64(v) - mean) * (float64(v) - mean)
			}
		}
		scale := float32(float64(k.scale[p%channels]) / math.Sqrt(squares/float64(height*width)+k.epsilon))
		for y := range height {
			for x, v := range plane[y*k.in.RowStride:][:width] {
				scratch[x] = (v-float32(mean))*scale + k.bias[p%channels]
			}
			k.store(arena, p, y*width, width, scratch[:width])
		}
	}
}

// localNorm is local response normalisation across channels.
type localNorm struct {
	epilogue
	in         network.View
	op         network.LRN
	level      simd.Level
	run, lines int // pixels that are computed at once, and how often in a plane
	chunk      int
}

func newLocalNorm(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.LRN)
	if !ok {
		return kernel{}, errOperator
	}
	k := &localNorm{epilogue: newEpilogue(s), in: s.Inputs[0], op: op, level: level}
	_, _, height, width := k.in.NCHW()
	if k.run, k.lines = width, height; k.flat && flat(k.in) {
		k.run, k.lines = width*height, 1
	}
	var tasks int
	tasks, k.chunk = chunks(len(k.in.Planes), threads)
	return kernel{tasks: tasks, scratch: k.run, run: k.task}, nil
}

func (k *localNorm) task(task int, arena, scratch []float32) {
	_, channels, _, width := k.in.NCHW()
	alpha := k.op.Alpha / float32(k.op.Size)
	line := scratch[:k.run]
	for p := task * k.chunk; p < min((task+1)*k.chunk, len(k.in.Planes)); p++ {
		c := p % channels
		planes := k.in.Planes[p-min(c, (k.op.Size-1)/2) : p+min(channels-1-c, k.op.Size/2)+1]
		for y := range k.lines {
			norm := simd.Norm{X: arena[y*k.in.RowStride:], Rows: planes, Centre: k.in.Planes[p], Y: line, Scale: alpha, Bias: k.op.Bias}
			if k.op.Beta == 0.75 {
				norm.Run(k.level, k.run)
			} else {
				k.divide(&norm)
			}
			k.store(arena, p, y*width, width, line)
		}
	}
}

// divide is for any Beta.
func (k *localNorm) divide(n *simd.Norm) {
	clear(n.Y)
	for _, at := range n.Rows {
		for x, v := range n.X[at:][:k.run] {
			n.Y[x] += v * v
		}
	}
	for x, v := range n.X[n.Centre:][:k.run] {
		n.Y[x] = v / float32(math.Pow(float64(n.Bias+n.Scale*n.Y[x]), float64(k.op.Beta)))
	}
}
