package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peak is nothing but independent multiply-adds: what a core can do at best. The sums
// go out, so that it can be seen that they were made.
func peak(s isa) {
	TEXT("peak"+s.name, NOSPLIT, "func(x, sum *float32, turns int)")
	declarations = append(declarations, fmt.Sprintf("// peak%s adds the squares of %d floats to sums, %d times a turn.\n//\n//go:noescape\nfunc peak%s(x, sum *float32, turns int)\n", s.name, s.bytes/4, peakChains, s.name))
	x, sum := Mem{Base: Load(Param("x"), GP64())}, Mem{Base: Load(Param("sum"), GP64())}
	left := Load(Param("turns"), GP64())
	acc := make([]reg.VecVirtual, peakChains)
	for i := range acc {
		acc[i] = s.vec()
		VXORPS(acc[i].AsY(), acc[i].AsY(), acc[i].AsY())
	}
	v := s.vec()
	VMOVUPS(x, v)
	Label("loop")
	for i := range acc {
		VFMADD231PS(v, v, acc[i])
	}
	DECQ(left)
	JNZ(LabelRef("loop"))
	for _, a := range acc[1:] {
		VADDPS(a, acc[0], acc[0])
	}
	VMOVUPS(acc[0], sum)
	VZEROUPPER()
	RET()
}

// peakChains is simd.chains.
const peakChains = 12
