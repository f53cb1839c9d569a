package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

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

// InOnePass reports whether AVX2 does a convolution and its pool in one pass.
func InOnePass(s *network.Step) bool {
	if s.Kernel != network.ConvPooled {
		return false
	}
	_, ok := directForm(simd.AVX2, s.First, s.Op.(network.Pool), s.Inputs[0], s.Output)
	return ok && s.Residual == nil
}
