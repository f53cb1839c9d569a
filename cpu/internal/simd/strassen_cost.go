package simd

// strassenCost is what Strassen's algorithm costs, as parts of a product's time: per row of the matrix,
// as rows share the sums of a column; per sum's length, as each has a beginning and an end, where what
// is added comes late; per column, as weights are 7/4 as many, and come from far away; and for
// columns left over. Measured on a Zen 3 and a Zen 5 (see RATIONALE.md).
type strassenCost struct{ rows, depth, residual, weights, left float64 }

var strassenCosts = map[Level]strassenCost{
	AVX2:   {rows: 2.7, depth: 3.5, residual: 3, weights: 6, left: 0.5},
	AVX512: {rows: 2.7, depth: 2.6, residual: 1.2, weights: 3, left: 1.7},
}

const (
	strassenSaves = 1. / 8
	strassenLeast = 0.025 // that must be saved
)

// fewestPaired is how many rows there are at least, so that pairs of panels have four each, and AVX-512's
// first one six.
func (l Level) fewestPaired() int {
	if l == AVX512 {
		return 32
	}
	return 16
}

// Sizes are what decides how products are done.
type Sizes struct {
	Rows, Depth int  // of the matrix
	Columns     int  // about so many at a time
	Residual    bool // whether something is added
}

// Strassen reports whether products are by Strassen's algorithm. Columns left over are by plain sums.
func (l Level) Strassen(s Sizes) bool {
	cost, ok := strassenCosts[l]
	if !ok || s.Rows%2 != 0 || s.Depth%2 != 0 || s.Rows < l.fewestPaired() || s.Columns < 2*l.Tile() {
		return false
	}
	if s.Residual {
		cost.depth += cost.residual
	}
	columns, left := float64(s.Columns), s.Columns%(2*l.Tile())
	if l.tail(left) {
		left = 0
	}
	if l == AVX512 { // which has registers for them
		left = (left + l.shape().lanes - 1) / l.shape().lanes * l.shape().lanes
	}
	saved := strassenSaves*(1-float64(left)/columns) - cost.rows/float64(s.Rows) - cost.depth/float64(s.Depth) - (cost.weights+cost.left*float64(left))/columns
	return saved > strassenLeast
}
