package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of totalArgs.
const (
	totalX = 8 * iota
	totalFrom
	totalY
	totalTo
	totalPlanes
	totalTurns
	totalScale
	totalLo   = totalScale + 4
	totalHi   = totalScale + 8
	totalMask = totalScale + 12
	totalRest = totalScale + 16
)

// total adds up planes.
func total() {
	a := args("total", "total adds up the pixels of planes and scales the sums.", "totalArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	x, y, planes := field(totalX), field(totalY), field(totalPlanes)
	from, to := Mem{Base: field(totalFrom)}, Mem{Base: field(totalTo)}
	scale, lo, hi := XMM(), XMM(), XMM()
	VMOVSS(a.Offset(totalScale), scale)
	VMOVSS(a.Offset(totalLo), lo)
	VMOVSS(a.Offset(totalHi), hi)
	mask := K()
	KMOVW(a.Offset(totalMask), mask)
	Label("plane")
	at, place, left := GP64(), GP64(), field(totalTurns)
	MOVLQSX(from, at)
	LEAQ(Mem{Base: x, Index: at, Scale: 4}, at)
	sum, rest := ZMM(), ZMM()
	VPXORD(sum, sum, sum)
	TESTQ(left, left)
	JZ(LabelRef("rest"))
	Label("loop")
	VADDPS(Mem{Base: at}, sum, sum)
	ADDQ(Imm(64), at)
	DECQ(left)
	JNZ(LabelRef("loop"))
	Label("rest")
	VMOVUPS_Z(Mem{Base: at}, mask, rest)
	VADDPS(rest, sum, sum)
	half := YMM()
	VEXTRACTF64X4(Imm(1), sum, half)
	VADDPS(half, sum.AsY(), half)
	quarter, other := XMM(), XMM()
	VEXTRACTF32X4(Imm(1), half, quarter)
	VADDPS(quarter, half.AsX(), quarter)
	VPERMILPS(Imm(0x0e), quarter, other)
	VADDPS(other, quarter, quarter)
	VPERMILPS(Imm(1), quarter, other)
	VADDSS(other, quarter, quarter)
	VMULSS(scale, quarter, quarter)
	VMAXSS(quarter, lo, quarter)
	VMINSS(quarter, hi, quarter)
	MOVLQSX(to, place)
	VMOVSS(quarter, Mem{Base: y, Index: place, Scale: 4})
	ADDQ(Imm(4), from.Base)
	ADDQ(Imm(4), to.Base)
	DECQ(planes)
	JNZ(LabelRef("plane"))
	VZEROUPPER()
	RET()
}
