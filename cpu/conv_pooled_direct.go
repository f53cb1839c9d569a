package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// pooledDirect is a stem as most networks have it, a convolution by two pixels, ReLU and a
// maximum of 3x3 by two pixels, in one pass: there is no map between the two.
type pooledDirect struct {
	epilogue
	rowParts
	conv          phases         // of the convolution: where its input is
	pool          network.Window // and the rows of the map between
	between       int
	groups        []*simd.Pooled
	depth, planes int // of a group
	floor, lo, hi float32
}

// directForm is how a convolution and the pool behind it are done in one pass; not ok if they are not.
func directForm(level simd.Level, f *network.Prior, op network.Pool, in, out network.View) (form simd.PooledForm, ok bool) {
	window, pool, once := f.Op.Normal(), op.Normal(), [2]int{1, 1}
	size, by2 := window.Kernel[0], [2]int{2, 2}
	if f.First != nil || f.Act.Fn != network.FnClamp || f.Act.A < 0 || op.Reduce != network.Max ||
		window.Kernel[1] != size || pool.Kernel != [2]int{3, 3} || window.Stride != by2 || pool.Stride != by2 ||
		window.Dilation != once || pool.Dilation != once {
		return form, false
	}
	form = simd.PooledForm{X: planeOf(in), Z: planeOf(flatView(f.Shape)), Y: planeOf(out), Depth: in.Shape[1] / f.Op.G(), Size: size,
		Conv: [2]int{window.Pads.Top, window.Pads.Left}, Pool: [2]int{pool.Pads.Top, pool.Pads.Left}}
	return form, level.Pools(form)
}

// newPooledDirect reports false for forms that it cannot do.
func newPooledDirect(s *network.Step, op network.Pool, threads int, level simd.Level) (kernel, bool) {
	f := s.First
	form, ok := directForm(level, f, op, s.Inputs[0], s.Output)
	if !ok || s.Residual != nil {
		return kernel{}, false
	}
	n := f.Op.G()
	k := &pooledDirect{epilogue: newEpilogue(s), pool: op.Normal(), between: f.Shape[2], depth: form.Depth, planes: f.Shape[1] / n,
		rowParts: rowParts{1, s.Output.Height}}
	k.conv = newPhases(s.Inputs[0], flatView(f.Shape), f.Op.Normal(), 0)
	// The convolution's clamp may be done after the maximum, with the pool's.
	lo, hi, _ := k.bounds()
	k.floor, k.lo, k.hi = f.Act.A, min(max(f.Act.A, lo), hi), min(max(f.Act.B, lo), hi)
	weights := k.planes * k.depth * form.Size * form.Size
	for g := range n {
		var bias []float32
		if f.Bias != nil {
			bias = f.Bias.Data[g*k.planes:][:k.planes]
		}
		k.groups = append(k.groups, simd.NewPooled(level, form, f.Weights.Data[g*weights:][:weights], bias))
	}
	if threads > 1 {
		k.parts = max(1, min(s.Output.Height/fewestPooled, 2*threads))
	}
	return kernel{tasks: len(s.Output.Planes) / k.planes * k.parts, run: k.run, scratch: k.groups[0].Scratch(),
		reads: k.reads, writes: k.writes, phases: &k.conv}, true
}

func (k *pooledDirect) run(task int, arena, scratch []float32) {
	group, y0, y1 := k.task(task)
	to := k.out.Planes[group*k.planes:][:k.planes]
	k.groups[group%len(k.groups)].Run(&simd.PooledPlanes{X: k.conv.source(arena), From: k.conv.in.Planes[group*k.depth:][:k.depth], Pitch: k.conv.in.RowStride,
		Y: arena, To: to, Floor: k.floor, Lo: k.lo, Hi: k.hi}, y0, y1, scratch)
	if _, _, after := k.bounds(); after {
		k.activate(arena, to, y0, y1)
	}
}
