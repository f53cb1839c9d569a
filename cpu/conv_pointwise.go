package cpu

import "github.com/shufflegl/shufflegl/network"

// pointwise is a 1×1 convolution: for each sample and group the matrix product
//
//	Y [M/G × HW] = W [M/G × C/G] · X [C/G × HW]
//
// whose right-hand rows are the input's planes where they lie. Where rows of
// pixels have gaps between them, the gaps are computed too and not stored.
type pointwise struct {
	epilogue
	grid
	in       network.View
	channels int // of the input, C
	depth    int // C/G
	w, bias  []float32
	pitch    int
}

func newPointwise(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.Conv)
	if !ok || !op.Pointwise() {
		return kernel{}, errOperator
	}
	in := s.Inputs[0]
	samples, channels, h, w := in.NCHW()
	k := &pointwise{epilogue: newEpilogue(s), in: in, channels: channels, depth: channels / op.G(),
		w: s.Weights.Data, bias: biasOf(s), pitch: in.RowStride}
	if h == 1 {
		k.pitch = w
	}
	columns := (h-1)*k.pitch + w
	var tasks int
	k.grid, tasks = newGrid(samples, op.G(), s.Weights.Shape[0]/op.G(), columns, k.depth, threads)
	if columns < fewColumns {
		return kernel{tasks: tasks, scratch: (rowBlock + k.depth) * k.width, run: k.runDots}, nil
	}
	return kernel{tasks: tasks, scratch: rowBlock * k.width, run: k.run}, nil
}

func biasOf(s *network.Step) []float32 {
	if s.Bias == nil {
		return nil
	}
	return s.Bias.Data
}

func (k *pointwise) run(task int, arena, scratch []float32) {
	sample, group, px, n, first, last := k.tile(task)
	planes := k.in.Planes[sample*k.channels+group*k.depth:][:k.depth]
	group *= k.rows
	for m := first; m < last; m += rowBlock {
		rows := min(rowBlock, last-m)
		fillRows(scratch, n, k.bias, group+m, group+m+rows)
		accumulate(scratch, rows, n, k.w[(group+m)*k.depth:], arena[px:], planes)
		k.storeRows(arena, scratch, sample, group+m, rows, px, n)
	}
}

// runDots is run for maps of few pixels, whose columns it copies together first.
func (k *pointwise) runDots(task int, arena, scratch []float32) {
	sample, group, px, n, first, last := k.tile(task)
	columns := scratch[:n*k.depth]
	scratch = scratch[n*k.depth:]
	for c, off := range k.in.Planes[sample*k.channels+group*k.depth:][:k.depth] {
		for j, v := range arena[int(off)+px:][:n] {
			columns[j*k.depth+c] = v
		}
	}
	group *= k.rows
	for m := first; m < last; m += rowBlock {
		rows := min(rowBlock, last-m)
		fillRows(scratch, n, k.bias, group+m, group+m+rows)
		accumulateDots(scratch, rows, n, k.depth, k.w[(group+m)*k.depth:], columns)
		k.storeRows(arena, scratch, sample, group+m, rows, px, n)
	}
}

func (k *pointwise) storeRows(arena, tile []float32, sample, channel, rows, px, n int) {
	plane := sample*k.groups*k.rows + channel
	for i := range rows {
		k.store(arena, plane+i, px, k.pitch, tile[i*n:(i+1)*n])
	}
}
