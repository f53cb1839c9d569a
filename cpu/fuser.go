package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// fuser tells what is fused on so many threads. With one, a map between a depthwise and
// a pointwise convolution costs no more than the rows that bands compute twice; with
// several, it spares them a barrier.
type fuser struct {
	level   simd.Level
	threads int
}

const (
	scratchFloats = 64 << 10 // of what lies between two operators: half of a small second cache
	largeMap      = 1 << 18  // floats of a map that leaves one

	// What a barrier costs each thread, and what a pixel of a depthwise convolution does, in
	// multiply-adds that take as long. Measured (see RATIONALE.md).
	barrierWork   = 40_000
	depthwiseWork = 20
)

func (f fuser) Tile(first *network.Prior, op network.Op, x, y tensor.Shape, floats int) (t network.Tile, pays bool) {
	switch op := op.(type) {
	case network.Conv:
		return f.beforePointwise(first, op, x, y, floats)
	case network.Pool:
		return f.beforePool(first, op, x, y, floats)
	}
	return t, false
}

// beforePointwise is of a depthwise convolution and a pointwise one: they are one step
// where no thread does so much more than its part that a barrier is cheaper.
func (f fuser) beforePointwise(first *network.Prior, op network.Conv, x, y tensor.Shape, floats int) (t network.Tile, pays bool) {
	depth, outputs, height, width := x[1]/op.G(), y[1]/op.G(), y[2], y[3]
	t = network.Tile{Channels: outputs, Rows: max(1, min(height, floats/(depth*width))), Columns: width}
	window := first.Op.Normal()
	if f.threads == 1 || newSlider(f.level, &network.Step{Inputs: []network.View{flatView(x)}, Output: flatView(y)}, window, false) == nil {
		return t, false
	}
	pixel := depthwiseWork * window.Stride[0]
	g, tasks := cutFused(f.level, f.level.Panels(outputs, depth), y[0], op.G(), outputs, depth, height, width, 0, f.threads)
	work := func(rows, columns, panels int) int {
		return rows*width*depth*pixel + f.level.Columns(columns)*depth*panels*outputs/g.panels
	}
	var most, share int
	for i, end := range even(tasks, f.threads) {
		share = 0
		for task := begin(even(tasks, f.threads), i); task < end; task++ {
			p := g.tile(task)
			share += work(rowsOfTile(p.column, p.n, width), p.n, p.last-p.first)
		}
		most = max(most, share)
	}
	alone := y[0] * op.G() * work(height, height*width, g.panels) / f.threads
	return t, most-alone < barrierWork
}

// beforePool is of a convolution and a pool: they are one step where they are done in one pass, or
// what lies between does not stay in a cache, and what a band reads does.
func (f fuser) beforePool(first *network.Prior, op network.Pool, x, y tensor.Shape, floats int) (t network.Tile, pays bool) {
	g := first.Op.G()
	in, between := flatView(x), flatView(first.Shape)
	second := network.Step{Inputs: []network.View{between}, Output: flatView(y)}
	p := poolOf(&second, op, between)
	channels := y[1] / g
	rows := (floats/(channels*between.Width)-p.op.Kernel[0])/p.op.Stride[0] + 1
	t = network.Tile{Channels: channels, Rows: max(1, min(y[2], rows)), Columns: y[3]}
	if form, ok := directForm(f.level, first, op, in, second.Output); ok {
		return t, f.level.PooledPixels(form) <= floats
	}
	if rows < 1 || first.Shape.Size() < largeMap || !p.inPixels() || p.newSlider(f.level, &second) == nil {
		return t, false
	}
	conv := network.Step{Inputs: []network.View{in}, Output: between, Weights: first.Weights, MACs: first.MACs}
	if _, ok := cheapest(&conv, first.Op, f.level); ok {
		return t, false
	}
	phases := newPhases(in, between, first.Op.Normal(), floats/channels)
	return t, x[1]/g*phases.floats() <= floats
}

// flatView is a view of the form of a shape, without places.
func flatView(s tensor.Shape) network.View {
	planes, height, width := network.PlaneForm(s)
	return network.View{Shape: s, Planes: make([]int32, planes), Height: height, Width: width, RowStride: width, ColumnStride: 1}
}
