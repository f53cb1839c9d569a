package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Masks in slideArgs for two rows in a register.
const (
	pairLeft   = slidePair + 2*iota // pixels that have one to the left
	pairRight                       // and to the right
	pairTop                         // of the row above the first and of the first, those that there are
	pairBottom                      // and of the two below the last one or two
	pairEnd                         // the last one or two rows
	pairBoth                        // two rows
)

// slidePairs is the window with stride 1 where rows follow each other and a register has two of them: they are
// loaded with the row above, as they are, and with the row below.
func slidePairs() {
	s := newStrip("slidePairs", "slidePairs convolves rows of which a register has two with 3x3 weights.")
	s.w, s.bias = Mem{Base: s.field(slideW)}, Mem{Base: s.field(slideBias)}
	var masks [6]reg.OpmaskVirtual
	for i := range masks {
		masks[i] = K()
		KMOVW(s.a.Offset(pairLeft+2*i), masks[i])
	}
	left, right, top, bottom, end, both := masks[0], masks[1], masks[2], masks[3], masks[4], masks[5]
	w, bias := zmms(9), ZMM()
	s.plane()
	s.constants(w, bias)
	above := ZMM() // two rows
	VMOVUPS_Z(Mem{Base: s.x, Disp: 4}, top, above)
	// add adds products of three columns.
	add := func(pixels reg.VecVirtual, w []reg.VecVirtual, sum reg.VecVirtual) {
		for i, side := range []reg.OpmaskVirtual{left, right} {
			shifted := ZMM()
			VALIGND(Imm([]uint64{15, 1}[i]), pixels, pixels, shifted)
			VFMADD231PS(shifted, w[2*i], side, sum)
		}
	}
	rows := func(below func(reg.VecVirtual), stored reg.OpmaskVirtual) {
		sums, here, next := zmms(3), ZMM(), ZMM()
		VMOVAPS(bias, sums[0])
		VFMADD231PS(above, w[1], sums[0])
		add(above, w[:3], sums[0])
		s.down()
		VMOVUPS(Mem{Base: s.x, Disp: 4}, here)
		VMULPS(here, w[4], sums[1])
		add(here, w[3:6], sums[1])
		s.down()
		below(next)
		VMULPS(next, w[7], sums[2])
		add(next, w[6:], sums[2])
		VADDPS(sums[1], sums[0], sums[0])
		VADDPS(sums[2], sums[0], sums[0])
		clamp(sums[0], s.lo, s.hi)
		VMOVUPS(sums[0], stored, Mem{Base: s.y})
		VMOVAPS(next, above)
	}
	CMPQ(s.left, Imm(3))
	JLT(LabelRef("last"))
	Label("pair")
	rows(func(next reg.VecVirtual) { VMOVUPS(Mem{Base: s.x, Disp: 4}, next) }, both)
	ADDQ(s.yPitch, s.y)
	ADDQ(s.yPitch, s.y)
	SUBQ(Imm(2), s.left)
	CMPQ(s.left, Imm(3))
	JGE(LabelRef("pair"))
	Label("last")
	rows(func(next reg.VecVirtual) { VMOVUPS_Z(Mem{Base: s.x, Disp: 4}, bottom, next) }, end)
	s.end()
}
