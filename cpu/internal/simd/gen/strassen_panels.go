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
		acc[i] = s.vecs(s.n)
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
			for _, v := range acc[i][1:] {
				VMOVAPS(acc[i][0], v)
			}
		}
		s.part(p.from, acc, add)
	case p.from != nothing:
		s.part(p.from, acc, load)
	default:
		for _, row := range acc {
			for _, v := range row {
				VXORPS(v, v, v)
			}
		}
	}
	both := p.result && p.to != nothing
	if p.result && !both {
		s.residual(label, acc, add)
	}

	tail := s.newTail(m)
	tail.begin()

	s.loop(label, acc, tail)

	if p.to != nothing {
		s.part(p.to, acc, store)
	}
	if both { // V+P5, where W = U+P5 is there
		s.part(partV, acc, add)
		s.part(p.from, acc, subtract)
		s.residual(label, acc, add)
	}
	if p.result {
		lo, hi := s.vec(), s.vec()
		VBROADCASTSS(s.a.Offset(strassenLo), lo)
		VBROADCASTSS(s.a.Offset(strassenHi), hi)
		s.rowsOf(strassenY, strassenYRows, acc, func(to Mem, v reg.VecVirtual) {
			clamp(v, lo, hi)
			VMOVUPS(v, to)
		})
		tail.store(label, lo, hi)
	}
	tail.keep()
	ADDQ(Imm(uint64(8*m)), s.table)
	ADDQ(U32(uint32(s.tile()*m)), s.lines)
	DECQ(panels)
	JNZ(LabelRef(label + "panel"))
}

// loop adds the products of a panel and of what the right-hand side is. The first panel makes what is a
// sum, for the others.
func (s *seven) loop(label string, acc [][]reg.VecVirtual, t *tail) {
	of := s.product.right
	made, kept := of != sumT3, of >= sumT1 && of <= sumT4
	if made && kept {
		TESTQ(s.lines, s.lines)
		JNZ(LabelRef(label + "kept"))
	}
	if made {
		sums, size := s.field(strassenSums), s.field(strassenSum)
		s.turns(label, acc, t, s.halves(), func(rows *turnRows) []reg.VecVirtual { return s.pixels(rows, sums, size) },
			func(count int) { ADDQ(U32(uint32(s.tile()*count)), sums) })
	}
	if made && kept {
		JMP(LabelRef(label + "multiplied"))
		Label(label + "kept")
	}
	if kept {
		sums := s.field(strassenSums)
		if of == sumT3 {
			ADDQ(s.a.Offset(strassenSum), sums)
		}
		s.turns(label+"kept", acc, t, t.halves(), func(rows *turnRows) []reg.VecVirtual {
			v := s.vecs(s.n)
			for j := range v {
				VMOVUPS(Mem{Base: sums, Disp: s.tile()*rows.turn + s.bytes*j}, v[j])
			}
			return v
		}, func(count int) { ADDQ(U32(uint32(s.tile()*count)), sums) })
	}
	if made && kept {
		Label(label + "multiplied")
	}
}

// turns are those of a loop that meets rows of some halves, each with the pixels that it is given.
func (s *seven) turns(label string, acc [][]reg.VecVirtual, t *tail, halves []int, pixels func(*turnRows) []reg.VecVirtual, next func(count int)) {
	m, turns := len(acc), inFours
	if s.bytes == 64 {
		turns = oneByOne
	}
	rows := turnRows{x: s.x}
	for _, half := range halves {
		rows.table[half] = GP64()
		MOVQ(s.tables[half], rows.table[half])
	}
	turns(label, s.field(strassenDepth), func(count int) {
		if count == 4 || s.bytes == 64 { // weights come from far away at first
			for line := 0; line < 4*m*count; line += 64 {
				PREFETCHT0(Mem{Base: s.w, Disp: s.ahead() + line})
			}
		}
		for u := range count {
			rows.turn, rows.row = u, [2]reg.GPVirtual{}
			w := Mem{Base: s.w, Disp: 4 * u * m}
			t.multiply(w, &rows)
			of := pixels(&rows)
			for i := range acc {
				weight := s.vec()
				VBROADCASTSS(w.Offset(4*i), weight)
				for j, v := range of {
					VFMADD231PS(v, weight, acc[i][j])
				}
			}
		}
		next(count)
		for _, half := range halves {
			ADDQ(Imm(uint64(4*count)), rows.table[half])
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
			do(Mem{Base: base, Index: s.lines, Scale: 1, Disp: s.tile()*i + s.bytes*j}, v)
		}
	}
}

// rowsOf does something with each register of the output's rows, or of what is added to them.
func (s *seven) rowsOf(field, table int, acc [][]reg.VecVirtual, do func(Mem, reg.VecVirtual)) {
	at := s.rowAt(field, table, len(acc))
	for i := range acc {
		row := at(i)
		for j, v := range acc[i] {
			to := row.Offset(s.bytes * j)
			if s.product.rightHalf {
				to.Disp += s.tile()
			}
			do(to, v)
		}
	}
}

// rowAt is where a panel's row begins.
func (s *seven) rowAt(field, table, m int) func(i int) Mem {
	base, rows, row := s.field(field), s.field(table), GP64()
	return func(i int) Mem {
		MOVLQSX(Mem{Base: rows, Index: s.table, Scale: 1, Disp: 4 * (s.top(m) + i)}, row)
		return Mem{Base: base, Index: row, Scale: 4}
	}
}

func (s *seven) residual(label string, acc [][]reg.VecVirtual, add func(Mem, reg.VecVirtual)) {
	CMPQ(s.a.Offset(strassenAdd), Imm(0))
	JEQ(LabelRef(label + "added"))
	s.rowsOf(strassenAdd, strassenAddRows, acc, add)
	Label(label + "added")
}
