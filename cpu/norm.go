package cpu

import (
	"math"

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
	in    network.View
	op    network.LRN
	chunk int
}

func newLocalNorm(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.LRN)
	if !ok {
		return kernel{}, errOperator
	}
	k := &localNorm{epilogue: newEpilogue(s), in: s.Inputs[0], op: op}
	var tasks int
	tasks, k.chunk = chunks(len(k.in.Planes), threads)
	return kernel{tasks: tasks, scratch: k.in.Width, run: k.run}, nil
}

func (k *localNorm) run(task int, arena, scratch []float32) {
	_, channels, height, width := k.in.NCHW()
	alpha := k.op.Alpha / float32(k.op.Size)
	for p := task * k.chunk; p < min((task+1)*k.chunk, len(k.in.Planes)); p++ {
		c := p % channels
		first, last := p-min(c, (k.op.Size-1)/2), p+min(channels-1-c, k.op.Size/2)
		for y := range height {
			line := scratch[:width]
			clear(line)
			for q := first; q <= last; q++ {
				for x, v := range arena[int(k.in.Planes[q])+y*k.in.RowStride:][:width] {
					line[x] += v * v
				}
			}
			for x, v := range arena[int(k.in.Planes[p])+y*k.in.RowStride:][:width] {
				line[x] = v / k.power(k.op.Bias+alpha*line[x])
			}
			k.store(arena, p, y*width, width, line)
		}
	}
}

// power is s^Beta; two square roots give the usual 3/4.
func (k *localNorm) power(s float32) float32 {
	if k.op.Beta == 0.75 {
		root := math.Sqrt(float64(s))
		return float32(root * math.Sqrt(root))
	}
	return float32(math.Pow(float64(s), float64(k.op.Beta)))
}
