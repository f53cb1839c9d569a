package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// pooled is a pool and the convolution before it, some rows at a time: what lies between,
// the largest map that most networks have, stays in scratch memory and so in the caches.
type pooled struct {
	*pool
	conv     phases             // of the convolution
	between  network.Activation // between the two
	channels int                // of the input
	depth    int                // of those, what a group reads
	weights  []*simd.Matrix     // of each group
	rows     []int32            // of the products, in the phases
	planes   []int32            // of a group between the two, in scratch memory
	floats   int                // that they take
	band     int                // rows of the pool at a time
	rowParts
}

// rowParts cuts planes into parts of rows, which are tasks of a group of a sample.
type rowParts struct{ parts, height int }

// task is a task's part: rows [y0, y1) of a group of a sample.
func (r rowParts) task(task int) (group, y0, y1 int) {
	group, task = task/r.parts, task%r.parts
	return group, r.height * task / r.parts, r.height * (task + 1) / r.parts
}

// fewestPooled is how many rows of the pool a task has at least, as tasks both do rows
// of the convolution where they meet.
const fewestPooled = 3

func newPooled(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.Pool)
	f := s.First
	if !ok || f == nil || f.First != nil || s.Beside != nil {
		return kernel{}, errOperator
	}
	if k, ok := newPooledDirect(s, op, threads, level); ok {
		return k, nil
	}
	_, channels, _, _ := s.Inputs[0].NCHW()
	groups := f.Op.G()
	between := flatView(f.Shape)
	height, width := between.Height, between.Width
	first := network.Step{Inputs: s.Inputs, Output: between, Weights: f.Weights, Bias: f.Bias}
	second := *s
	second.Inputs = []network.View{between}
	k := &pooled{pool: poolOf(s, op, between), between: f.Act, channels: channels, depth: channels / groups,
		weights: packGroups(level, &first, groups, 0), rowParts: rowParts{1, s.Output.Height}}
	if threads > 1 {
		k.parts = max(1, min(s.Output.Height/fewestPooled, 4*threads))
	}
	k.band = max(1, min(s.Tile.Rows, (s.Output.Height+k.parts-1)/k.parts))
	if k.inPixels() {
		if k.slider = k.newSlider(level, &second); k.slider != nil {
			k.scale = k.reciprocals()
		}
	}
	// Rows between the two that a band of the pool meets.
	n := min(height, (k.band-1)*k.op.Stride[0]+(k.op.Kernel[0]-1)*k.op.Dilation[0]+1)
	k.conv = newPhases(s.Inputs[0], between, f.Op.Normal(), n*width)
	k.conv.inPairs(level)
	for c := range k.depth {
		for _, at := range k.conv.at {
			k.rows = append(k.rows, int32(c*k.conv.floats())+at)
		}
	}
	k.planes, k.floats = apartPlanes(k.weights[0].Height(), n*width)
	made := kernel{tasks: len(s.Output.Planes) / len(k.planes) * k.parts, run: k.run,
		scratch: k.floats + max(k.depth*k.conv.floats(), k.out.Width)}
	made.reads, made.writes, made.phases = k.reads, k.writes, &k.conv
	return made, nil
}

func (k *pooled) run(task int, arena, scratch []float32) {
	group, y, end := k.task(task)
	top, done := 0, 0 // the rows between the two that there are
	for y < end {
		y1 := min(y+k.band, end)
		from, to := rowsMet(&k.op.Window, y, y1, k.in.Height)
		if from < done {
			for _, at := range k.planes {
				plane := scratch[at:]
				copy(plane, plane[(from-top)*k.in.Width:(done-top)*k.in.Width])
			}
		}
		top, done = from, max(from, done)
		if done < to {
			k.convolve(arena, scratch, group, top, done, to)
		}
		k.reduce(arena, scratch, group, top, y, y1)
		y, done = y1, max(done, to)
	}
}

// convolve makes rows [y0, y1) of a group's planes, which begin with row top.
func (k *pooled) convolve(arena, scratch []float32, group, top, y0, y1 int) {
	x, width, source := scratch[k.floats:], k.in.Width, k.conv.source(arena)
	for c, at := range k.conv.in.Planes[group*k.depth:][:k.depth] {
		k.conv.load(x[c*k.conv.floats():], source[at:], y0, y1-y0, width)
	}
	e := epilogue{act: k.between}
	lo, hi, after := e.bounds()
	w := k.weights[group%len(k.weights)]
	w.Multiply(&simd.Product{X: x, Rows: k.rows, Y: scratch[(y0-top)*width:], YRows: k.planes, Lo: lo, Hi: hi}, (y1-y0)*width, 0, w.Panels())
	if after {
		for _, at := range k.planes {
			activate(scratch[int(at)+(y0-top)*width:][:(y1-y0)*width], k.between)
		}
	}
}

// reduce makes rows [y0, y1) of the pool of a group, whose planes begin with row top.
func (k *pooled) reduce(arena, scratch []float32, group, top, y0, y1 int) {
	first := group * len(k.planes)
	if k.slider != nil {
		var after bool
		p := simd.Planes{X: scratch, From: k.planes, FromRow: top, Y: arena, To: k.out.Planes[first:][:len(k.planes)], Scale: k.scale}
		p.Lo, p.Hi, after = k.bounds()
		k.slider.Run(&p, y0, y1)
		if after {
			k.activate(arena, p.To, y0, y1)
		}
		return
	}
	acc := scratch[k.floats:][:k.out.Width]
	for c, at := range k.planes {
		for y := y0; y < y1; y++ {
			k.windowRow(acc, scratch[at:], top, y)
			k.store(arena, first+c, y*k.out.Width, k.out.Width, acc)
		}
	}
}
