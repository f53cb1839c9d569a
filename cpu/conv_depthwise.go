package cpu

import "github.com/shufflegl/shufflegl/network"

// depthwise is a convolution with one input channel for each output channel,
// computed directly: for each weight, its product with every pixel that it meets
// is added to a band of output rows. What a weight would meet in the padding is
// left out, so borders need no copy.
//
// Batch normalisation comes as a 1×1 kernel, over tensors of any rank.
type depthwise struct {
	epilogue
	in      network.View
	op      network.Window
	w, bias []float32

	inPlanes, outPlanes, channels int // of a sample; channels have weights
	band, bands                   int // output rows in a band, bands in a plane
	items, chunk                  int
}

// bandFloats is how much of an output plane is computed before it is stored.
const bandFloats = 4 << 10

func newDepthwise(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	if !ok || s.Weights.Shape[1] != 1 {
		return kernel{}, errOperator
	}
	k := &depthwise{epilogue: newEpilogue(s), in: s.Inputs[0], op: op.Normal(), w: s.Weights.Data, bias: biasOf(s),
		channels: s.Weights.Shape[0]}
	_, k.inPlanes, _, _ = s.Inputs[0].NCHW()
	_, k.outPlanes, _, _ = s.Output.NCHW()
	var tasks int
	k.band, k.bands = bandsOf(s.Output)
	k.items = len(s.Output.Planes) * k.bands
	tasks, k.chunk = chunks(k.items, threads)
	return kernel{tasks: tasks, scratch: k.band * s.Output.Width, run: k.run}, nil
}

// bandsOf cuts planes into bands of rows.
func bandsOf(v network.View) (rows, bands int) {
	rows = min(max(1, bandFloats/v.Width), v.Height)
	return rows, (v.Height + rows - 1) / rows
}

func (k *depthwise) run(task int, arena, scratch []float32) {
	taps := k.op.Kernel[0] * k.op.Kernel[1]
	for item := task * k.chunk; item < min((task+1)*k.chunk, k.items); item++ {
		plane, y := item/k.bands, item%k.bands*k.band
		sample, p := plane/k.outPlanes, plane%k.outPlanes
		channel := p * k.channels / k.outPlanes
		from := k.in.Planes[sample*k.inPlanes+p*k.inPlanes/k.outPlanes]

		acc := scratch[:min(k.band, k.out.Height-y)*k.out.Width]
		fillRows(acc, len(acc), k.bias, channel, channel+1)
		k.addBand(acc, arena[from:], k.w[channel*taps:][:taps], y)
		k.store(arena, plane, y*k.out.Width, k.out.Width, acc)
	}
}

// addBand adds what the plane gives to the output rows from y on.
func (k *depthwise) addBand(acc, plane, w []float32, y int) {
	kw, width := k.op.Kernel[1], k.out.Width
	three := kw == 3 && k.op.Dilation[1] == 1
	for ; len(acc) > 0; acc, y = acc[width:], y+1 {
		for u := range k.op.Kernel[0] {
			r := y*k.op.Stride[0] - k.op.Pads.Top + u*k.op.Dilation[0]
			if r < 0 || r >= k.in.Height {
				continue
			}
			row, wu := plane[r*k.in.RowStride:][:k.in.Width], w[u*kw:(u+1)*kw]
			if three {
				addThree(acc[:width], row, wu, k.op.Stride[1], -k.op.Pads.Left)
				continue
			}
			for v, wv := range wu {
				addTap(acc[:width], row, wv, k.op.Stride[1], v*k.op.Dilation[1]-k.op.Pads.Left)
			}
		}
	}
}

// addTap is acc[i] += w · row[i·stride + shift], for every i that is inside.
func addTap(acc, row []float32, w float32, stride, shift int) {
	lo, hi := reach(len(row), len(acc), stride, shift)
	if lo == hi {
		return
	}
	acc, row = acc[lo:hi], row[lo*stride+shift:]
	if stride == 1 {
		row = row[:len(acc)]
		for i, v := range row {
			acc[i] += w * v
		}
		return
	}
	for i := range acc {
		acc[i] += w * row[i*stride]
	}
}

// addThree is addTap for three weights side by side, in one pass where all three
// are inside.
func addThree(acc, row, w []float32, stride, shift int) {
	lo, _ := reach(len(row), len(acc), stride, shift)
	_, hi := reach(len(row), len(acc), stride, shift+2)
	hi = max(lo, hi)
	w0, w1, w2 := w[0], w[1], w[2]
	if lo < hi {
		x := row[lo*stride+shift:]
		switch stride {
		case 1:
			in := acc[lo:hi]
			x = x[:len(in)+2]
			a, b := x[0], x[1]
			for i := range in {
				c := x[i+2]
				in[i] += w0*a + w1*b + w2*c
				a, b = b, c
			}
		default:
			for i := range acc[lo:hi] {
				t := x[i*stride:][:3]
				acc[lo+i] += w0*t[0] + w1*t[1] + w2*t[2]
			}
		}
	}
	for v, wv := range w {
		addTap(acc[:lo], row, wv, stride, shift+v)
		addTap(acc[hi:], row, wv, stride, shift+v+hi*stride)
	}
}
