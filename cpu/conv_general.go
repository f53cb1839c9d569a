package cpu

import "github.com/shufflegl/shufflegl/network"

// general is any convolution, as a matrix product by groups:
//
//	Y [M/G × H'W'] = W [M/G × C/G·kH·kW] · P [C/G·kH·kW × H'W']
//
// Row (c,u,v) of P holds, for every output pixel, the input pixel that weight
// (c,u,v) meets ("im2col"; Chellapilla and others, High Performance
// Convolutional Neural Networks for Document Processing, 2006, section 3). Only
// a tile of P's columns exists at a time.
type general struct {
	epilogue
	grid
	in       network.View
	op       network.Window
	channels int
	w, bias  []float32
	rowsAt   [][]int32 // where the rows of a panel are, for each width of tiles
	depth    int
}

func newGeneral(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	if !ok {
		return kernel{}, errOperator
	}
	samples, channels, _, _ := s.Inputs[0].NCHW()
	m, size := s.Weights.Shape[0], s.Weights.Shape.Size()
	k := &general{epilogue: newEpilogue(s), in: s.Inputs[0], op: op.Normal(), channels: channels,
		w: s.Weights.Data, bias: biasOf(s), depth: size / m}
	columns := s.Output.Height * s.Output.Width
	var tasks int
	k.grid, tasks = newGrid(samples, op.G(), m/op.G(), columns, k.depth, threads)
	k.rowsAt = [][]int32{everyNth(k.width, k.depth), everyNth(columns-(k.tiles-1)*k.width, k.depth)}
	return kernel{tasks: tasks, scratch: (rowBlock + k.depth) * k.width, run: k.run}, nil
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
	sample, group, px, n, first, last := k.tile(task)
	rowsAt := k.rowsAt[0]
	if n != k.width {
		rowsAt = k.rowsAt[1]
	}
	panel := scratch[:k.depth*n]
	tile := scratch[k.depth*n:]
	perGroup := k.channels / k.groups
	k.fillPanel(panel, arena, k.in.Planes[sample*k.channels+group*perGroup:][:perGroup], px, n)
	group *= k.rows
	for m := first; m < last; m += rowBlock {
		rows := min(rowBlock, last-m)
		fillRows(tile, n, k.bias, group+m, group+m+rows)
		accumulate(tile, rows, n, k.w[(group+m)*k.depth:], panel, rowsAt)
		for i := range rows {
			k.store(arena, sample*k.groups*k.rows+group+m+i, px, k.out.Width, tile[i*n:(i+1)*n])
		}
	}
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
