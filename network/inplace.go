package network

// overwrite lets a step that adds a residual write its output over it, where nothing
// else reads that buffer then or later: a chain of residual units keeps one map in the
// caches instead of two.
func (s *scheduler) overwrite() {
	if !s.opt.InPlace || s.opt.Guard > 0 {
		return
	}
	uses := map[*buffer]int{} // operands that read a buffer at its last level
	residuals := make([]*buffer, len(s.steps))
	for i := range s.steps {
		l := &s.steps[i]
		for _, a := range l.reads() {
			var last *buffer
			for _, r := range a.refs {
				if root, _ := r.buf.root(0); root != last && root.lastLevel == l.step.Level {
					uses[root]++
					last = root
				}
			}
		}
		if l.residual != nil && l.beside == nil {
			residuals[i] = l.residual.whole()
		}
	}
	for i, from := range residuals {
		l := &s.steps[i]
		if from == nil || from.fixed || from.lastLevel != l.step.Level || uses[from] != 1 || !l.writes.likes(from) {
			continue
		}
		switch l.step.Kernel {
		case ConvPointwise, ConvDepthwise, ConvGeneral, ConvFused:
			l.writes.parent = from
			root, _ := from.root(0)
			root.lastLevel = max(root.lastLevel, l.writes.lastLevel)
		}
	}
}

// likes reports whether b can be another buffer.
func (b *buffer) likes(o *buffer) bool {
	return b.parent == nil && b.planes == o.planes && b.samples == o.samples && b.height == o.height &&
		b.width == o.width && b.rowStride == o.rowStride && b.planeStride == o.planeStride
}
