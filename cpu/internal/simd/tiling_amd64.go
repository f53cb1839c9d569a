//go:build !noasm

package simd

// transformArgs is what transforms are given; gen/winograd.go knows the order.
type transformArgs struct {
	src       *float32
	rows      [6]int // all in bytes
	column    int
	dst       *float32
	dstRow    int
	dstColumn int
	count     int // registers
}

func (t *transform) args(l Level) transformArgs {
	lanes := l.shape().lanes
	a := transformArgs{src: &t.src[0], column: 4 * t.column, dst: &t.dst[0], dstRow: 4 * t.dstRow, dstColumn: 4 * t.dstColumn,
		count: (t.n + lanes - 1) / lanes}
	for i, at := range t.rows {
		a.rows[i] = 4 * at
	}
	return a
}

func (t *Tiling) input(f *transform) {
	if t.level == Go {
		f.runGo(t.Size(), t.Size(), t.inputLine)
		return
	}
	a := f.args(t.level)
	switch {
	case t.level == AVX512 && t.Size() == 6:
		transformIn6x512(&a)
	case t.level == AVX512:
		transformIn4x512(&a)
	case t.Size() == 6:
		transformIn6x256(&a)
	default:
		transformIn4x256(&a)
	}
}

func (t *Tiling) output(f *transform) {
	if t.level == Go {
		f.runGo(t.Size(), t.Winograd.Out, t.outputLine)
		return
	}
	a := f.args(t.level)
	switch {
	case t.level == AVX512 && t.Size() == 4:
		transformOut4to2x512(&a)
	case t.level == AVX512 && t.Winograd.Out == 2:
		transformOut6to2x512(&a)
	case t.level == AVX512:
		transformOut6to4x512(&a)
	case t.Size() == 4:
		transformOut4to2x256(&a)
	case t.Winograd.Out == 2:
		transformOut6to2x256(&a)
	default:
		transformOut6to4x256(&a)
	}
}

// spreadArgs is what spread… are given; gen/tiles.go knows the order.
type spreadArgs struct {
	src           *float32
	srcStep       int // in bytes
	dst           *float32
	dstStep, size int // in bytes
	rows          int
	blocks        *byte
	count         int
	before, after int // registers of padding
	first         int // where the rows begin, in bytes
}

func (t *Tiling) spreadRows(dst []float32, column int, x []float32, rows, lo, hi int) {
	lanes := t.level.shape().lanes
	a := spreadArgs{src: &x[0], srcStep: 4 * t.in.Pitch * t.Winograd.Out, dst: &dst[0], dstStep: 4 * t.Across, size: 4 * column,
		rows: hi - lo, blocks: &t.blocks[0], count: t.count,
		before: (lo*t.Across + lanes - 1) / lanes, after: ((rows-hi)*t.Across + lanes - 1) / lanes, first: 4 * lo * t.Across}
	switch {
	case t.level == AVX512 && t.Winograd.Out == 4:
		spread6of4x512(&a)
	case t.level == AVX512 && t.Size() == 6:
		spread6of2x512(&a)
	case t.level == AVX512:
		spread4of2x512(&a)
	case t.Winograd.Out == 4:
		spread6of4x256(&a)
	case t.Size() == 6:
		spread6of2x256(&a)
	default:
		spread4of2x256(&a)
	}
}

// gatherArgs is what gather… are given; gen/tiles.go knows the order.
type gatherArgs struct {
	src          *float32
	size         int // in bytes
	rows         int
	dst          *float32
	dstStep      int // in bytes
	add          *float32
	addStep      int // in bytes
	blocks       *byte
	count        int
	bias, lo, hi float32
}

func (t *Tiling) gather(s *Sweep, src []float32, pitch int, g *Segment) {
	a := gatherArgs{src: &src[g.tile], size: 4 * pitch, rows: g.Height, dst: &s.Y[g.Y*t.out.Pitch+g.X], dstStep: 4 * t.out.Pitch,
		blocks: &g.blocks[0], count: g.count, bias: s.Bias, lo: s.Lo, hi: s.Hi}
	if s.Add != nil {
		a.add, a.addStep = &s.Add[g.Y*t.add.Pitch+g.X], 4*t.add.Pitch
	}
	switch {
	case t.level == AVX512 && t.Winograd.Out == 4:
		gather4x512(&a)
	case t.level == AVX512:
		gather2x512(&a)
	case t.Winograd.Out == 4:
		gather4x256(&a)
	default:
		gather2x256(&a)
	}
}
