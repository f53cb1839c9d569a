package cpu

import "unsafe"

// margin is the memory kept around arenas and scratch, in floats: kernels read
// registers of which only the lanes inside count, and that is slow where the rest
// is in a page that does not exist.
const margin = 1 << 10

// newArena allocates n floats with margins, at a multiple of a cache line.
func newArena(n int) []float32 {
	all := make([]float32, n+2*margin+lineFloats)
	for i := 0; i < len(all); i += margin / 2 {
		all[i] = 0 // a page exists once it was written
	}
	all[len(all)-1] = 0
	start := margin
	for uintptr(unsafe.Pointer(&all[start]))%(4*lineFloats) != 0 {
		start++
	}
	return all[start : start+n : start+n]
}

const lineFloats = 16

// memory is all arenas, one behind the other, so that what one share reads may be in
// another's: a place in the whole is one number.
type memory struct {
	all    []float32
	stride int // from arena to arena
	floats int // of an arena
}

// newMemory is memory for arenas of n floats each, which allocate makes.
func newMemory(floats int) *memory {
	stride := floats + 2*margin
	return &memory{floats: floats, stride: stride + -stride&(4*lineFloats-1)}
}

func (m *memory) allocate(arenas int) {
	m.all = newArena(arenas * m.stride)
}

func (m *memory) arena(i int) []float32 {
	at := i * m.stride
	return m.all[at : at+m.floats : at+m.floats]
}
