package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// general is any convolution, as a matrix product by groups:
//
//	Y [M/G × H'W'] = W [M/G × C/G·kH·kW] · P [C/G·kH·kW × H'W']
//
// Row (c,u,v) of P holds, for every output pixel, the input pixel that weight
// (c,u,v) meets ("im2col"; Chellapilla and others, High Performance
// Convolutional Neural Networks for Document Processing, 2006, section 3). Only
// a tile of P's columns exists at a time.
//
// Maps of wide rows go without P, see byRows.
type general struct {
	epilogue
	grid
	in       network.View
	op       network.Window
	channels int
	weights  []*simd.Matrix
	rowsAt   [][]int32 // where the rows of a panel are, for each width of tiles
	depth    int
}

// panelFloats is how much of P may exist.
const panelFloats = 64 << 10

func newGeneral(s *network.Step, threads int, level simd.Level) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	if !ok {
		return kernel{}, errOperator
	}
	samples, channels, _, _ := s.Inputs[0].NCHW()
	k := &general{epilogue: newEpilogue(s), in: s.Inputs[0], op: op.Normal(), channels: channels, weights: packGroups(level, s, op.G())}
	k.depth = k.weights[0].Depth()
	if s.Output.Width >= wideRow {
		return newByRows(k, s, threads), nil
	}
	columns := s.Output.Height * s.Output.Width
	k.grid, _ = newGrid(samples, k.weights, columns, threads)
	unit := k.weights[0].Columns()
	k.width = max(unit, min(k.width, panelFloats/k.depth/unit*unit))
	k.width = min(k.width, columns)
	k.tiles = (columns + k.width - 1) / k.width
	k.rowsAt = [][]int32{everyNth(k.width, k.depth), everyNth(columns-(k.tiles-1)*k.width, k.depth)}
	return kernel{tasks: samples * k.groups * k.tiles * k.bands, scratch: multiplyScratch(k.width) + k.depth*k.width, run: k.run}, nil
}

// everyNth is 0, n, 2n, …
func everyNth(n, count int) []int32 {
	at := make([]int32, count)
	for i := range at {
		at[i] = int32(i * n)
	}
	return at
}

func (k *general) run(task int, arena, scratch []float32) {
	t := k.tile(task)
	rowsAt := k.rowsAt[0]
	if t.n != k.width {
		rowsAt = k.rowsAt[1]
	}
	panel := scratch[:k.depth*t.n]
	perGroup := k.channels / k.groups
	k.fillPanel(panel, arena, k.in.Planes[t.sample*k.channels+t.group*perGroup:][:perGroup], t.column, t.n)
	k.multiply(arena, scratch[len(panel):], k.weights[t.group], panel, rowsAt, t.plane, t.column, t.n, k.out.Width, t.first, t.last)
}

// fillPanel writes columns [px, px+n) of P for one group's planes.
func (k *general) fillPanel(panel, arena []float32, planes []int32, px, n int) {
	for _, off := range planes {
		for u := range k.op.Kernel[0] {
			for v := range k.op.Kernel[1] {
				k.fillRow(panel[:n], arena[off:], px, u*k.op.Dilation[0]-k.op.Pads.Top, v*k.op.Dilation[1]-k.op.Pads.Left)
				panel = panel[n:]
			}
		}
	}
}

// fillRow writes the pixels of a plane that output pixels px, px+1, … meet, at
// the given distance down and right of where their windows begin.
func (k *general) fillRow(dst, plane []float32, px, down, right int) {
	y, x := px/k.out.Width, px%k.out.Width
	for len(dst) > 0 {
		run := min(k.out.Width-x, len(dst))
		if r := y*k.op.Stride[0] + down; r < 0 || r >= k.in.Height {
			clear(dst[:run])
		} else {
			pick(dst[:run], plane[r*k.in.RowStride:][:k.in.Width], x*k.op.Stride[1]+right, k.op.Stride[1])
		}
		dst, y, x = dst[run:], y+1, 0
	}
}
