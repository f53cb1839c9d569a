package cpu

import "github.com/shufflegl/shufflegl/network"

// footprint visits the runs of the arena that a task reads or writes: n floats from at on.
// It may read more than it needs, but writes exactly what it says.
type footprint func(task int, visit func(at, n int))

// rowsOf visits rows [first, last) of the plane at a place.
func rowsOf(v *network.View, plane int32, first, last int, visit func(at, n int)) {
	if first >= last || v.Width < 1 {
		return
	}
	at := int(plane)
	switch {
	case v.ColumnStride > 1 || v.RowStride < 0: // no view has them
		panic("cpu: a view with gaps between columns")
	case v.ColumnStride == 0 && v.Width > 1: // one element stands for a row
		for y := first; y < last; y++ {
			visit(at+y*v.RowStride, 1)
		}
	case v.RowStride == 0:
		visit(at, v.Width)
	case v.RowStride == v.Width:
		visit(at+first*v.RowStride, (last-first)*v.Width)
	default:
		for y := first; y < last; y++ {
			visit(at+y*v.RowStride, v.Width)
		}
	}
}

func wholeOf(v *network.View, visit func(at, n int)) {
	for _, plane := range v.Planes {
		rowsOf(v, plane, 0, v.Height, visit)
	}
}

// readsOf visits all that a step reads, and writesOf all that it writes.
func readsOf(s *network.Step, visit func(at, n int)) {
	for _, v := range viewsRead(s) {
		wholeOf(v, visit)
	}
}

// viewsRead are the views that a step reads.
func viewsRead(s *network.Step) (views []*network.View) {
	for i := range s.Inputs {
		views = append(views, &s.Inputs[i])
	}
	if s.Residual != nil {
		views = append(views, s.Residual)
	}
	if s.Beside != nil {
		views = append(views, &s.Beside.Input)
	}
	return views
}

func writesOf(s *network.Step, visit func(at, n int)) {
	for _, r := range s.Results() {
		wholeOf(r.View, visit)
	}
}

func (l *loading) writes(task int, visit func(at, n int)) {
	for _, i := range l.loaded {
		v := &l.inputs[i].View
		for _, plane := range v.Planes {
			rowsOf(v, plane, v.Height*task/l.tasks, v.Height*(task+1)/l.tasks, visit)
		}
	}
}

func (k *pointwise) reads(task int, visit func(at, n int)) {
	t := k.tile(task)
	for _, plane := range k.planes(&t) {
		visit(int(plane)+t.column, t.n)
	}
	k.readsResidual(task, visit)
}

func (k *pointwise) readsResidual(task int, visit func(at, n int)) {
	if t := k.tile(task); k.residual != nil {
		k.visitTile(&t, k.weights[t.group].Rows, k.residual.Planes, visit)
	}
}

func (k *pointwise) writes(task int, visit func(at, n int)) {
	t := k.tile(task)
	k.visitTile(&t, k.weights[t.group].Rows, k.out.Planes, visit)
}

func (k *fused) reads(op network.Window) footprint {
	return func(task int, visit func(at, n int)) {
		t := k.tile(task)
		top, bottom := rowsMet(&op, t.column/k.out.Width, (t.column+t.n-1)/k.out.Width+1, k.in.Height)
		for _, plane := range k.in.Planes[t.sample*k.channels+t.group*k.depth:][:k.depth] {
			rowsOf(&k.in, plane, top, bottom, visit)
		}
		if k.residual != nil {
			k.visitTile(&t, k.weights[t.group].Rows, k.residual.Planes, visit)
		}
	}
}

func (k *fused) writes(task int, visit func(at, n int)) {
	t := k.tile(task)
	k.visitTile(&t, k.weights[t.group].Rows, k.out.Planes, visit)
}

func (k *pooled) reads(task int, visit func(at, n int)) {
	group, y0, y1 := k.task(task)
	if first, last := rowsMet(&k.op.Window, y0, y1, k.in.Height); first < last {
		k.conv.visitRows(k.conv.in.Planes[group*k.depth:][:k.depth], first, last, visit)
	}
	if k.residual != nil {
		k.visit(k.residual, group, y0, y1, visit)
	}
}

func (k *pooled) writes(task int, visit func(at, n int)) {
	group, y0, y1 := k.task(task)
	k.visit(&k.out, group, y0, y1, visit)
}

// visit visits rows of all of a group's planes.
func (k *pooled) visit(v *network.View, group, y0, y1 int, visit func(at, n int)) {
	for _, plane := range v.Planes[group*len(k.planes):][:len(k.planes)] {
		rowsOf(v, plane, y0, y1, visit)
	}
}

func (k *pooledDirect) reads(task int, visit func(at, n int)) {
	group, y0, y1 := k.task(task)
	if first, last := rowsMet(&k.pool, y0, y1, k.between); first < last {
		k.conv.visitRows(k.conv.in.Planes[group*k.depth:][:k.depth], first, last, visit)
	}
}

func (k *pooledDirect) writes(task int, visit func(at, n int)) {
	group, y0, y1 := k.task(task)
	for _, plane := range k.out.Planes[group*k.planes:][:k.planes] {
		rowsOf(&k.out, plane, y0, y1, visit)
	}
}

func (k *fullyConnected) reads(task int, visit func(at, n int)) {
	t := k.tile(task)
	for _, plane := range k.in.Planes[t.sample*k.depth:][:k.depth] {
		visit(int(plane), 1)
	}
	if k.residual != nil {
		k.visitTile(&t, k.weights[0].Rows, k.residual.Planes, visit)
	}
}

func (k *fullyConnected) writes(task int, visit func(at, n int)) {
	t := k.tile(task)
	k.visitTile(&t, k.weights[0].Rows, k.out.Planes, visit)
}

func (k *fullyConnectedCompact) reads(task int, visit func(at, n int)) {
	sample, block := k.part(task)
	for _, plane := range k.in.Planes[sample*k.depth:][:k.depth] {
		visit(int(plane), 1)
	}
	if k.residual != nil {
		k.visitBlock(sample, block, k.residual.Planes, visit)
	}
}

func (k *fullyConnectedCompact) writes(task int, visit func(at, n int)) {
	sample, block := k.part(task)
	k.visitBlock(sample, block, k.out.Planes, visit)
}

func (k *fullyConnectedCompact) visitBlock(sample, block int, planes []int32, visit func(at, n int)) {
	from, to := k.weights.Rows(block)
	for _, plane := range planes[sample*k.rows+from : sample*k.rows+to] {
		visit(int(plane), 1)
	}
}

func (*grid) visitTile(t *tile, rows func(first, last int) (from, to int), planes []int32, visit func(at, n int)) {
	from, to := rows(t.first, t.last)
	for _, plane := range planes[t.plane+from : t.plane+to] {
		visit(int(plane)+t.column, t.n)
	}
}

// rowsMet are the rows of a map of the given height that a window meets which makes rows
// [y0, y1).
func rowsMet(op *network.Window, y0, y1, height int) (top, bottom int) {
	top = max(0, y0*op.Stride[0]-op.Pads.Top)
	bottom = min(height, (y1-1)*op.Stride[0]-op.Pads.Top+(op.Kernel[0]-1)*op.Dilation[0]+1)
	return top, bottom
}

// reads visits what the rows of a task's sums meet.
func (s *slider) reads(in, out network.View, op network.Window) footprint {
	return func(task int, visit func(at, n int)) {
		y0, y1, first, last := s.task(task, out)
		top, bottom := rowsMet(&op, y0, y1, in.Height)
		for _, plane := range s.from[first:last] {
			rowsOf(&in, plane, top, bottom, visit)
		}
	}
}

func (s *slider) writes(out network.View) footprint {
	return func(task int, visit func(at, n int)) {
		y0, y1, first, last := s.task(task, out)
		for _, plane := range out.Planes[first:last] {
			rowsOf(&out, plane, y0, y1, visit)
		}
	}
}

// planewise is the footprint of tasks that each have some planes, of a view that has as
// many as there are items.
func planewise(v network.View, chunk int) footprint {
	return func(task int, visit func(at, n int)) {
		for _, plane := range v.Planes[task*chunk : min((task+1)*chunk, len(v.Planes))] {
			rowsOf(&v, plane, 0, v.Height, visit)
		}
	}
}

func (k *depthwise) windowReads(task int, visit func(at, n int)) {
	for plane := task * k.chunk; plane < min((task+1)*k.chunk, k.items); plane++ {
		from, _ := k.item(plane)
		rowsOf(&k.in, from, 0, k.in.Height, visit)
	}
}

func (k *general) reads(task int, visit func(at, n int)) {
	task /= k.split
	y, task := task%k.bands*k.band, task/k.bands
	sample, group := task/len(k.weights), task%len(k.weights)
	n := min(k.band, k.out.Height-y)
	k.visitRows(k.in.Planes[sample*k.channels+group*k.perGroup:][:k.perGroup], y, y+n, visit)
	if k.residual != nil {
		k.visit(task, y, n, k.residual, visit)
	}
}

func (k *general) writes(task int, visit func(at, n int)) {
	part, task := task%k.split, task/k.split
	y, task := task%k.bands*k.band, task/k.bands
	w := k.weights[task%len(k.weights)]
	from, to := w.Rows(part*w.Panels()/k.split, (part+1)*w.Panels()/k.split)
	for _, plane := range k.out.Planes[task*w.Height()+from : task*w.Height()+to] {
		rowsOf(&k.out, plane, y, min(y+k.band, k.out.Height), visit)
	}
}

// visit visits rows of all of a group's planes, more than a part of it adds to.
func (k *general) visit(group, y, n int, v *network.View, visit func(at, n int)) {
	rows := k.weights[0].Height()
	for _, plane := range v.Planes[group*rows:][:rows] {
		rowsOf(v, plane, y, y+n, visit)
	}
}
