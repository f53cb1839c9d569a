package simd

// Level is a set of instructions.
type Level int

const (
	Go     Level = iota // none but the compiler's
	AVX2                // with FMA
	AVX512              // F, BW, DQ and VL, with BMI2
)

func (l Level) String() string { return [...]string{"Go", "AVX2", "AVX-512"}[l] }

// Levels lists what this machine can do, the best last.
func Levels() []Level { return levels() }

// Best is the best of Levels.
func Best() Level {
	l := levels()
	return l[len(l)-1]
}

// shape is the size of a level's tiles: rows of weights, pixels in a register, and
// registers of pixels side by side.
type shape struct{ height, lanes, width int }

func (l Level) shape() shape {
	return [...]shape{Go: {4, 4, 1}, AVX2: {6, 8, 2}, AVX512: {8, 16, 3}}[l]
}
