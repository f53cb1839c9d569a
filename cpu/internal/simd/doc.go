// Package simd holds the inner loops of the CPU backend: matrix products whose
// operands' rows lie anywhere, and windows that slide over planes. On amd64 they
// are assembly, for AVX-512 and for AVX2 with FMA; elsewhere, and with the build
// tag noasm, the same algorithms in Go.
//
// The assembly is written by the program in gen. Functions are leaves: they call
// nothing, use no stack, and never use or write a float outside the rows and pixels
// they are given, for which they use masks. But a mask is quick only where there is
// memory behind it: a register that reaches into a page that is not mapped, or was
// never touched, costs about 200 ns. And slides load all of a register before they
// mask it. So keep planes some 4 KiB away from the ends of what was allocated.
package simd

//go:generate sh -c "cd gen && go run . -set kernels -out ../kernels_amd64.s -pkg simd"
//go:generate sh -c "cd gen && go run . -set winograd -out ../winograd_amd64.s -pkg simd"
//go:generate sh -c "cd gen && go run . -set norm -out ../norm_amd64.s -pkg simd"
//go:generate sh -c "cd gen && go run . -set narrow -out ../narrow_amd64.s -pkg simd"
//go:generate sh -c "cd gen && go run . -set compact -out ../compact_amd64.s -pkg simd"
//go:generate sh -c "cd gen && go run . -set strassen -out ../strassen_amd64.s -pkg simd"
//go:generate sh -c "cd gen && go run . -set pooled -out ../pooled_amd64.s -pkg simd"
