package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tail is the sums of a few pixels behind the last column, beside four of the seven products: the
// matrix is there as A11, A12, A11+S3 and A22.
//
//	A11·x                 is kept
//	A11·x + A12·x'        are the top rows
//	A11·x + S3·x          is kept
//	(A11+S3)·x + A22·x'   are the bottom rows
type tail struct {
	*seven
	*ends
	m, half int // rows, and whose pixels it multiplies
}

func (s *seven) newTail(m int) *tail {
	t := &tail{seven: s, m: m, half: up}
	pixels := s.tail
	switch s.product.right {
	case lowerLeft, sumT4:
		t.half = down
	case upperLeft, sumT3:
	default:
		pixels = 0
	}
	t.ends = newEnds(s.isa, m, pixels, s.order)
	return t
}

// halves are those whose rows it meets.
func (t *tail) halves() []int {
	if len(t.sums) == 0 {
		return nil
	}
	return []int{t.half}
}

// kept is where one of the sums is between products.
func (t *tail) kept(base reg.GPVirtual, i int) Mem {
	return Mem{Base: base, Index: t.table, Scale: 4, Disp: 64 * i} // 128 bytes or more for a pair
}

func (t *tail) begin() {
	if len(t.sums) == 0 {
		return
	}
	tails := t.field(strassenTails)
	for i, sum := range t.sums {
		switch t.product.right {
		case upperLeft:
			VXORPS(sum, sum, sum)
		case sumT4:
			VMOVUPS(t.kept(tails, i), sum)
		default:
			t.rows(Mem{Base: t.field(strassenBias), Index: t.table, Scale: 1, Disp: 4 * t.top(t.m)}, i, sum)
			VADDPS(t.kept(tails, i), sum, sum)
		}
	}
}

func (t *tail) multiply(w Mem, rows *turnRows) {
	if len(t.sums) > 0 {
		t.ends.multiply(w, rows.at(t.half).Offset(2*t.tile()))
	}
}

// keep keeps sums that others add to.
func (t *tail) keep() {
	if len(t.sums) == 0 || t.half == down {
		return
	}
	tails := t.field(strassenTails)
	for i, sum := range t.sums {
		VMOVUPS(sum, t.kept(tails, i))
	}
}

// store writes sums to the output.
func (t *tail) store(label string, lo, hi reg.VecVirtual) {
	if len(t.sums) == 0 {
		return
	}
	values := t.turned()
	behind := func(field, table int) func(i int) Mem {
		at := t.rowAt(field, table, t.m)
		return func(i int) Mem { return at(i).Offset(2 * t.tile()) }
	}
	CMPQ(t.a.Offset(strassenAdd), Imm(0))
	JEQ(LabelRef(label + "tail"))
	t.add(values, behind(strassenAdd, strassenAddRows))
	Label(label + "tail")
	t.ends.store(values, lo, hi, behind(strassenY, strassenYRows))
}
