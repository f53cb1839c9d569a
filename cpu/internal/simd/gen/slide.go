package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of slideArgs.
const (
	slideX = 8 * iota
	slideAt
	slidePitch
	slideFrom
	slideY
	slideYPitch
	slideTo
	slideW
	slideBias
	slideScale
	slideScalePitch
	slidePlanes
	slideRows
	slideAbove
	slideBelow
	slideLo
	slideHi    = slideLo + 4
	slideMasks = slideLo + 8
)

// strip is a window of 3x3 on its way down a strip of columns: each row of pixels is
// loaded once, for the three rows of sums that it is part of.
type strip struct {
	a                   Mem
	pitch, yPitch       reg.GPVirtual
	x, y, left          reg.GPVirtual // where the plane's row of pixels and row of sums begin, and rows left
	w, bias             Mem
	from, to            Mem
	planes              reg.GPVirtual
	lo, hi              reg.VecVirtual
	first, last, behind reg.OpmaskVirtual // of the masks in slideArgs
}

func (s *strip) field(at int) reg.GPVirtual {
	r := GP64()
	MOVQ(s.a.Offset(at), r)
	return r
}

func newStrip(name, doc string) *strip {
	s := &strip{a: args(name, doc, "slideArgs"), x: GP64(), y: GP64(), lo: ZMM(), hi: ZMM()}
	s.pitch, s.yPitch = s.field(slidePitch), s.field(slideYPitch)
	s.from, s.to, s.planes = Mem{Base: s.field(slideFrom)}, Mem{Base: s.field(slideTo)}, s.field(slidePlanes)
	VBROADCASTSS(s.a.Offset(slideLo), s.lo)
	VBROADCASTSS(s.a.Offset(slideHi), s.hi)
	for i, k := range []*reg.OpmaskVirtual{&s.first, &s.last, &s.behind} {
		*k = K()
		KMOVW(s.a.Offset(slideMasks+2*i), *k)
	}
	return s
}

// plane begins the next plane.
func (s *strip) plane() {
	Label("plane")
	for _, p := range []struct {
		base int
		list Mem
		to   reg.GPVirtual
	}{{slideX, s.from, s.x}, {slideY, s.to, s.y}} {
		MOVLQSX(p.list, p.to)
		SHLQ(Imm(2), p.to)
		ADDQ(s.a.Offset(p.base), p.to)
		ADDQ(Imm(4), p.list.Base)
	}
	ADDQ(s.a.Offset(slideAt), s.x)
	s.left = s.field(slideRows)
}

// end ends the loop over planes.
func (s *strip) end() {
	DECQ(s.planes)
	JNZ(LabelRef("plane"))
	VZEROUPPER()
	RET()
}

// constants loads a plane's weights and bias.
func (s *strip) constants(weights []reg.VecVirtual, bias reg.VecVirtual) {
	for i, w := range weights {
		VBROADCASTSS(s.w.Offset(4*i), w)
	}
	VBROADCASTSS(s.bias, bias)
	ADDQ(Imm(uint64(4*len(weights))), s.w.Base)
	ADDQ(Imm(4), s.bias.Base)
}

func zmms(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = ZMM()
	}
	return v
}

// slide is the window with stride 1, on n registers of pixels. Pixels of three columns
// are three loads, of which those beyond the borders are masked; or where a register has a whole row, one, and
// two shifts: loads that meet two lines count twice.
func slide(n int, whole bool) {
	name, what := fmt.Sprintf("slide%d", n), "a strip"
	if whole {
		name, what = name+"whole", "rows"
	}
	s := newStrip(name, fmt.Sprintf("%s convolves %s of up to %d columns of planes with 3x3 weights.", name, what, 16*n))
	s.w, s.bias = Mem{Base: s.field(slideW)}, Mem{Base: s.field(slideBias)}
	w, bias := zmms(9), ZMM()
	s.plane()
	s.constants(w, bias)
	before, here, after := zmms(n), zmms(n), zmms(n) // sums of rows
	center, zero, right := ZMM(), ZMM(), K()         // of a whole row
	if whole {
		KSHIFTRW(Imm(1), s.last, right) // pixels that have one to the right
		VPXORD(zero, zero, zero)
	}
	pixels := func(j, v int) reg.VecVirtual {
		p := ZMM()
		switch at := (Mem{Base: s.x, Disp: 64*j + 4*v}); {
		case whole && v == 0:
			VALIGND(Imm(15), zero, center, p)
		case whole && v == 1:
			return center
		case whole:
			VALIGND_Z(Imm(1), center, zero, right, p)
		case v == 0 && j == 0:
			VMOVUPS_Z(at, s.first, p)
		case v == 2 && j == n-1:
			VMOVUPS_Z(at, s.behind, p)
		default: // sums beyond the last are not stored
			VMOVUPS(at, p)
		}
		return p
	}
	load := func() {
		if whole {
			VMOVUPS(Mem{Base: s.x, Disp: 4}, center)
		}
	}
	store := func(sums []reg.VecVirtual) {
		for j, v := range sums {
			clamp(v, s.lo, s.hi)
			if to := (Mem{Base: s.y, Disp: 64 * j}); j == n-1 {
				VMOVUPS(v, s.last, to)
			} else {
				VMOVUPS(v, to)
			}
		}
		ADDQ(s.yPitch, s.y)
	}
	// Each row of weights has a sum of its own, so that no row waits for the one above: nine multiply-adds of
	// a sum one after the other take eight times as long as half of nine.
	multiply := func(p reg.VecVirtual, v int, first bool, row int, to reg.VecVirtual) {
		if v > 0 {
			VFMADD231PS(p, w[3*row+v], to)
		} else if first {
			VMOVAPS(bias, to)
			VFMADD231PS(p, w[3*row], to)
		} else {
			VMULPS(p, w[3*row], to)
		}
	}
	for j := range n {
		VMOVAPS(bias, here[j])
	}
	s.ifField(slideAbove, "inside", func() {
		load()
		for j := range n {
			for v := range 3 {
				VFMADD231PS(pixels(j, v), w[v], here[j])
			}
		}
		ADDQ(s.pitch, s.x)
	})
	load()
	for j := range n {
		middle := ZMM()
		for v := range 3 {
			p := pixels(j, v)
			multiply(p, v, false, 1, middle)
			multiply(p, v, true, 0, after[j])
		}
		VADDPS(middle, here[j], here[j])
	}
	DECQ(s.left)
	JZ(LabelRef("bottom"))
	Label("row")
	ADDQ(s.pitch, s.x)
	load()
	for j := range n {
		above, middle, below := ZMM(), ZMM(), ZMM()
		for v := range 3 {
			p := pixels(j, v)
			multiply(p, v, false, 2, below)
			multiply(p, v, false, 1, middle)
			multiply(p, v, true, 0, above)
		}
		VADDPS(below, here[j], before[j])
		VADDPS(middle, after[j], here[j])
		VMOVAPS(above, after[j])
	}
	store(before)
	DECQ(s.left)
	JNZ(LabelRef("row"))
	Label("bottom")
	s.ifField(slideBelow, "border", func() {
		ADDQ(s.pitch, s.x)
		load()
		for j := range n {
			below := ZMM()
			for v := range 3 {
				multiply(pixels(j, v), v, false, 2, below)
			}
			VADDPS(below, here[j], here[j])
		}
	})
	store(here)
	s.end()
}

// evenOdd are the places of even and of odd lanes in two registers.
func evenOdd(name string) (even, odd reg.VecVirtual) {
	even, odd = ZMM(), ZMM()
	order := GLOBL(name+"order", RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, U32(2*i))
	}
	VMOVUPS(order, even)
	one := GP32()
	MOVL(U32(1), one)
	VPBROADCASTD(one, odd)
	VPADDD(even, odd, odd)
	return even, odd
}

// columns takes two registers of pixels apart: even pixels are column 0 of the windows,
// odd ones column 1; column 2 is column 0 of the next window, which is why a strip has
// at most 15.
func (s *strip) columns(a, b, even, odd reg.VecVirtual) (c [3]reg.VecVirtual) {
	c = [3]reg.VecVirtual{ZMM(), ZMM(), ZMM()}
	VMOVAPS(even, c[0])
	VPERMI2PS(b, a, c[0])
	VMOVAPS(odd, c[1])
	VPERMI2PS(b, a, c[1])
	VALIGND(Imm(1), c[0], c[0], c[2])
	return c
}

// slideStrided is the window with stride 2. Of the rows of pixels, every other one is
// the last of one row of sums and the first of the next.
func slideStrided() {
	s := newStrip("slideStrided", "slideStrided convolves a strip of up to 15 columns of planes with 3x3 weights, every other pixel.")
	s.w, s.bias = Mem{Base: s.field(slideW)}, Mem{Base: s.field(slideBias)}
	even, odd := evenOdd("slideStrided")
	first, behind, half := GP32(), GP32(), GP32()
	MOVWLZX(s.a.Offset(slideMasks), first)
	MOVWLZX(s.a.Offset(slideMasks+4), behind)
	SHLL(Imm(16), behind)
	ORL(behind, first)
	inside := [2]reg.OpmaskVirtual{K(), K()} // of even and of odd pixels
	for i, bits := range []uint32{0x55555555, 0xaaaaaaaa} {
		MOVL(U32(bits), half)
		PEXTL(half, first, half)
		KMOVW(half, inside[i])
	}
	w, bias := zmms(9), ZMM()
	s.plane()
	s.constants(w, bias)
	row := func() [3]reg.VecVirtual {
		a, b := ZMM(), ZMM()
		VMOVUPS(Mem{Base: s.x}, a)
		VMOVUPS(Mem{Base: s.x, Disp: 64}, b)
		ADDQ(s.pitch, s.x)
		c := [3]reg.VecVirtual{ZMM(), ZMM(), ZMM()}
		for i, order := range []reg.VecVirtual{even, odd} {
			VMOVAPS(order, c[i])
			VPERMI2PS_Z(b, a, inside[i], c[i])
		}
		VALIGND(Imm(1), c[0], c[0], c[2])
		return c
	}
	sum, next := ZMM(), ZMM()
	add := func(w []reg.VecVirtual, c [3]reg.VecVirtual, to reg.VecVirtual) {
		for v := range 3 {
			VFMADD231PS(c[v], w[v], to)
		}
	}
	VMOVAPS(bias, next)
	s.ifField(slideAbove, "inside", func() { add(w[:3], row(), next) })
	store := func() {
		clamp(sum, s.lo, s.hi)
		VMOVUPS(sum, s.last, Mem{Base: s.y})
		ADDQ(s.yPitch, s.y)
	}
	TESTQ(s.left, s.left)
	JZ(LabelRef("bottom"))
	Label("row")
	VMOVAPS(next, sum)
	add(w[3:6], row(), sum)
	c := row()
	add(w[6:], c, sum)
	VMOVAPS(bias, next)
	add(w[:3], c, next)
	store()
	DECQ(s.left)
	JNZ(LabelRef("row"))
	Label("bottom")
	s.ifField(slideBelow, "done", func() {
		VMOVAPS(next, sum)
		add(w[3:6], row(), sum)
		store()
	})
	s.end()
}

// ifField does something unless a field is zero.
func (s *strip) ifField(at int, label string, do func()) {
	CMPQ(s.a.Offset(at), Imm(0))
	JEQ(LabelRef(label))
	do()
	Label(label)
}

// slideAverage is a sum of 3x3 pixels, every other pixel, that is scaled. Rows are added
// before they are taken apart, and masked as they are added, which is free.
func slideAverage() {
	s := newStrip("slideAverage", "slideAverage adds 3x3 pixels, every other pixel, and scales the sums.")
	even, odd := evenOdd("slideAverage")
	s.plane()
	scale := s.field(slideScale)
	load := func(v []reg.VecVirtual) {
		VMOVUPS(Mem{Base: s.x}, v[0])
		VMOVUPS(Mem{Base: s.x, Disp: 64}, v[1])
		ADDQ(s.pitch, s.x)
	}
	above, sum := zmms(2), zmms(2)
	for _, v := range above {
		VPXORD(v, v, v)
	}
	s.ifField(slideAbove, "inside", func() { load(above) })
	store := func() {
		c := s.columns(sum[0], sum[1], even, odd)
		VADDPS(c[1], c[0], c[0])
		VADDPS(c[2], c[0], c[0])
		VMULPS_Z(Mem{Base: scale}, c[0], s.last, c[0])
		clamp(c[0], s.lo, s.hi)
		VMOVUPS(c[0], s.last, Mem{Base: s.y})
		ADDQ(s.yPitch, s.y)
		ADDQ(s.a.Offset(slideScalePitch), scale)
	}
	add := func() {
		VADDPS_Z(above[0], sum[0], s.first, sum[0])
		VADDPS_Z(above[1], sum[1], s.behind, sum[1])
	}
	middle := func() {
		load(sum)
		add()
	}
	TESTQ(s.left, s.left)
	JZ(LabelRef("bottom"))
	Label("row")
	middle()
	load(above) // the next row's
	add()
	store()
	DECQ(s.left)
	JNZ(LabelRef("row"))
	Label("bottom")
	s.ifField(slideBelow, "done", func() {
		middle()
		store()
	})
	s.end()
}

// slideMax is the largest of 3x3 pixels, every other pixel. MAXPS forgets a NaN, so who
// saw one is noted, and becomes one.
func slideMax() {
	s := newStrip("slideMax", "slideMax is the largest of 3x3 pixels, every other pixel.")
	even, odd := evenOdd("slideMax")
	least, ones := ZMM(), ZMM()
	bits := GP32()
	MOVL(U32(0xff800000), bits) // -Inf: padding does not win
	VPBROADCASTD(bits, least)
	VPTERNLOGD(Imm(0xff), ones, ones, ones)
	s.plane()
	load := func(v []reg.VecVirtual) {
		for i := range v {
			VMOVUPS(Mem{Base: s.x, Disp: 64 * i}, v[i])
		}
		ADDQ(s.pitch, s.x)
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
	s.ifField(slideAbove, "inside", func() { load(above) })
	store := func() {
		inside := zmms(2) // what is beyond borders does not win
		for i, k := range []reg.OpmaskVirtual{s.first, s.behind} {
			VBLENDMPS(here[i], least, k, inside[i])
		}
		c := s.columns(inside[0], inside[1], even, odd)
		most(c[0], c[1], c[2])
		clamp(c[0], s.lo, s.hi)
		VMOVUPS(c[0], s.last, Mem{Base: s.y})
		ADDQ(s.yPitch, s.y)
	}
	TESTQ(s.left, s.left)
	JZ(LabelRef("bottom"))
	Label("row")
	below := zmms(2)
	load(here)
	load(below)
	for i := range here {
		most(here[i], above[i], below[i])
		VMOVAPS(below[i], above[i])
	}
	store()
	DECQ(s.left)
	JNZ(LabelRef("row"))
	Label("bottom")
	s.ifField(slideBelow, "done", func() {
		load(here)
		for i := range here {
			most(here[i], above[i])
		}
		store()
	})
	s.end()
}

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
