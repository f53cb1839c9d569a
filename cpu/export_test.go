package cpu

import "github.com/shufflegl/shufflegl/cpu/internal/simd"

// AtLevel makes a backend use only some of the machine's instructions.
func AtLevel(b *Backend, level simd.Level) *Backend {
	b.level = level
	return b
}

// Preferring makes a backend use a Winograd algorithm wherever it can.
func Preferring(b *Backend, w simd.Winograd) *Backend {
	b.prefer = &w
	return b
}
