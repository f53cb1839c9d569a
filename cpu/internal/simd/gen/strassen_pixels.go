package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// halves are those whose rows make what a product multiplies.
func (s *seven) halves() []int {
	switch s.product.right {
	case upperLeft, sumT1:
		return []int{up}
	case lowerLeft, lowerRight, sumT4:
		return []int{down}
	}
	return []int{up, down}
}

// turnRows is where a turn's rows of pixels begin, each looked up where it is met first.
type turnRows struct {
	x     reg.GPVirtual
	table [2]reg.GPVirtual
	turn  int
	row   [2]reg.GPVirtual
}

const up, down = 0, 1 // halves of the rows

func (r *turnRows) at(half int) Mem {
	if r.row[half] == nil {
		r.row[half] = GP64()
		MOVLQSX(Mem{Base: r.table[half], Disp: 4 * r.turn}, r.row[half])
	}
	return Mem{Base: r.x, Index: r.row[half], Scale: 4}
}

// pixels are a turn's registers of what a product multiplies. Sums are made here, and kept for other
// panels: T3 with T2, in memory of its own.
func (s *seven) pixels(rows *turnRows, sums, size reg.GPVirtual) (v []reg.VecVirtual) {
	const left, right = 0, 1
	for j := range s.n {
		at := func(half, side int) Mem { return rows.at(half).Offset(s.tile()*side + s.bytes*j) }
		pixel := s.vec()
		v = append(v, pixel)
		place := s.tile()*rows.turn + s.bytes*j
		sum, other := Mem{Base: sums, Disp: place}, Mem{Base: sums, Index: size, Scale: 1, Disp: place}
		switch s.product.right {
		case upperLeft:
			VMOVUPS(at(up, left), pixel)
		case lowerLeft:
			VMOVUPS(at(down, left), pixel)
		case lowerRight:
			VMOVUPS(at(down, right), pixel)
		case sumT1:
			VMOVUPS(at(up, right), pixel)
			VSUBPS(at(up, left), pixel, pixel)
			VMOVUPS(pixel, sum)
		case sumT2:
			t3 := s.vec()
			VMOVUPS(at(up, right), t3)
			VSUBPS(at(down, right), t3, t3)
			VMOVUPS(t3, other)
			VMOVUPS(at(up, left), pixel)
			VSUBPS(t3, pixel, pixel)
			VMOVUPS(pixel, sum)
		case sumT4: // where T2 is
			VMOVUPS(at(down, left), pixel)
			VSUBPS(sum, pixel, pixel)
			VMOVUPS(pixel, sum)
		}
	}
	return v
}
