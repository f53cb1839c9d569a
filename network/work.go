package network

import (
	"fmt"
	"math"
	"slices"

	"github.com/shufflegl/shufflegl/tensor"
)

// Tile is the part of a fused launch's output that a work group computes.
type Tile struct {
	Channels int // at most, of one group of the convolution
	Rows     int
	Columns  int // a multiple of four, or all
}

func (t Tile) String() string {
	return fmt.Sprintf("tile %dx%dx%d", t.Channels, t.Rows, t.Columns)
}

// workOf is what a launch of a node has to do: of a convolution or a pool, alone
// or fused, or of the operators at a network's end.
func (m *CostModel) workOf(n *Node) work {
	w := work{bytes: nodeBytes(n)}
	y := n.Outputs[0].Shape
	switch op := n.Op.(type) {
	case Conv:
		switch k, _ := kernelFor(op, n.Inputs[0].Shape, y); {
		case n.First != nil:
			m.afterDepthwise(&w, n, op)
		case k == ConvDepthwise:
			m.window(&w, y, op.Window)
		default:
			m.convolution(&w, n.Inputs[1].Shape, y, op)
		}
	case Pool:
		if n.First != nil {
			m.beforePool(&w, n, op)
		} else {
			m.window(&w, y, op.Window)
		}
	case GlobalPool:
		x := n.Inputs[0].Shape
		w.traffic, w.macs, w.groups = w.bytes, float64(x.Size()), float64(x[0]*x[1]*sharing)/float64(m.Lanes)
	case FullyConnected:
		w.macs, w.groups = float64(MACs(n)), float64(y[0]*ceilDiv(y[1], 4)*sharing)/float64(m.Lanes)
		w.traffic = w.bytes + w.groups*float64(4*n.Inputs[1].Shape[1])
	case Softmax:
		axis, _ := axisOf(op.Axis, y) // Infer has seen it
		length := y[axis]
		s := softmaxWork(float64(y.Size()/length), float64(length))
		w.traffic, w.macs, w.groups = s.traffic, s.macs, s.groups
	}
	return w
}

// sharing is how many invocations compute one sum: of a plane, or of four outputs of a
// fully connected layer.
const sharing = 16

// nodeBytes counts a node's operands once each.
func nodeBytes(n *Node) float64 {
	bytes := sizeInBytes(n.Outputs[0])
	for i, v := range n.Inputs {
		if v != nil && slices.Index(n.Inputs, v) == i {
			bytes += sizeInBytes(v)
		}
	}
	if n.First != nil {
		bytes += n.First.bytes()
	}
	return float64(bytes)
}

// strips counts groups of four pixels.
func strips(columns int) int { return ceilDiv(columns, 4) }

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// rowLoads is what it costs to read what four pixels of a window need of one row, in
// multiply-adds of each.
const rowLoads = 12

// window is a plain kernel whose invocations compute four pixels of some rows of a
// plane, each from a window of another.
func (m *CostModel) window(w *work, y tensor.Shape, win Window) {
	const rows = 4
	win = win.Normal()
	planes, height, width := PlaneForm(y)
	cells := float64(planes * height * strips(width))
	seen, _ := win.needs(Tile{Rows: rows, Columns: 4})
	w.groups = cells / rows / float64(m.Lanes)
	w.macs = cells * 4 * float64(win.Kernel[0]*win.Kernel[1]+rowLoads*seen/rows)
	w.traffic = w.bytes
}

// storing is what it costs to put an output of a general convolution into its place, in
// multiply-adds; less in shared memory, for the pool behind it, which is not counted.
const storing = 2

// convolution is a plain kernel whose invocations compute some channels of a group
// at four pixels; a work group is of several tiles of channels by several strips.
func (m *CostModel) convolution(w *work, weights, y tensor.Shape, op Conv) {
	const across = 4 // tiles of channels in a work group
	s := op.Normal()
	tile, store := m.Window/4, storing
	if op.Pointwise() {
		tile, store = m.Tile/4, 0
	}
	_, height, width := PlaneForm(y)
	outputs, inputs, taps := weights[0]/op.G(), weights[1], weights[2]*weights[3]
	w.groups = float64(y[0]*op.G()*ceilDiv(outputs, tile)) * float64(height*strips(width)) / float64(m.Lanes)
	w.macs = float64(y[0]*op.G()*align(outputs, 4)) * float64(height*align(width, 4)) * (float64(inputs*taps)*loads(outputs, tile) + float64(store))
	pixels := m.Lanes / across * 4 * s.Stride[0] * s.Stride[1]
	w.traffic = w.groups*4*float64(inputs*(across*tile*taps+pixels)) + 4*float64(y.Size())
}

// inLines is how many floats of a row pass if some of its columns are read or written
// from anywhere on: caches move whole lines.
func inLines(columns, width int) int {
	return min(align(columns+cacheLine-4, cacheLine), align(width, cacheLine))
}

// extent is how many pixels of its input a window needs for n pixels of output.
func extent(n, kernel, stride, dilation int) int { return (n-1)*stride + (kernel-1)*dilation + 1 }

// needs is how many rows and columns of its input a window needs for a tile, if
// the input has so many.
func (w Window) needs(t Tile) (rows, columns int) {
	w = w.Normal()
	return extent(t.Rows, w.Kernel[0], w.Stride[0], w.Dilation[0]), extent(align(t.Columns, 4), w.Kernel[1], w.Stride[1], w.Dilation[1])
}

// count is how many tiles cut a map of so many channels of one group.
func (t Tile) count(channels, height, width int) int {
	return ceilDiv(channels, t.Channels) * ceilDiv(height, t.Rows) * ceilDiv(width, t.Columns)
}

// afterDepthwise is a pointwise convolution behind a depthwise one. Work groups that
// share a tile's channels each compute the depthwise convolution for themselves.
func (m *CostModel) afterDepthwise(w *work, n *Node, op Conv) {
	x, y, f, t := n.Inputs[0].Shape, n.Outputs[0].Shape, n.First, n.tile
	outputs, inputs := y[1]/op.G(), f.Shape[1]/op.G()
	taps := f.Op.Kernel[0] * f.Op.Kernel[1]
	across := strips(t.Columns)
	tile := m.Tile / 4
	channels := min(tile, align(t.Channels, 4)) // of an invocation
	rows, columns := f.Op.needs(t)
	groups := float64(y[0] * op.G() * t.count(outputs, y[2], y[3]))
	w.groups = groups
	w.macs = groups * 4 * (m.inWaves(inputs*across)*float64(t.Rows*taps+rowLoads*rows) +
		m.inWaves(ceilDiv(t.Channels, channels)*t.Rows*across)*float64(channels*inputs)*loads(t.Channels, tile))
	read := inputs * min(rows, x[2]) * inLines(columns, x[3])
	if f.First != nil {
		read = 0 // from shared memory
	}
	w.traffic = groups * 4 * float64(read+inputs*(taps+t.Channels)+t.Channels*t.Rows*inLines(t.Columns, y[3]))
	w.shared = 4 * inputs * t.Rows * across
	if f.First != nil {
		m.beforeDepthwise(w, n, groups, inputs)
	}
}

// beforeDepthwise adds a pointwise convolution before the depthwise one: work groups
// compute of it what their tiles' windows need, of the channels that their group of
// the other pointwise convolution reads.
func (m *CostModel) beforeDepthwise(w *work, n *Node, groups float64, outputs int) {
	x, f, t := n.Inputs[0].Shape, n.First, n.tile
	rows, columns := f.Op.needs(t)
	across := strips(x[3])
	if t.Columns < n.Outputs[0].Shape[3] {
		across = strips(columns + 3)
	}
	inputs := x[1] / f.First.Op.G()
	tile := m.Tile / 4
	channels := min(tile, align(outputs, 4))
	seen := min(rows, x[2])
	// Behind a shuffle, as many channels of each group are read.
	tiles := f.Shuffle * ceilDiv(ceilDiv(outputs, f.Shuffle), channels)
	w.macs += groups * 4 * m.inWaves(tiles*seen*across) * float64(channels*inputs) * loads(min(outputs, align(outputs/f.Shuffle, 4)), tile)
	w.traffic += groups * 4 * float64(x[1]*seen*inLines(columns, x[3])+outputs*inputs)
	w.shared += 4 * outputs * rows * across
}

// beforePool is a convolution with a pool behind it: a work group computes as many
// pixels of the convolution as its tile of the pool needs.
func (m *CostModel) beforePool(w *work, n *Node, pool Pool) {
	x, y, f, t := n.Inputs[0].Shape, n.Outputs[0].Shape, n.First, n.tile
	g := f.Op.G()
	outputs, inputs, taps := y[1]/g, x[1]/g, f.Op.Kernel[0]*f.Op.Kernel[1]
	rows, columns := pool.needs(t)
	fromRows, fromColumns := f.Op.needs(Tile{Rows: rows, Columns: columns})
	tile := m.Window / 4
	channels := min(tile, align(t.Channels, 4)) // of an invocation
	groups := float64(y[0] * g * t.count(outputs, y[2], y[3]))
	w.groups = groups
	w.macs = groups * 4 * (m.inWaves(ceilDiv(t.Channels, channels)*rows*strips(columns))*float64(channels*inputs*taps)*loads(t.Channels, tile) +
		m.inWaves(t.Channels*t.Rows*strips(t.Columns))*float64(pool.Kernel[0]*pool.Kernel[1]))
	w.traffic = groups * 4 * float64(inputs*(min(fromRows, x[2])*inLines(fromColumns, x[3])+t.Channels*taps)+t.Channels*t.Rows*inLines(t.Columns, y[3]))
	w.shared = 4 * align(t.Channels, 4) * rows * strips(columns)
}

// nearly is how much longer than the fastest tile another may take that is better in
// other ways.
const nearly = 1.05

// bestTile looks for the tile with which the node's launch takes the least time,
// among those that take at most so many floats of shared memory. Of those nearly as
// fast it takes the one that moves the least to and from caches, and of equals the
// largest.
func (m *CostModel) bestTile(n *Node, channels []int, shared int) (time float64, ok bool) {
	type choice struct {
		tile Tile
		work work
	}
	var all []choice
	y, fastest := n.Outputs[0].Shape, math.Inf(1)
	for _, c := range channels {
		for rows := parts(y[2], shared/4); rows > 0; rows = parts(y[2], rows-1) {
			for s := parts(strips(y[3]), shared/4/rows); s > 0; s = parts(strips(y[3]), s-1) {
				n.tile = Tile{c, rows, min(4*s, y[3])}
				if w := m.workOf(n); w.shared <= shared {
					all = append(all, choice{n.tile, w})
					fastest = min(fastest, m.busy(w))
				}
			}
		}
	}
	var best work
	for _, c := range all {
		if m.busy(c.work) <= fastest*nearly && (!ok || c.work.traffic < best.traffic) {
			n.tile, best, ok = c.tile, c.work, true
		}
	}
	return m.time(best), ok
}

// parts is the largest size, at most the one given, of parts alike into which n can
// be cut; 0 if that is none.
func parts(n, most int) int {
	if most < 1 {
		return 0
	}
	return ceilDiv(n, ceilDiv(n, most))
}
