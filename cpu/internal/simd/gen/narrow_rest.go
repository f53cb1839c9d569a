package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// narrowRest computes the last four pixels of panels of one height, which is in the place of
// the number of columns: two panels at a time, the channels side by side in the register as in
// columns.
func narrowRest() {
	p := newPanels(full, "narrowRest", "narrowRest computes four pixels of panels of one height, which columns says.")
	stride, size := p.field(atColumns), p.field(atDepth)
	SHLQ(Imm(2), stride) // of a panel, in bytes
	IMULQ(stride, size)
	p.begin()
	Label("pair")
	w := []reg.GPVirtual{p.w.Base.(reg.GPVirtual), GP64()}
	LEAQ(Mem{Base: w[0], Index: size, Scale: 1}, w[1])
	acc := [2][]reg.VecVirtual{ymms(4), ymms(4)}
	VMOVUPS(p.bias, acc[0][0])
	VMOVUPS(Mem{Base: p.bias.Base, Index: stride, Scale: 1}, acc[1][0])
	for _, a := range acc {
		for _, v := range a[1:] {
			VMOVAPS(a[0], v)
		}
	}
	// A panel without another is computed twice.
	CMPQ(p.a.Offset(atPanels), Imm(1))
	CMOVQEQ(w[0], w[1])
	row, rows, left := GP64(), Mem{Base: p.field(atRows)}, p.field(atDepth)
	place := func(base reg.GPVirtual, j int) Mem { return Mem{Base: base, Index: row, Scale: 4, Disp: 4 * j} }
	Label("loop")
	MOVLQSX(rows, row)
	value, weights := ymms(4), ymms(2)
	for i, v := range weights {
		VMOVUPS(Mem{Base: w[i]}, v)
		ADDQ(stride, w[i])
	}
	for j, v := range value {
		VBROADCASTSS(place(p.x, j), v)
		for i := range acc {
			VFMADD231PS(weights[i], v, acc[i][j])
		}
	}
	ADDQ(Imm(4), rows.Base)
	DECQ(left)
	JNZ(LabelRef("loop"))

	MOVQ(w[1], w[0])
	for i := range acc {
		p.rest(fmt.Sprint("panel", i), transposed(acc[i]), stride)
		ADDQ(stride, p.bias.Base)
		DECQ(p.a.Offset(atPanels))
		JZ(LabelRef("end"))
	}
	JMP(LabelRef("pair"))
	Label("end")
	VZEROUPPER()
	RET()
}

// rest adds to, clamps and stores four pixels of up to six rows, and goes to the next panel.
func (p *panels) rest(label string, quads []reg.VecVirtual, stride reg.GPVirtual) {
	row := GP64()
	at := func(base reg.GPVirtual, rows Mem, i int) Mem {
		MOVLQSX(rows.Offset(4*i), row)
		return Mem{Base: base, Index: row, Scale: 4}
	}
	// Rows that are in upper halves are another matter.
	each := func(label string, lower, upper func(i int)) {
		for i := range height256 {
			if i > 0 {
				CMPQ(stride, Imm(uint64(4*i)))
				JEQ(LabelRef(label))
			}
			if i < len(quads) {
				lower(i)
			} else {
				upper(i)
			}
		}
		Label(label)
	}
	TESTQ(p.residual, p.residual)
	JZ(LabelRef(label + "clamp"))
	add := ymms(4)
	for _, v := range add {
		VXORPS(v, v, v)
	}
	each(label+"add", func(i int) {
		VMOVUPS(at(p.residual, p.addRows, i), add[i].AsX())
	}, func(i int) {
		VINSERTF128(Imm(1), at(p.residual, p.addRows, i), add[i-4], add[i-4])
	})
	for i, v := range add {
		VADDPS(v, quads[i], quads[i])
	}
	Label(label + "clamp")
	lo, hi := YMM(), YMM()
	VBROADCASTSS(p.a.Offset(atLo), lo)
	VBROADCASTSS(p.a.Offset(atHi), hi)
	for _, v := range quads {
		clamp(v, lo, hi)
	}
	each(label+"stored", func(i int) {
		VMOVUPS(quads[i].AsX(), at(p.y, p.yRows, i))
	}, func(i int) {
		VEXTRACTF128(Imm(1), quads[i-4], at(p.y, p.yRows, i))
	})
	for _, next := range []Mem{p.yRows, p.addRows} {
		ADDQ(stride, next.Base)
	}
}
