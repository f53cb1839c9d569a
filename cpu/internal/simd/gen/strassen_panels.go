package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

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
