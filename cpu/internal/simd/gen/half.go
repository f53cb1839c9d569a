package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of halfArgs.
const (
	haX = 8 * iota
	haRows
	haDepth
	haW
	haSums
)

// halfRows is how many rows of weights lie side by side.
const halfRows = 64

// halfProduct adds to halfRows sums the products of weights in fp16 with one column.
func halfProduct(s isa) {
	name := "halfProduct" + s.name
	a := args(name, fmt.Sprintf("%s adds to %d sums products of weights in fp16.", name, halfRows), "halfArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	x, rows, depth, w, out := field(haX), field(haRows), field(haDepth), field(haW), field(haSums)
	lanes := s.bytes / 4
	sums := make([]reg.VecVirtual, halfRows/lanes)
	for i := range sums {
		sums[i] = s.vec()
		VMOVUPS(Mem{Base: out}.Offset(i*s.bytes), sums[i])
	}
	row, pixel, v := GP64(), s.vec(), s.vec()
	Label("loop")
	MOVLQSX(Mem{Base: rows}, row)
	VBROADCASTSS(Mem{Base: x, Index: row, Scale: 4}, pixel)
	for i := range sums {
		VCVTPH2PS(Mem{Base: w}.Offset(i*s.bytes/2), v)
		VFMADD231PS(v, pixel, sums[i])
	}
	ADDQ(Imm(4), rows)
	ADDQ(Imm(2*halfRows), w)
	DECQ(depth)
	JNZ(LabelRef("loop"))
	for i := range sums {
		VMOVUPS(sums[i], Mem{Base: out}.Offset(i*s.bytes))
	}
	VZEROUPPER()
	RET()
}

func halfProducts() {
	halfProduct(wide)
	halfProduct(narrow)
}
