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
	slideFromAbove
	slideToBelow
	slideLo
	slideHi    = slideLo + 4
	slideMasks = slideLo + 8
	slideOrder = slideMasks + 4*8
	slidePair  = slideOrder + 8
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

// nextPlane is how many bytes behind a plane the next one begins, zero behind the last.
func (s *strip) nextPlane() reg.GPVirtual {
	behind, this := GP64(), GP64()
	XORQ(behind, behind)
	CMPQ(s.planes, Imm(1))
	JEQ(LabelRef("final"))
	MOVLQSX(s.from, behind)
	MOVLQSX(s.from.Offset(-4), this)
	SUBQ(this, behind)
	SHLQ(Imm(2), behind)
	Label("final")
	return behind
}

// fetch fetches a row of the next plane, of so many lines.
func (s *strip) fetch(behind reg.GPVirtual, lines int) {
	for i := range lines {
		PREFETCHT0(Mem{Base: s.x, Index: behind, Scale: 1, Disp: 64 * i})
	}
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

// ifField does something unless a field is zero.
func (s *strip) ifField(at int, label string, do func()) {
	CMPQ(s.a.Offset(at), Imm(0))
	JEQ(LabelRef(label))
	do()
	Label(label)
}

// fromAbove goes from the row above the first to the first, and toBelow from the last to the one below:
// rows that may lie elsewhere.
func (s *strip) fromAbove() { ADDQ(s.a.Offset(slideFromAbove), s.x) }
func (s *strip) toBelow()   { ADDQ(s.a.Offset(slideToBelow), s.x) }
func (s *strip) down()      { ADDQ(s.pitch, s.x) }

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
		s.fromAbove()
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
		s.toBelow()
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
