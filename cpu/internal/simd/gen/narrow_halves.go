package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// narrowHalves is halves for AVX2, whose blocks are three masks of words.
func narrowHalves() {
	a := args("narrowHalves", "narrowHalves takes rows apart into every other pixel and the others.", "halvesArgs")
	s := &strip{a: a}
	x, even, odd := s.field(halvesX), s.field(halvesEven), s.field(halvesOdd)
	ADDQ(a.Offset(halvesAt), x)
	pitch, to, rows := s.field(halvesPitch), s.field(halvesTo), s.field(halvesRows)
	Label("row")
	block, count := s.field(halvesBlocks), s.field(halvesCount)
	at, place := GP64(), GP64()
	MOVQ(x, at)
	XORQ(place, place)
	Label("block")
	masks, v := ymms(3), ymms(2)
	for i := range masks {
		VMOVUPS(Mem{Base: block, Disp: 32 * i}, masks[i])
	}
	for i := range v {
		VMASKMOVPS(Mem{Base: at, Disp: 32 * i}, masks[i], v[i])
	}
	bits := GP32()
	VMOVMSKPS(masks[2], bits)
	halves := ymms(2)
	for i, which := range []uint64{0x88, 0xdd} {
		VSHUFPS(Imm(which), v[1], v[0], halves[i])
		inOrder(halves[i])
	}
	places := []Mem{{Base: even, Index: place, Scale: 1}, {Base: odd, Index: place, Scale: 1}}
	CMPL(bits, Imm(0xff)) // masked stores are slow
	JNE(LabelRef("part"))
	for i, h := range halves {
		VMOVUPS(h, places[i])
	}
	JMP(LabelRef("stored"))
	Label("part")
	for i, h := range halves {
		VMASKMOVPS(h, masks[2], places[i])
	}
	Label("stored")
	ADDQ(Imm(64), at)
	ADDQ(Imm(32), place)
	ADDQ(Imm(3*32), block)
	DECQ(count)
	JNZ(LabelRef("block"))
	ADDQ(pitch, x)
	ADDQ(to, even)
	ADDQ(to, odd)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}
