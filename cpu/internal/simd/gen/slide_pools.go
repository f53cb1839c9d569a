package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// slideAverage is a sum of 3x3 pixels, every other pixel, that is scaled. Rows are added
// before they are taken apart, and masked as they are added, which is free.
func slideAverage() {
	s := newStrip("slideAverage", "slideAverage adds 3x3 pixels, every other pixel, and scales the sums.")
	other := newEveryOther("slideAverage")
	s.plane()
	behind := s.nextPlane()
	scale := s.field(slideScale)
	load := func(v []reg.VecVirtual, next func()) {
		s.fetch(behind, 2)
		VMOVUPS(Mem{Base: s.x}, v[0])
		VMOVUPS(Mem{Base: s.x, Disp: 64}, v[1])
		next()
	}
	above, sum := zmms(2), zmms(2)
	for _, v := range above {
		VPXORD(v, v, v)
	}
	s.ifField(slideAbove, "inside", func() { load(above, s.fromAbove) })
	store := func() {
		c := other.columns(sum[0], sum[1])
		VADDPS(c[1], c[0], c[0])
		VADDPS(c[2], c[0], c[0])
		other.inOrder(c[0])
		VMULPS(Mem{Base: scale}, c[0], c[0])
		clamp(c[0], s.lo, s.hi)
		VMOVUPS(c[0], s.last, Mem{Base: s.y})
		ADDQ(s.yPitch, s.y)
		ADDQ(s.a.Offset(slideScalePitch), scale)
	}
	add := func() {
		VADDPS_Z(above[0], sum[0], s.first, sum[0])
		VADDPS_Z(above[1], sum[1], s.behind, sum[1])
	}
	middle := func(next func()) {
		load(sum, next)
		add()
	}
	s.rowsOfSums(func(next func()) {
		middle(next)
		load(above, s.down) // the next row's
		add()
		store()
	})
	s.ifField(slideBelow, "done", func() {
		middle(s.down)
		store()
	})
	s.end()
}

// slideAverageRows is slideAverage where a register has a whole row of pixels, and another two rows of
// sums. Each pixel is added to the two behind it, and every other sum of two rows is kept.
func slideAverageRows() {
	s := newStrip("slideAverageRows", "slideAverageRows adds 3x3 pixels, every other pixel, of rows that a register has, and scales the sums.")
	order := ZMM()
	VMOVUPS(Mem{Base: s.field(slideOrder)}, order)
	s.plane()
	behind := s.nextPlane()
	scale := s.field(slideScale)
	load := func(next func()) reg.VecVirtual {
		v := ZMM()
		s.fetch(behind, 1)
		VMOVUPS(Mem{Base: s.x}, v)
		next()
		return v
	}
	above := ZMM()
	VPXORD(above, above, above)
	s.ifField(slideAbove, "inside", func() { VMOVAPS(load(s.fromAbove), above) })
	// threes adds each pixel and the two behind it.
	threes := func(rows ...reg.VecVirtual) reg.VecVirtual {
		sum, behind, last := rows[0], ZMM(), ZMM()
		for _, r := range rows[1:] {
			VADDPS_Z(r, sum, s.first, sum)
		}
		VALIGND(Imm(1), sum, sum, behind)
		VALIGND(Imm(2), sum, sum, last)
		VADDPS(behind, sum, sum)
		VADDPS(last, sum, sum)
		return sum
	}
	store := func(first, second reg.VecVirtual, mask reg.OpmaskVirtual) {
		sums := ZMM()
		VMOVAPS(order, sums)
		VPERMI2PS(second, first, sums)
		VMULPS(Mem{Base: scale}, sums, sums)
		clamp(sums, s.lo, s.hi)
		VMOVUPS(sums, mask, Mem{Base: s.y})
	}
	step := func() {
		ADDQ(s.yPitch, s.y)
		ADDQ(s.a.Offset(slideScalePitch), scale)
	}
	Label("pair")
	CMPQ(s.left, Imm(3)) // the last row is one by itself
	JLT(LabelRef("single"))
	first := []reg.VecVirtual{load(s.down), load(s.down)}
	second := []reg.VecVirtual{load(s.down), load(s.down)}
	upper := threes(first[0], above, first[1])
	VMOVAPS(second[1], above)
	store(upper, threes(second[0], first[1], second[1]), s.behind)
	step()
	step()
	SUBQ(Imm(2), s.left)
	JMP(LabelRef("pair"))
	Label("single")
	s.rowsOfSums(func(next func()) {
		middle, below := load(next), load(s.down)
		sums := threes(middle, above, below)
		VMOVAPS(below, above)
		store(sums, sums, s.last)
		step()
	})
	s.ifField(slideBelow, "done", func() {
		sums := threes(load(s.down), above)
		store(sums, sums, s.last)
	})
	s.end()
}

// slideMax is the largest of 3x3 pixels, every other pixel. MAXPS forgets a NaN, so who
// saw one is noted, and becomes one.
func slideMax() {
	s := newStrip("slideMax", "slideMax is the largest of 3x3 pixels, every other pixel.")
	other := newEveryOther("slideMax")
	least, ones := ZMM(), ZMM()
	bits := GP32()
	MOVL(U32(0xff800000), bits) // -Inf: padding does not win
	VPBROADCASTD(bits, least)
	VPTERNLOGD(Imm(0xff), ones, ones, ones)
	s.plane()
	load := func(v []reg.VecVirtual, next func()) {
		for i := range v {
			VMOVUPS(Mem{Base: s.x, Disp: 64 * i}, v[i])
		}
		next()
	}
	// most is the largest of two or three.
	most := func(to reg.VecVirtual, others ...reg.VecVirtual) {
		nan := K()
		VCMPPS(Imm(3), others[0], to, nan)
		VMAXPS(others[0], to, to)
		for _, o := range others[1:] {
			k := K()
			VCMPPS(Imm(3), o, o, k)
			KORW(k, nan, nan)
			VMAXPS(o, to, to)
		}
		VMOVAPS(ones, nan, to)
	}
	above, here := zmms(2), zmms(2)
	for _, v := range above {
		VMOVAPS(least, v)
	}
	s.ifField(slideAbove, "inside", func() { load(above, s.fromAbove) })
	store := func() {
		inside := zmms(2) // what is beyond borders does not win
		for i, k := range []reg.OpmaskVirtual{s.first, s.behind} {
			VBLENDMPS(here[i], least, k, inside[i])
		}
		c := other.columns(inside[0], inside[1])
		most(c[0], c[1], c[2])
		other.inOrder(c[0])
		clamp(c[0], s.lo, s.hi)
		VMOVUPS(c[0], s.last, Mem{Base: s.y})
		ADDQ(s.yPitch, s.y)
	}
	s.rowsOfSums(func(next func()) {
		below := zmms(2)
		load(here, next)
		load(below, s.down)
		for i := range here {
			most(here[i], above[i], below[i])
			VMOVAPS(below[i], above[i])
		}
		store()
	})
	s.ifField(slideBelow, "done", func() {
		load(here, s.down)
		for i := range here {
			most(here[i], above[i])
		}
		store()
	})
	s.end()
}
