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
