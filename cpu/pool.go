package cpu

import (
	"math"
	"slices"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// pool slides a window over each plane. As in depthwise, each place of the window
// meets a whole band of outputs at once. Padding is zero in a sum and left out of
// a maximum.
type pool struct {
	epilogue
	phases
	op           network.Pool
	bands        int
	items, chunk int

	rowCount, columnCount []float32 // pixels that count for an average, by output row and column

	slider *slider      // may be nil
	window *simd.Window // may be nil
	ones   []float32
	scale  []float32    // what sums are multiplied by, in the output's form
	sum    *simd.Matrix // without a window: one row of ones
	row    []int32      // where sums are written
}

func newPool(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.Pool)
	if !ok {
		return kernel{}, errOperator
	}
	k := poolOf(s, op, s.Inputs[0])
	k.phases = newPhases(k.in, s.Output, k.op.Window, bandFloats)
	k.bands = (k.out.Height + k.band - 1) / k.band
	if k.inPixels() {
		if k.slider = k.newSlider(level, s); k.slider == nil {
			k.window = newWindow(level, s, k.op.Window, op.Reduce == network.Max)
		}
	}
	if k.window != nil {
		k.bands = 1
	}
	k.items = len(k.out.Planes) * k.bands
	var tasks int
	tasks, k.chunk = chunks(k.items, threads)
	ones := make([]float32, len(k.at))
	for i := range ones {
		ones[i] = 1
	}
	switch {
	case k.slider != nil:
		k.slider.from = k.in.Planes
		k.scale = k.reciprocals()
		return k.slider.kernel(threads, k.in, k.out, k.op.Window, k.sliding), nil
	case k.window != nil:
		k.ones = ones
		k.scale = k.reciprocals()
		made := kernel{tasks: tasks, run: k.runWindow}
		if k.residual == nil {
			made.reads, made.writes = planewise(k.in, k.chunk), planewise(k.out, k.chunk)
		}
		return made, nil
	case op.Reduce == network.Max:
		return kernel{tasks: tasks, scratch: k.band * k.out.Width, run: k.runMax}, nil
	}
	k.row = []int32{0}
	k.sum = simd.Pack(level, ones, 1, len(ones), nil)
	return kernel{tasks: tasks, scratch: k.band*k.out.Width + k.floats(), run: k.runAverage}, nil
}

// poolOf is a step's pool of planes like those of a view, with no way to do it yet.
func poolOf(s *network.Step, op network.Pool, in network.View) *pool {
	op.Window = op.Normal()
	return &pool{epilogue: newEpilogue(s), phases: phases{in: in}, op: op,
		rowCount:    counted(op, 0, in.Height, s.Output.Height, op.Pads.Top, op.Pads.Bottom),
		columnCount: counted(op, 1, in.Width, s.Output.Width, op.Pads.Left, op.Pads.Right)}
}

// newSlider is a slider that pools, or nil.
func (k *pool) newSlider(level simd.Level, s *network.Step) *slider {
	if k.op.Stride[0] == 1 {
		return nil
	}
	return newSlider(level, s, k.op.Window, k.op.Reduce == network.Max)
}

// counted gives, for each output along an axis, the places of its window that
// count for an average: inside the map, or with CountIncludePad also in its
// padding.
func counted(op network.Pool, axis, in, out, before, after int) []float32 {
	first, last := 0, in
	if op.CountIncludePad {
		first, last = -before, in+after
	}
	n := make([]float32, out)
	for i := range n {
		for u := range op.Kernel[axis] {
			if r := i*op.Stride[axis] - before + u*op.Dilation[axis]; r >= first && r < last {
				n[i]++
			}
		}
	}
	return n
}

// inPixels reports whether every window meets a pixel. One that meets none has a
// maximum of -inf, which bounds of an activation see in another way.
func (k *pool) inPixels() bool {
	return !slices.Contains(k.rowCount, 0) && !slices.Contains(k.columnCount, 0)
}

// reciprocals are what sums are multiplied by to make averages, in the output's form.
func (k *pool) reciprocals() []float32 {
	if k.op.Reduce == network.Max {
		return nil
	}
	scale := make([]float32, k.out.Height*k.out.RowStride+margin)
	for y, r := range k.rowCount {
		for x, c := range k.columnCount {
			scale[y*k.out.RowStride+x] = 1 / (r * c)
		}
	}
	return scale
}

func (k *pool) sliding(s *slider) runFunc {
	return func(task int, arena, _ []float32) {
		y0, y1, first, last := s.task(task, k.out)
		k.slide(arena, s, simd.Planes{Scale: k.scale}, y0, y1, first, last)
	}
}

func (k *pool) runWindow(task int, arena, _ []float32) {
	sweep := simd.Sweep{W: k.ones, Scale: k.scale}
	for plane := task * k.chunk; plane < min((task+1)*k.chunk, k.items); plane++ {
		k.sweep(arena, k.window, k.in.Planes[plane], plane, &sweep)
	}
}

func (k *pool) runAverage(task int, arena, scratch []float32) {
	for item := task * k.chunk; item < min((task+1)*k.chunk, k.items); item++ {
		plane, y := item/k.bands, item%k.bands*k.band
		rows := min(k.band, k.out.Height-y)
		width := k.out.Width
		n := rows * width
		acc, x := scratch[:n], scratch[k.band*width:]
		k.load(x, arena[k.in.Planes[plane]:], y, rows, width)
		k.sum.Multiply(&simd.Product{X: x, Rows: k.at, Y: acc, YRows: k.row, Lo: float32(math.Inf(-1)), Hi: float32(math.Inf(1))}, n, 0, 1)
		for r := range rows {
			k.average(acc[r*width:][:width], y+r)
		}
		k.store(arena, plane, y*width, width, acc)
	}
}

func (k *pool) runMax(task int, arena, scratch []float32) {
	width := k.out.Width
	for item := task * k.chunk; item < min((task+1)*k.chunk, k.items); item++ {
		plane, y := item/k.bands, item%k.bands*k.band
		acc := scratch[:min(k.band, k.out.Height-y)*width]
		for i := 0; i < len(acc); i += width {
			k.windowRow(acc[i:i+width], arena[k.in.Planes[plane]:], 0, y+i/width)
		}
		k.store(arena, plane, y*width, width, acc)
	}
}

// windowRow computes row y of an output plane, from a plane that begins with row top.
func (k *pool) windowRow(acc, plane []float32, top, y int) {
	most := k.op.Reduce == network.Max
	first := float32(0)
	if most {
		first = float32(math.Inf(-1))
	}
	for i := range acc {
		acc[i] = first
	}
	stride := k.op.Stride[1]
	for u := range k.op.Kernel[0] {
		r := y*k.op.Stride[0] - k.op.Pads.Top + u*k.op.Dilation[0]
		if r < 0 || r >= k.in.Height {
			continue
		}
		row := plane[(r-top)*k.in.RowStride:][:k.in.Width]
		for v := range k.op.Kernel[1] {
			shift := v*k.op.Dilation[1] - k.op.Pads.Left
			lo, hi := inside(len(row), len(acc), stride, shift)
			for i := lo; i < hi; i++ {
				if v := row[i*stride+shift]; most {
					acc[i] = max(acc[i], v)
				} else {
					acc[i] += v
				}
			}
		}
	}
	if !most {
		k.average(acc, y)
	}
}

// average makes averages of a row of sums.
func (k *pool) average(sums []float32, y int) {
	for i, c := range k.columnCount {
		sums[i] /= max(k.rowCount[y]*c, 1)
	}
}
