package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of strassenArgs.
const (
	strassenX = 8 * iota
	strassenRows
	strassenDepth
	strassenSums
	strassenParts
	strassenPart
	strassenBias
	strassenY
	strassenYRows
	strassenAdd
	strassenAddRows
	strassenPairs
	strassenLower
	strassenColumns
	strassenW
	strassenLo = strassenW + 7*8
	strassenHi = strassenLo + 4
)

// What a product multiplies, or begins with: sums T1…T4, and partial results U, V, W. The
// quarters of the right-hand side are told by which half of the rows, and of the pixels.
const (
	nothing = iota
	upperLeft
	lowerLeft
	lowerRight
	sumT1
	sumT2
	sumT3
	sumT4
	partP
	partU
	partV
	partW
)

// product is one of the seven: what it multiplies by its weights, what that is added to, and
// where the result goes. Rows of the output are the top or the bottom ones of a pair of panels.
type product struct {
	right, from, to int
	result          bool // also, or only, for the output:
	bottom          bool // its bottom rows
	rightHalf       bool // its right pixels
	biased          bool // begins with the bias of those rows
}

var strassenProducts = [7]product{
	{right: upperLeft, to: partP},
	{right: lowerLeft, from: partP, result: true, biased: true},
	{right: sumT2, from: partP, to: partU},
	{right: sumT3, from: partU, to: partV, bottom: true, biased: true},
	{right: sumT4, from: partV, result: true, bottom: true},
	{right: sumT1, from: partU, to: partW, result: true, bottom: true, rightHalf: true},
	{right: lowerRight, from: partW, result: true, rightHalf: true, biased: true},
}

const strassenAhead = 2 << 10 // bytes

func strassens() {
	for m := 4; m <= height256; m++ {
		strassen(m)
	}
}

// seven is what the seven products keep.
type seven struct {
	a            Mem
	product      product
	x, rows, w   reg.GPVirtual
	table, lines reg.GPVirtual // bytes to a pair of panels in tables of rows, and in partial results
}

func (s *seven) field(at int) reg.GPVirtual {
	r := GP64()
	MOVQ(s.a.Offset(at), r)
	return r
}

// strassen computes pairs of panels of m rows each, and behind them of m-1, for columns of 32 pixels.
func strassen(m int) {
	name := fmt.Sprintf("strassen%d", m)
	s := &seven{a: args(name, fmt.Sprintf("%s computes pairs of panels of %d rows and of %d, so many times 32 pixels, by seven products.", name, m, m-1), "strassenArgs")}
	Label("column")
	s.sums()
	for i, p := range strassenProducts {
		s.product = p
		s.begin(i)
		label := fmt.Sprint("product", i)
		s.run(label+"upper", m, s.field(strassenPairs))
		lower := s.field(strassenLower)
		TESTQ(lower, lower)
		JZ(LabelRef(label + "end"))
		s.run(label+"lower", m-1, lower)
		Label(label + "end")
	}
	for _, p := range []int{strassenX, strassenY} {
		ADDQ(U32(128), s.a.Offset(p))
	}
	CMPQ(s.a.Offset(strassenAdd), Imm(0))
	JEQ(LabelRef("alone"))
	ADDQ(U32(128), s.a.Offset(strassenAdd))
	Label("alone")
	DECQ(s.a.Offset(strassenColumns))
	JNZ(LabelRef("column"))
	VZEROUPPER()
	RET()
}

// sums makes T1…T4 of a column.
func (s *seven) sums() {
	x, rows, left, to := s.field(strassenX), Mem{Base: s.field(strassenRows)}, s.field(strassenDepth), s.field(strassenSums)
	lower, size, triple := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: rows.Base, Index: left, Scale: 4}, lower)
	MOVQ(left, size)
	SHLQ(Imm(6), size)
	LEAQ(Mem{Base: size, Index: size, Scale: 2}, triple)
	Label("sum")
	up, down := GP64(), GP64()
	MOVLQSX(rows, up)
	MOVLQSX(Mem{Base: lower}, down)
	for j := range 2 {
		at := func(row reg.GPVirtual, half int) Mem { return Mem{Base: x, Index: row, Scale: 4, Disp: 64*half + 32*j} }
		sum := func(i int) Mem {
			return [...]Mem{{Base: to, Disp: 32 * j}, {Base: to, Index: size, Scale: 1, Disp: 32 * j},
				{Base: to, Index: size, Scale: 2, Disp: 32 * j}, {Base: to, Index: triple, Scale: 1, Disp: 32 * j}}[i-1]
		}
		b11, b12, b21, b22 := YMM(), YMM(), YMM(), YMM()
		VMOVUPS(at(up, 0), b11)
		VMOVUPS(at(up, 1), b12)
		VMOVUPS(at(down, 0), b21)
		VMOVUPS(at(down, 1), b22)
		t := ymms(4)
		VSUBPS(b11, b12, t[0])
		VSUBPS(b22, b12, t[2])
		VSUBPS(t[2], b11, t[1])
		VSUBPS(t[1], b21, t[3])
		for i, v := range t {
			VMOVUPS(v, sum(i+1))
		}
	}
	ADDQ(Imm(4), rows.Base)
	ADDQ(Imm(4), lower)
	ADDQ(Imm(64), to)
	DECQ(left)
	JNZ(LabelRef("sum"))
}

// begin goes to a product's first pair of panels.
func (s *seven) begin(i int) {
	s.w, s.table, s.lines = s.field(strassenW+8*i), GP64(), GP64()
	XORQ(s.table, s.table)
	XORQ(s.lines, s.lines)
	switch p := s.product; p.right {
	case sumT1, sumT2, sumT3, sumT4:
		s.x, s.rows = s.field(strassenSums), nil
		size := s.field(strassenDepth)
		SHLQ(Imm(6), size)
		for range p.right - sumT1 {
			ADDQ(size, s.x)
		}
	default:
		s.x, s.rows = s.field(strassenX), s.field(strassenRows)
		if p.right == lowerRight {
			ADDQ(Imm(64), s.x)
		}
		if p.right != upperLeft {
			half := s.field(strassenDepth)
			LEAQ(Mem{Base: s.rows, Index: half, Scale: 4}, s.rows)
		}
	}
}

// run computes so many panels of m rows.
func (s *seven) run(label string, m int, panels reg.GPVirtual) {
	Label(label + "panel")
	p, acc := s.product, make([][]reg.VecVirtual, m)
	for i := range acc {
		acc[i] = ymms(2)
	}
	load := func(from Mem, v reg.VecVirtual) { VMOVUPS(from, v) }
	add := func(from Mem, v reg.VecVirtual) { VADDPS(from, v, v) }
	subtract := func(from Mem, v reg.VecVirtual) { VSUBPS(from, v, v) }
	store := func(to Mem, v reg.VecVirtual) { VMOVUPS(v, to) }
	switch {
	case p.biased:
		bias := s.field(strassenBias)
		for i := range acc {
			VBROADCASTSS(Mem{Base: bias, Index: s.table, Scale: 1, Disp: 4 * (s.top(m) + i)}, acc[i][0])
			VMOVAPS(acc[i][0], acc[i][1])
		}
		s.part(p.from, acc, add)
	case p.from != nothing:
		s.part(p.from, acc, load)
	default:
		for _, v := range acc {
			VXORPS(v[0], v[0], v[0])
			VXORPS(v[1], v[1], v[1])
		}
	}
	both := p.result && p.to != nothing
	if p.result && !both {
		s.residual(label, acc, add)
	}

	s.loop(label, acc)

	if p.to != nothing {
		s.part(p.to, acc, store)
	}
	if both { // V+P5, where W = U+P5 is there
		s.part(partV, acc, add)
		s.part(p.from, acc, subtract)
		s.residual(label, acc, add)
	}
	if p.result {
		lo, hi := YMM(), YMM()
		VBROADCASTSS(s.a.Offset(strassenLo), lo)
		VBROADCASTSS(s.a.Offset(strassenHi), hi)
		s.rowsOf(strassenY, strassenYRows, acc, func(to Mem, v reg.VecVirtual) {
			clamp(v, lo, hi)
			VMOVUPS(v, to)
		})
	}
	ADDQ(Imm(uint64(8*m)), s.table)
	ADDQ(U32(uint32(64*m)), s.lines)
	DECQ(panels)
	JNZ(LabelRef(label + "panel"))
}

// loop adds the products of a panel and of what the right-hand side is.
func (s *seven) loop(label string, acc [][]reg.VecVirtual) {
	m, x, rows, left := len(acc), s.x, GP64(), s.field(strassenDepth)
	if s.rows != nil {
		MOVQ(s.rows, rows)
	} else {
		x = GP64()
		MOVQ(s.x, x)
	}
	inFours(label, left, func(count int) {
		if count == 4 { // weights come from far away at first, 64 to 96 bytes in four turns
			PREFETCHT0(Mem{Base: s.w, Disp: strassenAhead})
			PREFETCHT0(Mem{Base: s.w, Disp: strassenAhead + 64})
		}
		for u := range count {
			pixels, row := ymms(2), GP64()
			if s.rows != nil {
				MOVLQSX(Mem{Base: rows, Disp: 4 * u}, row)
			}
			for j, v := range pixels {
				if s.rows != nil {
					VMOVUPS(Mem{Base: x, Index: row, Scale: 4, Disp: 32 * j}, v)
				} else {
					VMOVUPS(Mem{Base: x, Disp: 64*u + 32*j}, v)
				}
			}
			for i := range acc {
				weight := YMM()
				VBROADCASTSS(Mem{Base: s.w, Disp: 4 * (u*m + i)}, weight)
				for j, v := range pixels {
					VFMADD231PS(v, weight, acc[i][j])
				}
			}
		}
		if s.rows != nil {
			ADDQ(Imm(uint64(4*count)), rows)
		} else {
			ADDQ(U32(uint32(64*count)), x)
		}
		ADDQ(U32(uint32(4*m*count)), s.w)
	})
}

// top is the first of the pair's rows that a product is for.
func (s *seven) top(m int) int {
	if s.product.bottom {
		return m
	}
	return 0
}

// part does something with each register of a partial result's panel.
func (s *seven) part(which int, acc [][]reg.VecVirtual, do func(Mem, reg.VecVirtual)) {
	base := s.field(strassenParts)
	for range which - partP {
		ADDQ(s.a.Offset(strassenPart), base)
	}
	for i := range acc {
		for j, v := range acc[i] {
			do(Mem{Base: base, Index: s.lines, Scale: 1, Disp: 64*i + 32*j}, v)
		}
	}
}

// rowsOf does something with each register of the output's rows, or of what is added to them.
func (s *seven) rowsOf(field, table int, acc [][]reg.VecVirtual, do func(Mem, reg.VecVirtual)) {
	base, rows, row := s.field(field), s.field(table), GP64()
	for i := range acc {
		MOVLQSX(Mem{Base: rows, Index: s.table, Scale: 1, Disp: 4 * (s.top(len(acc)) + i)}, row)
		for j, v := range acc[i] {
			at := Mem{Base: base, Index: row, Scale: 4, Disp: 32 * j}
			if s.product.rightHalf {
				at.Disp += 64
			}
			do(at, v)
		}
	}
}

func (s *seven) residual(label string, acc [][]reg.VecVirtual, add func(Mem, reg.VecVirtual)) {
	CMPQ(s.a.Offset(strassenAdd), Imm(0))
	JEQ(LabelRef(label + "added"))
	s.rowsOf(strassenAdd, strassenAddRows, acc, add)
	Label(label + "added")
}
