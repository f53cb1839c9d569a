package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// depthwise is a convolution with one input channel for each output channel: a
// sum of as many shifted planes as the kernel has weights.
//
// Where package simd has a window of the form, it slides over planes as they lie.
// Elsewhere the sum is a product of one row with the planes of phases.
//
// Batch normalisation comes as a 1×1 kernel, over tensors of any rank.
type depthwise struct {
	epilogue
	phases
	slider *slider        // may be nil
	window *simd.Window   // may be nil
	rows   []*simd.Matrix // without a window: each channel's weights
	w      []float32
	bias   []float32
	whole  bool // 1×1: planes are read where they lie

	inPlanes, outPlanes, channels int // of a sample; channels have weights
	bands                         int // in a plane
	items, chunk                  int
}

// bandFloats is how much of an output plane is computed before it is stored.
const bandFloats = 4 << 10

func newDepthwise(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	if !ok || s.Weights.Shape[1] != 1 {
		return kernel{}, errOperator
	}
	k := &depthwise{epilogue: newEpilogue(s), phases: newPhases(s.Inputs[0], s.Output, op.Normal(), bandFloats),
		w: s.Weights.Data, bias: biasOf(s, 0), whole: op.Pointwise() && flat(s.Inputs[0]), channels: s.Weights.Shape[0]}
	_, k.inPlanes, _, _ = s.Inputs[0].NCHW()
	_, k.outPlanes, _, _ = s.Output.NCHW()
	k.bands = (k.out.Height + k.band - 1) / k.band
	run, scratch := k.run, 0
	if k.slider = newSlider(level, s, op.Normal(), false); k.slider != nil && k.channels == k.outPlanes {
		for plane := range k.out.Planes {
			from, _ := k.item(plane)
			k.slider.from = append(k.slider.from, from)
		}
		if k.bias == nil {
			k.bias = make([]float32, k.channels)
		}
		return k.slider.kernel(threads, k.in, k.out, op.Normal(), k.sliding), nil
	} else if k.window = newWindow(level, s, op.Normal(), false); k.window != nil {
		k.bands, run = 1, k.runWindow
	} else {
		k.rows = packGroups(level, s, k.channels, 0)
		scratch = multiplyScratch(k.rows[0], k.band*k.out.Width) + k.floats()
	}
	k.items = len(k.out.Planes) * k.bands
	var tasks int
	tasks, k.chunk = chunks(k.items, threads)
	made := kernel{tasks: tasks, scratch: scratch, run: run}
	if k.window != nil && k.residual == nil {
		made.reads, made.writes = k.windowReads, planewise(k.out, k.chunk)
	}
	return made, nil
}

// newWindow is a window over a step's planes, or nil if there is none.
func newWindow(level simd.Level, s *network.Step, op network.Window, most bool) *simd.Window {
	form, ok := formOf(s, op, most)
	if !ok {
		return nil
	}
	w, _ := simd.NewWindow(level, form)
	return w
}

// sweep runs a window over one plane of the input to plane p of the output.
func (e *epilogue) sweep(arena []float32, w *simd.Window, from int32, p int, sweep *simd.Sweep) {
	var after bool
	sweep.Lo, sweep.Hi, after = e.bounds()
	sweep.X, sweep.Y = arena[from:], arena[e.out.Planes[p]:]
	if e.residual != nil {
		sweep.Add = arena[e.residual.Planes[p]:]
	}
	w.Run(sweep)
	if after {
		for y := range e.out.Height {
			activate(sweep.Y[y*e.out.RowStride:][:e.out.Width], e.act)
		}
	}
}

// item gives the planes of output plane and its channel.
func (k *depthwise) item(plane int) (from int32, channel int) {
	sample, p := plane/k.outPlanes, plane%k.outPlanes
	return k.in.Planes[sample*k.inPlanes+p*k.inPlanes/k.outPlanes], p * k.channels / k.outPlanes
}

func (k *depthwise) sliding(s *slider) runFunc {
	return func(task int, arena, _ []float32) {
		y0, y1, first, last := s.task(task, k.out)
		for first < last { // a sample, or a part of one
			channel := first % k.channels
			n := min(last-first, k.channels-channel)
			k.slide(arena, s, simd.Planes{Weights: k.w[9*channel:], Bias: k.bias[channel:]}, y0, y1, first, first+n)
			first += n
		}
	}
}

func (k *depthwise) runWindow(task int, arena, _ []float32) {
	taps := len(k.at)
	var sweep simd.Sweep
	for plane := task * k.chunk; plane < min((task+1)*k.chunk, k.items); plane++ {
		from, channel := k.item(plane)
		sweep.W = k.w[channel*taps:][:taps]
		if k.bias != nil {
			sweep.Bias = k.bias[channel]
		}
		k.sweep(arena, k.window, from, plane, &sweep)
	}
}

func (k *depthwise) run(task int, arena, scratch []float32) {
	for item := task * k.chunk; item < min((task+1)*k.chunk, k.items); item++ {
		plane, y := item/k.bands, item%k.bands*k.band
		rows := min(k.band, k.out.Height-y)
		width := k.out.Width
		at, channel := k.item(plane)
		from, x := arena[at:], scratch[:k.floats()]
		if k.whole {
			x = from[y*width:]
		} else {
			k.load(x, from, y, rows, width)
		}
		k.multiply(arena, scratch[k.floats():], k.rows[channel], x, k.at, plane, y*width, rows*width, width, 0, 1)
	}
}
