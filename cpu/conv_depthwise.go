package cpu

import (
	"gonum.org/v1/gonum/blas/blas32"

	"github.com/shufflegl/shufflegl/network"
)

// depthwise is a convolution with one input channel for each output channel: a
// sum of as many shifted planes as the kernel has weights.
//
// Batch normalisation comes as a 1×1 kernel, over tensors of any rank.
type depthwise struct {
	epilogue
	phases
	w, bias []float32
	whole   bool // 1×1: planes are read where they lie

	inPlanes, outPlanes, channels int // of a sample; channels have weights
	bands                         int // in a plane
	items, chunk                  int
}

// bandFloats is how much of an output plane is computed before it is stored.
const bandFloats = 4 << 10

func newDepthwise(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	if !ok || s.Weights.Shape[1] != 1 {
		return kernel{}, errOperator
	}
	k := &depthwise{epilogue: newEpilogue(s), phases: newPhases(s.Inputs[0], s.Output, op.Normal()),
		w: s.Weights.Data, bias: biasOf(s), whole: op.Pointwise() && flat(s.Inputs[0]), channels: s.Weights.Shape[0]}
	_, k.inPlanes, _, _ = s.Inputs[0].NCHW()
	_, k.outPlanes, _, _ = s.Output.NCHW()
	k.bands = (k.out.Height + k.band - 1) / k.band
	k.items = len(k.out.Planes) * k.bands
	var tasks int
	tasks, k.chunk = chunks(k.items, threads)
	return kernel{tasks: tasks, scratch: k.band*k.pitch + k.floats(), run: k.run}, nil
}

func (k *depthwise) run(task int, arena, scratch []float32) {
	blas := blas32.Implementation()
	for item := task * k.chunk; item < min((task+1)*k.chunk, k.items); item++ {
		plane, y := item/k.bands, item%k.bands*k.band
		sample, p := plane/k.outPlanes, plane%k.outPlanes
		channel := p * k.channels / k.outPlanes
		rows := min(k.band, k.out.Height-y)
		n := k.phases.run(rows, k.out.Width)

		from := arena[k.in.Planes[sample*k.inPlanes+p*k.inPlanes/k.outPlanes]:]
		acc, x := scratch[:n], scratch[k.band*k.pitch:]
		if k.whole {
			x = from[y*k.pitch:]
		} else {
			k.load(x, from, y, rows)
		}
		fillRows(acc, n, k.bias, channel, channel+1)
		for i, w := range k.w[channel*len(k.at):][:len(k.at)] {
			blas.Saxpy(n, w, x[k.at[i]:], 1, acc, 1)
		}
		k.store(arena, plane, y*k.pitch, k.pitch, acc)
	}
}
