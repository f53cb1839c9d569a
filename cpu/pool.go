package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
)

// pool slides a window over each plane. As in depthwise, each place of the window
// meets a whole row at once, and what would lie outside the map is left out.
type pool struct {
	epilogue
	in           network.View
	op           network.Pool
	band, bands  int
	items, chunk int

	rowCount, columnCount []float32 // pixels that count for an average, by output row and column
}

func newPool(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.Pool)
	if !ok {
		return kernel{}, errOperator
	}
	op.Window = op.Normal()
	k := &pool{epilogue: newEpilogue(s), in: s.Inputs[0], op: op}
	k.rowCount = counted(op, 0, k.in.Height, k.out.Height, op.Pads.Top, op.Pads.Bottom)
	k.columnCount = counted(op, 1, k.in.Width, k.out.Width, op.Pads.Left, op.Pads.Right)
	k.band, k.bands = bandsOf(s.Output)
	k.items = len(s.Output.Planes) * k.bands
	var tasks int
	tasks, k.chunk = chunks(k.items, threads)
	return kernel{tasks: tasks, scratch: k.band * s.Output.Width, run: k.run}, nil
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

func (k *pool) run(task int, arena, scratch []float32) {
	for item := task * k.chunk; item < min((task+1)*k.chunk, k.items); item++ {
		plane, first := item/k.bands, item%k.bands*k.band
		last := min(first+k.band, k.out.Height)
		acc := scratch[:(last-first)*k.out.Width]
		for y := first; y < last; y++ {
			k.row(acc[(y-first)*k.out.Width:][:k.out.Width], arena[k.in.Planes[plane]:], y)
		}
		k.store(arena, plane, first*k.out.Width, k.out.Width, acc)
	}
}

// row computes row y of an output plane.
func (k *pool) row(acc, plane []float32, y int) {
	start, add := float32(0), addPixels
	if k.op.Reduce == network.Max {
		start, add = float32(math.Inf(-1)), maxPixels
	}
	for i := range acc {
		acc[i] = start
	}
	for u := range k.op.Kernel[0] {
		r := y*k.op.Stride[0] - k.op.Pads.Top + u*k.op.Dilation[0]
		if r < 0 || r >= k.in.Height {
			continue
		}
		row := plane[r*k.in.RowStride:][:k.in.Width]
		for v := range k.op.Kernel[1] {
			shift := v*k.op.Dilation[1] - k.op.Pads.Left
			if lo, hi := reach(len(row), len(acc), k.op.Stride[1], shift); lo < hi {
				add(acc[lo:hi], row[lo*k.op.Stride[1]+shift:], k.op.Stride[1])
			}
		}
	}
	if k.op.Reduce == network.Average {
		for i := range acc {
			acc[i] /= max(k.rowCount[y]*k.columnCount[i], 1)
		}
	}
}

func addPixels(acc, row []float32, stride int) {
	for i := range acc {
		acc[i] += row[i*stride]
	}
}

func maxPixels(acc, row []float32, stride int) {
	for i := range acc {
		acc[i] = max(acc[i], row[i*stride])
	}
}
