package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// fused is a pointwise convolution and the depthwise one before it, some rows at a time:
// of all channels that a group multiplies they are in scratch memory, so that no other
// core ever sees them and nobody waits for them.
type fused struct {
	epilogue
	grid
	in       network.View
	between  network.Activation
	channels int            // between the two
	depth    int            // of those, what a group multiplies
	w, bias  []float32      // of the depthwise convolution
	slider   *slider        // may be nil
	windows  phases         // without one
	first    []*simd.Matrix // the same: each channel's weights
	weights  []*simd.Matrix // of the pointwise convolution
	rows     []int32        // of a group's planes in scratch memory
	floats   int            // that they take
	band     int            // rows at a time
	unit     int            // pixels that are best multiplied together
}

func newFused(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	f := s.First
	if !ok || !op.Pointwise() || f == nil || f.First != nil || s.Beside != nil {
		return kernel{}, errOperator
	}
	k := &fused{epilogue: newEpilogue(s), in: s.Inputs[0], between: f.Act, w: f.Weights.Data, weights: packGroups(level, s, op.G(), columnsEach(s, threads))}
	samples, channels, _, _ := k.in.NCHW()
	k.channels, k.depth = channels, channels/op.G()
	height, width := k.out.Height, k.out.Width
	var tasks, most int
	k.unit = k.weights[0].Columns()
	k.grid, tasks = cutFused(level, k.weights[0].Panels(), samples, op.G(), k.weights[0].Height(), k.depth, height, width, leadOf(k.out), threads)
	for i, end := range k.starts[1:] {
		most = max(most, rowsOfTile(k.starts[i], end-k.starts[i], width))
	}
	k.band = max(1, min(s.Tile.Rows, most))

	between := s.Output
	between.RowStride = width
	first := network.Step{Inputs: s.Inputs[:1], Output: between, Weights: f.Weights, Bias: f.Bias}
	if k.bias = biasOf(&first, 0); k.bias == nil {
		k.bias = make([]float32, channels)
	}
	scratch := multiplyScratch(k.weights[0], min(k.band*width, k.width))
	if k.slider = newSlider(level, &first, f.Op.Normal(), false); k.slider == nil {
		k.windows = newPhases(k.in, between, f.Op.Normal(), k.band*width)
		k.first = packGroups(level, &first, channels, 0)
		scratch = max(scratch, k.windows.floats())
	}
	k.rows, k.floats = apartPlanes(k.depth, k.band*width)
	made := kernel{tasks: tasks, scratch: k.floats + scratch, run: k.run}
	if k.flat {
		made.reads, made.writes = k.reads(f.Op.Normal()), k.writes
	}
	return made, nil
}

// apartPlanes are the places of planes of n floats that are an odd number of cache lines
// apart, and what they take together.
func apartPlanes(planes, n int) (at []int32, floats int) {
	pitch := ((n+lineFloats-1)/lineFloats | 1) * lineFloats
	for p := range planes {
		at = append(at, int32(p*pitch))
	}
	return at, planes * pitch
}

// fewestFused is how many tasks each thread should have, if they are not too small: of so
// many others can take some where a core is slower.
const fewestFused = 4

// fusedWork is taskWork of a fused convolution.
func fusedWork(l simd.Level) int64 {
	if l == simd.AVX512 {
		return 1 << 19
	}
	return taskWork(l)
}

// cutFused cuts a step into few tasks, as those that share a row of pixels, or all of
// them, each do the depthwise convolution there.
func cutFused(level simd.Level, panels, samples, groups, rows, depth, height, width, lead, threads int) (g grid, tasks int) {
	g = grid{groups: groups, rows: rows, panels: panels, bands: 1}
	tiles := 1
	if samples < threads {
		tiles = threads
	}
	g.cutColumns(level, level.Tile(), height*width, width, lead, tiles, threads)
	if len(g.starts) > 2 {
		work := int64(groups*rows*depth) * int64(height*width)
		tasks := int(min(fewestFused*int64(threads), work/fusedWork(level)))
		g.cutRows((tasks+threads*groups-1)/(threads*groups), width)
	}
	for i, at := range g.starts[1:] {
		g.width = max(g.width, at-g.starts[i])
	}
	tasks = samples * (len(g.starts) - 1) * groups
	if tasks%threads != 0 && tasks < 4*threads {
		g.bands = min(threads, g.panels)
	}
	return g, tasks * g.bands
}

// rowsOfTile is how many rows n pixels from one on are in.
func rowsOfTile(at, n, width int) int { return (at+n-1)/width + 1 - at/width }

func (k *fused) run(task int, arena, scratch []float32) {
	t := k.tile(task)
	width := k.out.Width
	for at, end := t.column, t.column+t.n; at < end; {
		y := at / width
		n := min((y+k.band)*width, end) - at
		if at+n < end && n > k.unit { // the rest is done with the next band, which does that row again
			n -= n % k.unit
		}
		k.slideOver(arena, scratch, &t, y, y+rowsOfTile(at, n, width))
		k.multiply(arena, scratch[k.floats:], k.weights[t.group], scratch[at-y*width:], k.rows, t.plane, at, n, width, t.first, t.last)
		at += n
	}
}

// slideOver makes rows [y0, y1) of what a tile multiplies.
func (k *fused) slideOver(arena, scratch []float32, t *tile, y0, y1 int) {
	e := epilogue{act: k.between}
	lo, hi, after := e.bounds()
	from := k.in.Planes[t.sample*k.channels+t.group*k.depth:][:k.depth]
	channel, n := t.group*k.depth, (y1-y0)*k.out.Width
	if k.slider != nil {
		p := simd.Planes{X: arena, From: from, Y: scratch, To: k.rows, ToRow: y0, Weights: k.w[9*channel:], Bias: k.bias[channel:], Lo: lo, Hi: hi}
		k.slider.Run(&p, y0, y1)
	} else {
		x := scratch[k.floats:]
		for c, at := range from {
			k.windows.load(x, arena[at:], y0, y1-y0, k.out.Width)
			k.first[channel+c].Multiply(&simd.Product{X: x, Rows: k.windows.at, Y: scratch, YRows: k.rows[c:], Lo: lo, Hi: hi}, n, 0, 1)
		}
	}
	if after {
		for _, at := range k.rows {
			activate(scratch[at:][:n], k.between)
		}
	}
}
