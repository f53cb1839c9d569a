package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of slideArgs that only AVX2 has.
const (
	slideBlocks = slideMasks + 8
	slideStore  = slideBlocks + 8
	slideEnd    = slideStore + 8
)

// narrowStrip begins a slide for AVX2, whose strips are one register wide: masks are
// words, and what is not needed in each row comes from memory, as there are 16 registers.
func narrowStrip(name, doc string) *strip {
	s := &strip{a: args(name, doc, "slideArgs"), x: GP64(), y: GP64()}
	s.pitch, s.yPitch = s.field(slidePitch), s.field(slideYPitch)
	s.from, s.to, s.planes = Mem{Base: s.field(slideFrom)}, Mem{Base: s.field(slideTo)}, s.field(slidePlanes)
	return s
}

// block loads a mask: of the first pixels, of the last, or of those behind.
func (s *strip) block(i int) reg.VecVirtual {
	at, v := s.field(slideBlocks), YMM()
	VMOVUPS(Mem{Base: at, Disp: 32 * i}, v)
	return v
}

const blockFirst, blockLast, blockBehind = 0, 1, 2

func ymms(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = YMM()
	}
	return v
}

// narrowWeights loads a plane's weights, and leaves its bias to sums.
func (s *strip) narrowWeights() (w []reg.VecVirtual) {
	s.w, s.bias = Mem{Base: s.field(slideW)}, Mem{Base: s.field(slideBias)}
	s.plane()
	w = ymms(9)
	for i := range w {
		VBROADCASTSS(s.w.Offset(4*i), w[i])
	}
	ADDQ(Imm(uint64(4*len(w))), s.w.Base)
	return w
}

func (s *strip) narrowEnd() {
	ADDQ(Imm(4), s.bias.Base)
	s.end()
}

// narrowStore clamps and stores as many of a register as the given field says. Seven,
// which maps of 7, 14, 28 and 56 come to, are two halves that share a pixel, for masked
// stores are slow.
func (s *strip) narrowStore(v reg.VecVirtual, field int, label string, last func() reg.VecVirtual) {
	bound, y := YMM(), Mem{Base: s.y}
	VBROADCASTSS(s.a.Offset(slideLo), bound)
	VMAXPS(v, bound, v)
	VBROADCASTSS(s.a.Offset(slideHi), bound)
	VMINPS(v, bound, v)
	CMPQ(s.a.Offset(field), Imm(7))
	JEQ(LabelRef(label + "Seven"))
	JLT(LabelRef(label + "Part"))
	VMOVUPS(v, y)
	JMP(LabelRef(label + "Stored"))
	Label(label + "Seven")
	storeSeven(v, y)
	JMP(LabelRef(label + "Stored"))
	Label(label + "Part")
	VMASKMOVPS(v, last(), y)
	Label(label + "Stored")
	ADDQ(s.yPitch, s.y)
}

// narrowSlide is slide with one register. Strips at the borders mask the pixels of one column,
// and what is not stored is computed from whatever there is.
func narrowSlide(left, right bool) {
	name, where := "narrowSlide", "inside planes"
	switch {
	case left && right:
		name, where = name+"Whole", "from border to border"
	case left:
		name, where = name+"Left", "at the left border"
	case right:
		name, where = name+"Right", "at the right border"
	}
	s := narrowStrip(name, fmt.Sprintf("%s convolves a strip of up to 8 columns of planes %s with 3x3 weights.", name, where))
	masks := map[int]reg.VecVirtual{}
	if left {
		masks[0] = s.block(blockFirst)
	}
	if right {
		masks[2] = s.block(blockBehind)
	}
	s.lo, s.hi = YMM(), YMM()
	VBROADCASTSS(s.a.Offset(slideLo), s.lo)
	if len(masks) < 2 { // else there is no register for it
		VBROADCASTSS(s.a.Offset(slideHi), s.hi)
	}
	w := s.narrowWeights()
	before, here, after := YMM(), YMM(), YMM()
	pixels := func(v int) reg.VecVirtual {
		p, at := YMM(), Mem{Base: s.x, Disp: 4 * v}
		if mask, ok := masks[v]; ok {
			VANDPS(at, mask, p)
		} else {
			VMOVUPS(at, p)
		}
		return p
	}
	var aside []func()
	store := func(v reg.VecVirtual, field int, label string) {
		hi := s.hi
		if len(masks) == 2 {
			hi = YMM()
			VBROADCASTSS(s.a.Offset(slideHi), hi)
		}
		clamp(v, s.lo, hi)
		CMPQ(s.a.Offset(field), Imm(7))
		JLE(LabelRef(label + "Fewer"))
		VMOVUPS(v, Mem{Base: s.y})
		Label(label + "Stored")
		ADDQ(s.yPitch, s.y)
		aside = append(aside, func() {
			Label(label + "Fewer")
			JLT(LabelRef(label + "Part"))
			storeSeven(v, Mem{Base: s.y})
			JMP(LabelRef(label + "Stored"))
			Label(label + "Part")
			VMASKMOVPS(v, s.block(blockLast), Mem{Base: s.y})
			JMP(LabelRef(label + "Stored"))
		})
	}
	VBROADCASTSS(s.bias, here)
	s.ifField(slideAbove, "inside", func() {
		for v := range 3 {
			VFMADD231PS(pixels(v), w[v], here)
		}
		s.fromAbove()
	})
	VBROADCASTSS(s.bias, after)
	for v := range 3 {
		p := pixels(v)
		VFMADD231PS(p, w[3+v], here)
		VFMADD231PS(p, w[v], after)
	}
	// What is after this row is here in the next, and before it in the one behind: registers change
	// places in three rows, none is moved.
	sums := []reg.VecVirtual{before, here, after}
	bottom := func(turn int) string { return fmt.Sprint("bottom", turn%3) }
	DECQ(s.left)
	JZ(LabelRef(bottom(2)))
	Label("row")
	for turn := range 3 {
		before, here, after := sums[(turn+1)%3], sums[(turn+2)%3], sums[turn]
		ADDQ(s.pitch, s.x)
		VBROADCASTSS(s.bias, after)
		for v := range 3 {
			p := pixels(v)
			VFMADD231PS(p, w[6+v], before)
			VFMADD231PS(p, w[3+v], here)
			VFMADD231PS(p, w[v], after)
		}
		store(before, slideStore, fmt.Sprint("row", turn))
		DECQ(s.left)
		if turn < 2 {
			JZ(LabelRef(bottom(turn)))
		} else {
			JNZ(LabelRef("row"))
		}
	}
	for _, turn := range []int{2, 0, 1} {
		here := sums[(turn+2)%3]
		Label(bottom(turn))
		s.ifField(slideBelow, fmt.Sprint("border", turn), func() {
			s.toBelow()
			for v := range 3 {
				VFMADD231PS(pixels(v), w[6+v], here)
			}
		})
		store(here, slideEnd, bottom(turn))
		if turn != 1 {
			JMP(LabelRef("ended"))
		}
	}
	Label("ended")
	s.narrowEnd()
	for _, emit := range aside {
		emit()
	}
}

// storeSeven stores seven pixels as two halves that share one.
func storeSeven(v reg.VecVirtual, y Mem) {
	upper := XMM()
	VEXTRACTF128(Imm(1), v, upper)
	VPALIGNR(Imm(12), v.AsX(), upper, upper)
	VMOVUPS(v.AsX(), y)
	VMOVUPS(upper, y.Offset(12))
}

// behindOrder loads where the pixel behind each is, in the order that narrowColumns gives.
func behindOrder(name string) reg.VecVirtual {
	return order(narrow, name+"behind", func(lane int) int { return []int{1, 4, 3, 6, 5, 2, 7, 7}[lane] })
}

// narrowColumns is columns for AVX2, which leaves pixels in the order 0, 1, 4, 5, 2, 3, 6;
// the eighth is no window.
func narrowColumns(a, b, behind reg.VecVirtual) (c [3]reg.VecVirtual) {
	c = [3]reg.VecVirtual{YMM(), YMM(), YMM()}
	VSHUFPS(Imm(0x88), b, a, c[0])
	VSHUFPS(Imm(0xdd), b, a, c[1])
	VPERMPS(c[0], behind, c[2])
	return c
}

// inOrder undoes the order of narrowColumns.
func inOrder(v reg.VecVirtual) { VPERMPD(Imm(0xd8), v, v) }

// narrowPair loads a row's two registers of pixels, and goes on to the next.
func (s *strip) narrowPair(next func(), mask func(i int, v reg.VecVirtual)) (pair []reg.VecVirtual) {
	pair = ymms(2)
	for i, v := range pair {
		VMOVUPS(Mem{Base: s.x, Disp: 32 * i}, v)
		mask(i, v)
	}
	next()
	return pair
}

// narrowSlideStrided is slideStrided for AVX2, with masks or, inside planes, without. Each row of
// weights has a sum of its own: rows of sums that wait for one chain of nine multiply-adds
// would be more than the processor keeps track of.
func narrowSlideStrided(masked bool) {
	name, where := "narrowSlideStrided", "inside planes"
	if masked {
		name, where = name+"Masked", "anywhere"
	}
	s := narrowStrip(name, fmt.Sprintf("%s convolves a strip of up to 7 columns of planes %s with 3x3 weights, every other pixel.", name, where))
	blocks := Mem{Base: s.field(slideBlocks)}
	behind := behindOrder(name)
	w := s.narrowWeights()
	row := func(next func()) [3]reg.VecVirtual {
		p := s.narrowPair(next, func(i int, v reg.VecVirtual) {
			if masked {
				VANDPS(blocks.Offset(32*[]int{blockFirst, blockBehind}[i]), v, v)
			}
		})
		return narrowColumns(p[0], p[1], behind)
	}
	add := func(w []reg.VecVirtual, c [3]reg.VecVirtual, to reg.VecVirtual) {
		for v := range 3 {
			VFMADD231PS(c[v], w[v], to)
		}
	}
	start := func(w []reg.VecVirtual, c [3]reg.VecVirtual) (to reg.VecVirtual) {
		to = YMM()
		VMULPS(c[0], w[0], to)
		for v := range 2 {
			VFMADD231PS(c[v+1], w[v+1], to)
		}
		return to
	}
	store := func(sum reg.VecVirtual, label string) {
		inOrder(sum)
		s.narrowStore(sum, slideStore, label, func() reg.VecVirtual { return s.block(blockLast) })
	}
	nextSum := YMM() // what the row above gives
	VBROADCASTSS(s.bias, nextSum)
	s.ifField(slideAbove, "inside", func() { add(w[:3], row(s.fromAbove), nextSum) })
	n := 0
	s.rowsOfSums(func(next func()) {
		sum := start(w[3:6], row(next))
		VADDPS(nextSum, sum, sum)
		c := row(s.down)
		below := start(w[6:], c)
		VBROADCASTSS(s.bias, nextSum)
		add(w[:3], c, nextSum)
		VADDPS(below, sum, sum)
		store(sum, fmt.Sprint("row", n))
		n++
	})
	s.ifField(slideBelow, "done", func() {
		sum := YMM()
		VMOVAPS(nextSum, sum)
		add(w[3:6], row(s.down), sum)
		store(sum, "bottom")
	})
	s.narrowEnd()
}

// narrowReduce is a sum or the largest of 3x3 pixels, every other pixel. Rows are put
// together before they are taken apart.
func narrowReduce(most, masked bool) {
	kind, what := "Average", "adds 3x3 pixels, every other pixel, and scales the sums"
	if most {
		kind, what = "Max", "is the largest of 3x3 pixels, every other pixel"
	}
	name, where := "narrowSlide"+kind, "inside planes"
	if masked {
		name, where = name+"Masked", "anywhere"
	}
	s := narrowStrip(name, fmt.Sprintf("%s %s, %s.", name, what, where))
	var masks []reg.VecVirtual
	if masked {
		masks = []reg.VecVirtual{s.block(blockFirst), s.block(blockBehind)}
	}
	behind := behindOrder(name)
	var least reg.VecVirtual
	if most { // padding does not win
		least = YMM()
		bits := GP32()
		MOVL(U32(0xff800000), bits)
		VMOVD(bits, least.AsX())
		VBROADCASTSS(least.AsX(), least)
	}
	s.plane()
	scale := s.field(slideScale)
	load := func(next func()) []reg.VecVirtual {
		return s.narrowPair(next, func(i int, v reg.VecVirtual) {
			if masked && most {
				VBLENDVPS(masks[i], v, least, v)
			} else if masked {
				VANDPS(masks[i], v, v)
			}
		})
	}
	// join gives the sum, or the largest. MAXPS forgets a NaN, so who saw one is noted, and
	// becomes one.
	join := func(to reg.VecVirtual, others ...reg.VecVirtual) {
		if !most {
			for _, o := range others {
				VADDPS(o, to, to)
			}
			return
		}
		nan := YMM()
		VCMPPS(Imm(3), others[0], to, nan)
		VMAXPS(others[0], to, to)
		for _, o := range others[1:] {
			k := YMM()
			VCMPPS(Imm(3), o, o, k)
			VORPS(k, nan, nan)
			VMAXPS(o, to, to)
		}
		VORPS(nan, to, to)
	}
	above := ymms(2)
	for _, v := range above {
		if most {
			VMOVAPS(least, v)
		} else {
			VXORPS(v, v, v)
		}
	}
	s.ifField(slideAbove, "inside", func() {
		for i, v := range load(s.fromAbove) {
			VMOVAPS(v, above[i])
		}
	})
	store := func(pair []reg.VecVirtual, label string) {
		c := narrowColumns(pair[0], pair[1], behind)
		join(c[0], c[1], c[2])
		inOrder(c[0])
		last := func() reg.VecVirtual { return s.block(blockLast) }
		if !most {
			VMULPS(Mem{Base: scale}, c[0], c[0])
			ADDQ(s.a.Offset(slideScalePitch), scale)
		}
		s.narrowStore(c[0], slideStore, label, last)
	}
	n := 0
	s.rowsOfSums(func(next func()) {
		here, below := load(next), load(s.down)
		for i, v := range here {
			join(v, above[i], below[i])
			VMOVAPS(below[i], above[i])
		}
		store(here, fmt.Sprint("row", n))
		n++
	})
	s.ifField(slideBelow, "done", func() {
		here := load(s.down)
		for i, v := range here {
			join(v, above[i])
		}
		store(here, "bottom")
	})
	s.end()
}

// narrowTotal adds up planes.
func narrowTotal() {
	a := args("narrowTotal", "narrowTotal adds up the pixels of planes and scales the sums.", "totalArgs")
	s := &strip{a: a}
	x, y, planes := s.field(totalX), s.field(totalY), s.field(totalPlanes)
	from, to := Mem{Base: s.field(totalFrom)}, Mem{Base: s.field(totalTo)}
	mask, at := YMM(), s.field(totalRest)
	VMOVUPS(Mem{Base: at}, mask)
	Label("plane")
	place, left := GP64(), s.field(totalTurns)
	MOVLQSX(from, at)
	LEAQ(Mem{Base: x, Index: at, Scale: 4}, at)
	sum, rest := YMM(), YMM()
	VXORPS(sum, sum, sum)
	TESTQ(left, left)
	JZ(LabelRef("rest"))
	Label("loop")
	VADDPS(Mem{Base: at}, sum, sum)
	ADDQ(Imm(32), at)
	DECQ(left)
	JNZ(LabelRef("loop"))
	Label("rest")
	VMASKMOVPS(Mem{Base: at}, mask, rest)
	VADDPS(rest, sum, sum)
	quarter, other := XMM(), XMM()
	VEXTRACTF128(Imm(1), sum, quarter)
	VADDPS(quarter, sum.AsX(), quarter)
	VPERMILPS(Imm(0x0e), quarter, other)
	VADDPS(other, quarter, quarter)
	VPERMILPS(Imm(1), quarter, other)
	VADDSS(other, quarter, quarter)
	VMULSS(a.Offset(totalScale), quarter, quarter)
	bound := XMM()
	VMOVSS(a.Offset(totalLo), bound)
	VMAXSS(quarter, bound, quarter)
	VMOVSS(a.Offset(totalHi), bound)
	VMINSS(quarter, bound, quarter)
	MOVLQSX(to, place)
	VMOVSS(quarter, Mem{Base: y, Index: place, Scale: 4})
	ADDQ(Imm(4), from.Base)
	ADDQ(Imm(4), to.Base)
	DECQ(planes)
	JNZ(LabelRef("plane"))
	VZEROUPPER()
	RET()
}
