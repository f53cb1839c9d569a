package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of quartersArgs.
const (
	quartersX = 8 * iota
	quartersPitch
	quartersTo
	quartersRow    = quartersTo + 4*8
	quartersRows   = quartersRow + 8
	quartersBlocks = quartersRow + 16
)

// quarters takes rows apart into every fourth pixel, from the first, the second, the third and the
// fourth on, four registers of pixels at a time.
func quarters(s isa) {
	name := "quarters" + s.name
	a := args(name, name+" takes rows apart into every fourth pixel.", "quartersArgs")
	t := &strip{a: a}
	var orders []reg.VecVirtual
	if s.bytes == 64 {
		orders = fourths(s, name)
	}
	x, pitch, row, rows := t.field(quartersX), t.field(quartersPitch), t.field(quartersRow), t.field(quartersRows)
	var to [4]reg.GPVirtual
	for i := range to {
		to[i] = t.field(quartersTo + 8*i)
	}
	Label("row")
	at, place, count := GP64(), GP64(), t.field(quartersBlocks)
	MOVQ(x, at)
	XORQ(place, place)
	Label("block")
	v, taken := make([]reg.VecVirtual, 4), []reg.VecVirtual(nil)
	for i := range v {
		v[i] = s.vec()
	}
	if s.bytes == 64 {
		for i := range v {
			VMOVUPS(Mem{Base: at, Disp: 64 * i}, v[i])
		}
		taken = take(s, v, orders)
	} else {
		for i := range v { // pixels 4i…4i+3, and 16+4i… in the upper half
			VMOVUPS(Mem{Base: at, Disp: 16 * i}, v[i].AsX())
			VINSERTF128(Imm(1), Mem{Base: at, Disp: 16*i + 64}, v[i], v[i])
		}
		taken = transposed(v)
	}
	for i, q := range taken {
		VMOVUPS(q, Mem{Base: to[i], Index: place, Scale: 1})
	}
	ADDQ(U32(4*s.bytes), at)
	ADDQ(Imm(uint64(s.bytes)), place)
	DECQ(count)
	JNZ(LabelRef("block"))
	ADDQ(pitch, x)
	for i := range to {
		ADDQ(row, to[i])
	}
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}
