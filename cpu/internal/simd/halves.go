package simd

// Halves takes rows of one form apart into every other pixel and those between, as
// windows that move by two pixels meet them. It begins at some column, which may be
// before the row's first; pixels outside the row are zeros.
type Halves struct {
	level     Level
	column, n int
	blocks    []byte
	count     int
}

// NewHalves makes Halves of n pixels each of rows of so many, from the given column on;
// nil if the level has none.
func NewHalves(level Level, width, column, n int) *Halves {
	if !hasSlides(level) {
		return nil
	}
	h := &Halves{level: level, column: column, n: n}
	lanes := level.shape().lanes
	for i := 0; i < n; i += lanes {
		for _, first := range []int{column + 2*i, column + 2*i + lanes} {
			h.blocks = level.laneMask(h.blocks, func(lane int) bool { return first+lane >= 0 && first+lane < width })
		}
		h.blocks = align(level.laneMask(h.blocks, func(lane int) bool { return i+lane < n }))
		h.count++
	}
	return h
}
