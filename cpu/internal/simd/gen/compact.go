package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of compactArgs.
const (
	coX = 8 * iota
	coRows
	coDepth
	coW
	coSums   = coW + 8*compactStrips
	coPlace  = coSums + 8
	coFactor = coPlace + 8
)

// Strips of so many rows lie one behind the other, and so many are read side by side.
const (
	compactRows   = 16
	compactStrips = 4
	compactAhead  = 256 // bytes, so far ahead weights are fetched in each
)

// encoding is how weights are kept.
type encoding struct {
	s     isa
	bytes int // of a weight
	// widen loads a register's weights.
	widen func(from Mem, v reg.VecVirtual)
}

func halfEncoding(s isa) encoding {
	return encoding{s, 2, func(from Mem, v reg.VecVirtual) { VCVTPH2PS(from, v) }}
}

// fixedEncoding loads the upper three bytes of eight integers. They are 24 bytes; loaded from four before
// the first, half of them is in either half of the register, where one shuffle puts them in place.
func fixedEncoding(place reg.VecVirtual) encoding {
	return encoding{narrow, 3, func(from Mem, v reg.VecVirtual) {
		VMOVDQU(from.Offset(-4), v)
		VPSHUFB(place, v, v)
		VCVTDQ2PS(v, v)
	}}
}

// wideFixedEncoding loads sixteen integers, which are 48 bytes: three words to each quarter of the
// register, where one shuffle puts their bytes in place.
func wideFixedEncoding(name string) encoding {
	words := order(wide, name+"words", func(lane int) int { return lane/4*3 + lane%4 })
	bytes := order(wide, name+"bytes", func(lane int) int {
		at := lane % 4 * 3
		return 128 | at<<8 | (at+1)<<16 | (at+2)<<24 // 128 is a zero
	})
	return encoding{wide, 3, func(from Mem, v reg.VecVirtual) {
		VPERMD(from, words, v)
		VPSHUFB(bytes, v, v)
		VCVTDQ2PS(v, v)
	}}
}

// compact computes products of so many strips with one column times a factor.
func compact(name, kind string, what func(Mem) encoding) {
	a := args(name, fmt.Sprintf("%s computes %d sums of products with weights in %s.", name, compactRows*compactStrips, kind), "compactArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	e := what(a)
	x, rows, depth, out := field(coX), field(coRows), field(coDepth), field(coSums)
	var w []reg.GPVirtual
	var sums [][]reg.VecVirtual
	for i := range compactStrips {
		w, sums = append(w, field(coW+8*i)), append(sums, nil)
		for j := range compactRows * 4 / e.s.bytes {
			sums[i] = append(sums[i], e.s.vec())
			VXORPS(sums[i][j], sums[i][j], sums[i][j])
		}
	}
	row, at := GP64(), GP64() // at in every strip
	pixel, factor, v := e.s.vec(), e.s.vec(), e.s.vec()
	VBROADCASTSS(a.Offset(coFactor), factor)
	XORQ(at, at)
	Label("loop")
	MOVLQSX(Mem{Base: rows}, row)
	VBROADCASTSS(Mem{Base: x, Index: row, Scale: 4}, pixel)
	VMULPS(factor, pixel, pixel)
	for i := range sums {
		PREFETCHT0(Mem{Base: w[i], Index: at, Scale: 1, Disp: compactAhead})
		for j, sum := range sums[i] {
			e.widen(Mem{Base: w[i], Index: at, Scale: 1, Disp: e.s.bytes / 4 * e.bytes * j}, v)
			VFMADD231PS(v, pixel, sum)
		}
	}
	ADDQ(Imm(4), rows)
	ADDQ(Imm(uint64(compactRows*e.bytes)), at)
	DECQ(depth)
	JNZ(LabelRef("loop"))
	for i := range sums {
		for j, sum := range sums[i] {
			VMOVUPS(sum, Mem{Base: out}.Offset(4*compactRows*i+e.s.bytes*j))
		}
	}
	VZEROUPPER()
	RET()
}

func compacts() {
	compact("compactHalf512", "fp16", func(Mem) encoding { return halfEncoding(wide) })
	compact("compactHalf256", "fp16", func(Mem) encoding { return halfEncoding(narrow) })
	compact("compactFixed512", "24 bits", func(Mem) encoding { return wideFixedEncoding("compactFixed512") })
	compact("compactFixed256", "24 bits", func(a Mem) encoding {
		from, place := GP64(), YMM()
		MOVQ(a.Offset(coPlace), from)
		VMOVDQU(Mem{Base: from}, place)
		return fixedEncoding(place)
	})
}
