package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// copyRuns copies runs of floats, most of them a row or less, to the same places.
func copyRuns() {
	TEXT("copyRuns", NOSPLIT, "func(dst, src *float32, runs *byte, n int)")
	declarations = append(declarations, "// copyRuns copies n runs of floats from src to the same places of dst.\n//\n//go:noescape\nfunc copyRuns(dst, src *float32, runs *Run, n int)\n")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	runs, count := Load(Param("runs"), GP64()), Load(Param("n"), GP64())
	Label("run")
	from, to, left, v := GP64(), GP64(), GP64(), YMM()
	MOVLQSX(Mem{Base: runs}, left)
	LEAQ(Mem{Base: src, Index: left, Scale: 4}, from)
	LEAQ(Mem{Base: dst, Index: left, Scale: 4}, to)
	MOVLQSX(Mem{Base: runs, Disp: 4}, left)
	SUBQ(Imm(8), left)
	JL(LabelRef("few"))
	Label("eight")
	VMOVUPS(Mem{Base: from}, v)
	VMOVUPS(v, Mem{Base: to})
	ADDQ(Imm(32), from)
	ADDQ(Imm(32), to)
	SUBQ(Imm(8), left)
	JGE(LabelRef("eight"))
	ADDQ(Imm(8), left)
	JZ(LabelRef("next"))
	// What is left, with floats before it once more.
	VMOVUPS(Mem{Base: from, Index: left, Scale: 4, Disp: -32}, v)
	VMOVUPS(v, Mem{Base: to, Index: left, Scale: 4, Disp: -32})
	JMP(LabelRef("next"))
	Label("few")
	ADDQ(Imm(8), left)
	JZ(LabelRef("next"))
	Label("one")
	VMOVSS(Mem{Base: from}, v.AsX())
	VMOVSS(v.AsX(), Mem{Base: to})
	ADDQ(Imm(4), from)
	ADDQ(Imm(4), to)
	DECQ(left)
	JNZ(LabelRef("one"))
	Label("next")
	ADDQ(Imm(12), runs)
	DECQ(count)
	JNZ(LabelRef("run"))
	VZEROUPPER()
	RET()
}
