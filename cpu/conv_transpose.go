package cpu

import "github.com/shufflegl/shufflegl/network"

// transposed is a transposed convolution: a task is one output plane, onto which
// the input planes of its group are spread tap by tap.
type transposed struct {
	epilogue
	in            network.View
	op            network.ConvTranspose
	weights, bias []float32
	perGroup      int // output channels
}

func newTransposed(s *network.Step, _ int) (kernel, error) {
	op, ok := s.Op.(network.ConvTranspose)
	if !ok {
		return kernel{}, errOperator
	}
	op.Window = op.Normal()
	k := &transposed{epilogue: newEpilogue(s), in: s.Inputs[0], op: op, weights: s.Weights.Data, perGroup: s.Weights.Shape[1]}
	if s.Bias != nil {
		k.bias = s.Bias.Data
	}
	return kernel{tasks: len(k.out.Planes), scratch: k.out.Height * k.out.Width, run: k.run}, nil
}

func (k *transposed) run(task int, arena, scratch []float32) {
	_, outputs, _, _ := k.out.NCHW()
	_, inputs, _, _ := k.in.NCHW()
	n, m := task/outputs, task%outputs
	group, inGroup := m/k.perGroup, inputs/k.op.G()
	plane := scratch[:k.out.Height*k.out.Width]
	start := float32(0)
	if k.bias != nil {
		start = k.bias[m]
	}
	for i := range plane {
		plane[i] = start
	}
	taps := k.op.Kernel[0] * k.op.Kernel[1]
	for c := group * inGroup; c < (group+1)*inGroup; c++ {
		w := k.weights[(c*k.perGroup+m%k.perGroup)*taps:][:taps]
		k.spread(plane, arena[k.in.Planes[n*inputs+c]:], w)
	}
	k.store(arena, task, 0, k.out.Width, plane)
}

// spread adds one input plane's multiples of the kernel.
func (k *transposed) spread(plane, src, w []float32) {
	width, step := k.out.Width, k.op.Stride[1]
	for i := range k.in.Height {
		row := src[i*k.in.RowStride:][:k.in.Width]
		for u := range k.op.Kernel[0] {
			r := i*k.op.Stride[0] - k.op.Pads.Top + u*k.op.Dilation[0]
			if r < 0 || r >= k.out.Height {
				continue
			}
			dst := plane[r*width:][:width]
			for t := range k.op.Kernel[1] {
				f, at := w[u*k.op.Kernel[1]+t], t*k.op.Dilation[1]-k.op.Pads.Left
				for _, v := range row {
					if uint(at) < uint(width) {
						dst[at] += f * v
					}
					at += step
				}
			}
		}
	}
}
