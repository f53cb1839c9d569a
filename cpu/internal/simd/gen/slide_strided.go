package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// evenOdd are the places of even and of odd lanes in two registers.
func evenOdd(name string) (even, odd reg.VecVirtual) {
	even, odd = order(wide, name+"order", func(lane int) int { return 2 * lane }), ZMM()
	one := GP32()
	MOVL(U32(1), one)
	VPBROADCASTD(one, odd)
	VPADDD(even, odd, odd)
	return even, odd
}

// slideStrided is the window with stride 2. Of the rows of pixels, every other one is
// the last of one row of sums and the first of the next.
func slideStrided() {
	s := newStrip("slideStrided", "slideStrided convolves a strip of up to 15 columns of planes with 3x3 weights, every other pixel.")
	s.w, s.bias = Mem{Base: s.field(slideW)}, Mem{Base: s.field(slideBias)}
	other := newEveryOther("slideStrided")
	inside := other.masks(s.first, s.behind)
	w, bias := zmms(9), ZMM()
	s.plane()
	s.constants(w, bias)
	row := func(next func()) [3]reg.VecVirtual {
		a, b := ZMM(), ZMM()
		VMOVUPS(Mem{Base: s.x}, a)
		VMOVUPS(Mem{Base: s.x, Disp: 64}, b)
		next()
		return other.columns(a, b, inside...)
	}
	sum, nextSum := ZMM(), ZMM()
	add := func(w []reg.VecVirtual, c [3]reg.VecVirtual, to reg.VecVirtual) {
		for v := range 3 {
			VFMADD231PS(c[v], w[v], to)
		}
	}
	VMOVAPS(bias, nextSum)
	s.ifField(slideAbove, "inside", func() { add(w[:3], row(s.fromAbove), nextSum) })
	store := func() {
		other.inOrder(sum)
		clamp(sum, s.lo, s.hi)
		VMOVUPS(sum, s.last, Mem{Base: s.y})
		ADDQ(s.yPitch, s.y)
	}
	s.rowsOfSums(func(next func()) {
		VMOVAPS(nextSum, sum)
		add(w[3:6], row(next), sum)
		c := row(s.down)
		add(w[6:], c, sum)
		VMOVAPS(bias, nextSum)
		add(w[:3], c, nextSum)
		store()
	})
	s.ifField(slideBelow, "done", func() {
		VMOVAPS(nextSum, sum)
		add(w[3:6], row(s.down), sum)
		store()
	})
	s.end()
}

// rowsOfSums is the loop over rows of sums with stride 2: each begins with the middle row of
// pixels, and goes on to the last one as it is told.
func (s *strip) rowsOfSums(do func(next func())) {
	TESTQ(s.left, s.left)
	JZ(LabelRef("bottom"))
	DECQ(s.left)
	JZ(LabelRef("last"))
	Label("row")
	do(s.down)
	DECQ(s.left)
	JNZ(LabelRef("row"))
	Label("last")
	do(s.toBelow)
	Label("bottom")
}

// slideStridedRows is slideStrided where a register has a whole row of pixels, and another two rows of
// sums, which are made together: every other pixel of two rows is one register.
func slideStridedRows() {
	s := newStrip("slideStridedRows", "slideStridedRows convolves rows that a register has with 3x3 weights, every other pixel.")
	s.w, s.bias = Mem{Base: s.field(slideW)}, Mem{Base: s.field(slideBias)}
	orders, inside := zmms(3), []reg.OpmaskVirtual{K(), K(), K()} // of the three columns
	at, one := s.field(slideOrder), GP32()
	VMOVUPS(Mem{Base: at}, orders[0])
	MOVL(U32(1), one)
	for v := range 3 {
		KMOVW(Mem{Base: at, Disp: 64 + 2*v}, inside[v])
		if v > 0 {
			VPBROADCASTD(one, orders[v])
			VPADDD(orders[v-1], orders[v], orders[v])
		}
	}
	w, bias := zmms(9), ZMM()
	s.plane()
	s.constants(w, bias)
	load := func(next func()) reg.VecVirtual {
		v := ZMM()
		VMOVUPS(Mem{Base: s.x}, v)
		next()
		return v
	}
	// row adds a row of weights to the sums of two rows, each of a row of pixels.
	row := func(u int, first, second, sum reg.VecVirtual) {
		for v, order := range orders {
			pixels := ZMM()
			VMOVAPS(order, pixels)
			VPERMI2PS_Z(second, first, inside[v], pixels)
			if u > 0 && v == 0 {
				VMULPS(pixels, w[3*u], sum)
			} else {
				VFMADD231PS(pixels, w[3*u+v], sum)
			}
		}
	}
	// sums are of three rows, and of three of the row of sums below.
	sums := func(first, second []reg.VecVirtual) reg.VecVirtual {
		all := zmms(len(first))
		VMOVAPS(bias, all[0])
		for u := range first {
			row(u, first[u], second[u], all[u])
		}
		for _, v := range all[1:] {
			VADDPS(v, all[0], all[0])
		}
		return all[0]
	}
	store := func(sum reg.VecVirtual, mask reg.OpmaskVirtual) {
		clamp(sum, s.lo, s.hi)
		VMOVUPS(sum, mask, Mem{Base: s.y})
		ADDQ(s.yPitch, s.y)
	}
	above := ZMM()
	VPXORD(above, above, above)
	s.ifField(slideAbove, "inside", func() { VMOVAPS(load(s.fromAbove), above) })
	Label("pair")
	CMPQ(s.left, Imm(3)) // the last row is one by itself
	JLT(LabelRef("single"))
	rows := []reg.VecVirtual{above, load(s.down), load(s.down), load(s.down), load(s.down)}
	sum := sums(rows[:3], rows[2:])
	VMOVAPS(rows[4], above)
	store(sum, s.behind)
	ADDQ(s.yPitch, s.y)
	SUBQ(Imm(2), s.left)
	JMP(LabelRef("pair"))
	Label("single")
	s.rowsOfSums(func(next func()) {
		rows := []reg.VecVirtual{above, load(next), load(s.down)}
		sum := sums(rows, rows)
		VMOVAPS(rows[2], above)
		store(sum, s.last)
	})
	s.ifField(slideBelow, "done", func() {
		rows := []reg.VecVirtual{above, load(s.down)}
		store(sums(rows, rows), s.last)
	})
	s.end()
}
