package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// inFours does a loop's turns four at a time, after the one, two or three that are left over: a
// neighbour on the same core takes its part of what is decoded.
func inFours(label string, left reg.GPVirtual, turns func(count int)) {
	SHRQ(Imm(1), left)
	JCC(LabelRef(label + "even"))
	turns(1)
	Label(label + "even")
	SHRQ(Imm(1), left)
	JCC(LabelRef(label + "four"))
	turns(2)
	Label(label + "four")
	TESTQ(left, left)
	JZ(LabelRef(label + "done"))
	Label(label + "fours")
	turns(4)
	DECQ(left)
	JNZ(LabelRef(label + "fours"))
	Label(label + "done")
}

// oneByOne does a loop's turns, of which AVX-512 has enough to do in each.
func oneByOne(label string, left reg.GPVirtual, turns func(count int)) {
	Label(label + "turn")
	turns(1)
	DECQ(left)
	JNZ(LabelRef(label + "turn"))
}

// clamp keeps a NaN: MAXPS and MINPS return the operand that Go's assembler takes
// first when one is no number.
func clamp(v, lo, hi reg.Register) {
	VMAXPS(v, lo, v)
	VMINPS(v, hi, v)
}

// transposed takes four columns and gives rows 0…3, with 4…7 in the upper half.
func transposed(columns []reg.VecVirtual) (quads []reg.VecVirtual) {
	for _, unpack := range []func(...Op){VUNPCKLPS, VUNPCKHPS} {
		a, b := YMM(), YMM()
		unpack(columns[1], columns[0], a)
		unpack(columns[3], columns[2], b)
		for _, half := range []uint64{0x44, 0xee} {
			quads = append(quads, YMM())
			VSHUFPS(Imm(half), b, a, quads[len(quads)-1])
		}
	}
	return quads
}
