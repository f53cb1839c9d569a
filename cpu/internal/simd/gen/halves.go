package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// Fields of halvesArgs, and of a block: masks of two registers of pixels, and of the
// one that is stored.
const (
	halvesX = 8 * iota
	halvesAt
	halvesPitch
	halvesEven
	halvesOdd
	halvesTo
	halvesRows
	halvesBlocks
	halvesCount

	halvesBlock = 8
)

// halves takes rows apart into pixels of even and of odd columns.
func halves() {
	a := args("halves", "halves takes rows apart into every other pixel and the others.", "halvesArgs")
	s := &strip{a: a}
	x, even, odd := s.field(halvesX), s.field(halvesEven), s.field(halvesOdd)
	ADDQ(a.Offset(halvesAt), x)
	pitch, to, rows := s.field(halvesPitch), s.field(halvesTo), s.field(halvesRows)
	evens, odds := evenOdd("halves")
	Label("row")
	block, count := s.field(halvesBlocks), s.field(halvesCount)
	at, place := GP64(), GP64()
	MOVQ(x, at)
	XORQ(place, place)
	Label("block")
	v, e, o := zmms(2), ZMM(), ZMM()
	for i := range v {
		k := K()
		KMOVW(Mem{Base: block, Disp: 2 * i}, k)
		VMOVUPS_Z(Mem{Base: at, Disp: 64 * i}, k, v[i])
	}
	k := K()
	KMOVW(Mem{Base: block, Disp: 4}, k)
	VMOVAPS(evens, e)
	VPERMI2PS(v[1], v[0], e)
	VMOVAPS(odds, o)
	VPERMI2PS(v[1], v[0], o)
	VMOVUPS(e, k, Mem{Base: even, Index: place, Scale: 1})
	VMOVUPS(o, k, Mem{Base: odd, Index: place, Scale: 1})
	ADDQ(Imm(128), at)
	ADDQ(Imm(64), place)
	ADDQ(Imm(halvesBlock), block)
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
