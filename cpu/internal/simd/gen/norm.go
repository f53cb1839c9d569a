package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of normArgs.
const (
	noX = 8 * iota
	noRows
	noCount
	noCentre
	noY
	noTurns
	noMask
	noScale
	noBias = noScale + 4
)

// norm divides pixels by the power 3/4 of a sum of squares.
func norm(s isa) {
	name := "norm" + strings.TrimSuffix(s.name, "full")
	a := args(name, name+" normalises a row of pixels by the squares of others, the last register by the mask.", "normArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	scale, bias := s.vec(), s.vec()
	VBROADCASTSS(a.Offset(noScale), scale)
	VBROADCASTSS(a.Offset(noBias), bias)
	x, y, turns := field(noX), field(noY), field(noTurns)
	first, count, centre := field(noRows), field(noCount), field(noCentre)
	block := func(load func(Mem, reg.VecVirtual), store func(reg.VecVirtual, Mem), label string) {
		rows, left := GP64(), GP64()
		MOVQ(first, rows)
		MOVQ(count, left)
		sum := s.vec()
		VXORPS(sum.AsY(), sum.AsY(), sum.AsY())
		row, v := GP64(), s.vec()
		Label(label)
		MOVLQSX(Mem{Base: rows}, row)
		load(Mem{Base: x, Index: row, Scale: 4}, v)
		VFMADD231PS(v, v, sum)
		ADDQ(Imm(4), rows)
		DECQ(left)
		JNZ(LabelRef(label))
		VFMADD213PS(bias, scale, sum) // bias + scale·sum
		root := s.vec()
		VSQRTPS(sum, sum)
		VSQRTPS(sum, root)
		VMULPS(root, sum, sum)
		load(Mem{Base: x, Index: centre, Scale: 4}, v)
		VDIVPS(sum, v, v)
		store(v, Mem{Base: y})
	}
	DECQ(turns)
	JZ(LabelRef("last"))
	Label("loop")
	block(func(m Mem, v reg.VecVirtual) { VMOVUPS(m, v) }, func(v reg.VecVirtual, m Mem) { VMOVUPS(v, m) }, "sum")
	ADDQ(Imm(uint64(s.bytes)), x)
	ADDQ(Imm(uint64(s.bytes)), y)
	DECQ(turns)
	JNZ(LabelRef("loop"))
	Label("last")
	mask := s.mask(a.Offset(noMask))
	block(func(m Mem, v reg.VecVirtual) { s.load(m, mask, v) }, func(v reg.VecVirtual, m Mem) { s.store(v, mask, m) }, "sumLast")
	VZEROUPPER()
	RET()
}

// norms is all that normalisation needs.
func norms() {
	norm(wide)
	norm(narrow)
}
