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
	strassenSum
	strassenTails
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

// What a product multiplies, or begins with: quarters of the right-hand side, sums of them, and partial
// results.
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

// ahead is how many bytes ahead weights are fetched, as they come from far away at first.
func (s *seven) ahead() int { return 2 * s.isa.ahead }

func strassens() {
	for m := 4; m <= height256; m++ {
		strassen(full, m, width256, 0)
	}
	for m := 6; m <= height512; m++ { // as there are 32 rows or more
		for _, tail := range []int{0, 2, 4} {
			strassen(wide, m, width512, tail)
		}
	}
}

// seven is what the seven products keep.
type seven struct {
	isa
	n, tail      int // registers of a tile's row, and pixels behind a pair of them
	order        endOrder
	a            Mem
	product      product
	x, w         reg.GPVirtual
	tables       [2]reg.GPVirtual // of the rows of both halves
	table, lines reg.GPVirtual    // bytes to a pair of panels in tables of rows, and in partial results
}

func (s *seven) field(at int) reg.GPVirtual {
	r := GP64()
	MOVQ(s.a.Offset(at), r)
	return r
}

// tile is the bytes of a tile's row.
func (s *seven) tile() int { return s.n * s.bytes }

// strassen computes pairs of panels of m rows each, and behind them of m-1, for columns of two tiles; or
// for one such column and a few pixels behind it, by plain sums beside (see tails).
func strassen(of isa, m, n, tail int) {
	name, pixels := fmt.Sprintf("strassen%dx%d", 8*of.bytes, m), fmt.Sprintf("so many times %d pixels", 2*n*of.bytes/4)
	if tail > 0 {
		name, pixels = fmt.Sprintf("%st%d", name, tail), fmt.Sprintf("%d pixels and %d more", 2*n*of.bytes/4, tail)
	}
	s := &seven{isa: of, n: n, tail: tail, a: args(name, fmt.Sprintf("%s computes pairs of panels of %d rows and of %d, %s, by seven products.", name, m, m-1, pixels), "strassenArgs")}
	choose(fmt.Sprint("strassen", 8*of.bytes), "strassenArgs", m, n, tail, name)
	s.order = newEndOrder(of, name, tail)
	Label("column")
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
	if tail > 0 {
		VZEROUPPER()
		RET()
		return
	}
	for _, p := range []int{strassenX, strassenY} {
		ADDQ(U32(uint32(2*s.tile())), s.a.Offset(p))
	}
	CMPQ(s.a.Offset(strassenAdd), Imm(0))
	JEQ(LabelRef("alone"))
	ADDQ(U32(uint32(2*s.tile())), s.a.Offset(strassenAdd))
	Label("alone")
	DECQ(s.a.Offset(strassenColumns))
	JNZ(LabelRef("column"))
	VZEROUPPER()
	RET()
}

// vecs are n registers.
func (s *seven) vecs(n int) (v []reg.VecVirtual) {
	for range n {
		v = append(v, s.vec())
	}
	return v
}

// begin goes to a product's first pair of panels.
func (s *seven) begin(i int) {
	s.w, s.table, s.lines = s.field(strassenW+8*i), GP64(), GP64()
	XORQ(s.table, s.table)
	XORQ(s.lines, s.lines)
	s.x, s.tables = s.field(strassenX), [2]reg.GPVirtual{s.field(strassenRows), s.field(strassenDepth)}
	LEAQ(Mem{Base: s.tables[up], Index: s.tables[down], Scale: 4}, s.tables[down])
}
