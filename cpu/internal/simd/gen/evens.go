package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// evens is the inner loop of Evens: 8 floats a turn.
func evens() {
	TEXT("evens", NOSPLIT, "func(dst, src *float32, turns int)")
	declarations = append(declarations, "// evens copies every other float, 8 a turn.\n//\n//go:noescape\nfunc evens(dst, src *float32, turns int)\n")
	dst, src := Mem{Base: Load(Param("dst"), GP64())}, Mem{Base: Load(Param("src"), GP64())}
	left := Load(Param("turns"), GP64())
	Label("loop")
	a := YMM()
	VMOVUPS(src, a)
	VSHUFPS(Imm(0x88), src.Offset(32), a, a)
	VPERMPD(Imm(0xd8), a, a)
	VMOVUPS(a, dst)
	ADDQ(Imm(64), src.Base)
	ADDQ(Imm(32), dst.Base)
	DECQ(left)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
