package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of narrowArgs.
const (
	naX = 8 * iota
	naPitch
	naY
	naAdd
	naScale
	naW
	naBlocks
	naCount
	naMasks
	naBias
	naLo = naBias + 4
	naHi = naBias + 8
)

// narrowLoads gives the columns of a window from registers of pixels, each of which is
// loaded at an offset in pixels: with stride 2, pairs that are taken apart.
func narrowLoads(size, stride int) (offsets []int) {
	for v := 0; v < size; v += stride {
		for i := range stride {
			offsets = append(offsets, v+8*i)
		}
	}
	return offsets
}

// narrowWindow is a window for AVX2: 8 pixels a turn. Which pixels exist is told by
// masks that blocks share, as most blocks have all.
func narrowWindow(size, stride int, most bool) {
	kind := "Sum"
	if most {
		kind = "Max"
	}
	name := fmt.Sprintf("narrow%s%dx%d", kind, size, stride)
	a := args(name, fmt.Sprintf("%s slides a window of %dx%d over a plane, by %d pixels.", name, size, size, stride), "narrowArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	x, y, block, left := field(naX), field(naY), Mem{Base: field(naBlocks)}, field(naCount)
	rows := make([]reg.GPVirtual, size)
	rows[1] = field(naPitch)
	SHLQ(Imm(2), rows[1])
	for u := 2; u < size; u++ {
		rows[u] = GP64()
		LEAQ(Mem{Base: rows[u-1], Index: rows[1], Scale: 1}, rows[u])
	}
	weight := func(i int) Op { return nil }
	var weights []reg.VecVirtual
	if !most {
		w := Mem{Base: field(naW)}
		if size == 3 {
			for i := range 9 {
				weights = append(weights, YMM())
				VBROADCASTSS(w.Offset(4*i), weights[i])
			}
			weight = func(i int) Op { return weights[i] }
		} else { // more than there are registers
			weight = func(i int) Op {
				v := YMM()
				VBROADCASTSS(w.Offset(4*i), v)
				return v
			}
		}
	}
	acc, nans := YMM(), YMM()
	Label("loop")
	at, masks := GP64(), Mem{Base: GP64()}
	MOVLQSX(block, at)
	LEAQ(Mem{Base: x, Index: at, Scale: 4}, at)
	MOVLQSX(block.Offset(12), masks.Base.(reg.GPVirtual))
	ADDQ(a.Offset(naMasks), masks.Base)
	VBROADCASTSS(a.Offset(naBias), acc)
	if most {
		VXORPS(nans, nans, nans)
	}
	next := 32 // the first mask is the store's
	for u := range size {
		row := Mem{Base: at}
		if u > 0 {
			row.Index, row.Scale = rows[u], 1
		}
		var pixels []reg.VecVirtual
		for _, offset := range narrowLoads(size, stride) {
			mask, v := YMM(), YMM()
			VMOVUPS(masks.Offset(next), mask)
			VMASKMOVPS(row.Offset(4*offset), mask, v)
			if most { // padding must not win
				least := YMM()
				VBROADCASTSS(a.Offset(naBias), least)
				VBLENDVPS(mask, v, least, v)
			}
			next += 32
			pixels = append(pixels, v)
		}
		var columns []reg.VecVirtual
		if stride == 1 {
			columns = pixels
		} else {
			for i := 0; i < len(pixels); i += 2 {
				for _, which := range []uint64{0x88, 0xdd} {
					if len(columns) == size {
						break
					}
					v := YMM()
					VSHUFPS(Imm(which), pixels[i+1], pixels[i], v)
					columns = append(columns, v)
				}
			}
		}
		for v, column := range columns {
			if !most {
				if stride == 2 {
					VPERMPD(Imm(0xd8), column, column)
				}
				VFMADD231PS(column, weight(u*size+v), acc)
				continue
			}
			// MAXPS forgets a NaN; who saw one is noted. (Pixels are put in order once, at
			// the end.)
			k := YMM()
			VCMPPS(Imm(3), column, column, k)
			VORPS(k, nans, nans)
			VMAXPS(column, acc, acc)
		}
	}
	if most {
		VORPS(nans, acc, acc)
		if stride == 2 {
			VPERMPD(Imm(0xd8), acc, acc)
		}
	}
	to, from, bits, store := GP64(), GP64(), GP32(), YMM()
	VMOVUPS(masks, store)
	VMOVMSKPS(store, bits)
	MOVLQSX(block.Offset(4), to)
	other := func(at, where int, label string, do func(Mem)) {
		p := GP64()
		MOVQ(a.Offset(at), p)
		TESTQ(p, p)
		JZ(LabelRef(label))
		MOVLQSX(block.Offset(where), from)
		do(Mem{Base: p, Index: from, Scale: 4})
		Label(label)
	}
	if !most {
		other(naScale, 4, "unscaled", func(m Mem) {
			v := YMM()
			VMASKMOVPS(m, store, v)
			VMULPS(v, acc, acc)
		})
	}
	other(naAdd, 8, "clamp", func(m Mem) {
		v := YMM()
		VMASKMOVPS(m, store, v)
		VADDPS(v, acc, acc)
	})
	lo, hi := YMM(), YMM()
	VBROADCASTSS(a.Offset(naLo), lo)
	VBROADCASTSS(a.Offset(naHi), hi)
	clamp(acc, lo, hi)
	CMPL(bits, Imm(0xff)) // masked stores are slow
	JNE(LabelRef("part"))
	VMOVUPS(acc, Mem{Base: y, Index: to, Scale: 4})
	JMP(LabelRef("next"))
	Label("part")
	VMASKMOVPS(acc, store, Mem{Base: y, Index: to, Scale: 4})
	Label("next")
	ADDQ(Imm(16), block.Base)
	DECQ(left)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// narrows is all windows for AVX2.
func narrows() {
	for _, size := range []int{3, 5} {
		for stride := 1; stride <= 2; stride++ {
			narrowWindow(size, stride, false)
		}
	}
	narrowWindow(2, 2, true)
	narrowWindow(3, 2, true)
	for _, left := range []bool{false, true} {
		for _, right := range []bool{false, true} {
			narrowSlide(left, right)
		}
	}
	for _, masked := range []bool{false, true} {
		narrowSlideStrided(masked)
		narrowReduce(false, masked)
		narrowReduce(true, masked)
	}
	narrowTotal()
	narrowRest()
	narrowHalves()
}
