package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of transformArgs.
const (
	trSrc = 8 * iota
	trRows
	trColumn = trRows + 8*6 + 8*(iota-2)
	trDst
	trDstRow
	trDstColumn
	trCount
)

// vectors are the results of one dimension's transform, by number.
type vectors map[int]reg.VecVirtual

// line is one dimension of a transform: rows of results that share work, and what
// makes those of them that are wanted from the operands.
type line struct {
	name      string
	size, out int     // operands and results
	together  [][]int // results that share work
	make      func(s isa, d func(i int) Op, wanted []int) vectors
}

// constants are broadcast once a function.
var constants map[float32]reg.VecVirtual

func copied(s isa, from Op) reg.VecVirtual {
	v := s.vec()
	VMOVUPS(from, v)
	return v
}

// held is an operand that is only read: where it is, if that is a register.
func held(s isa, from Op) reg.VecVirtual {
	if v, ok := from.(reg.VecVirtual); ok {
		return v
	}
	return copied(s, from)
}

func plus(s isa, a reg.VecVirtual, b Op) reg.VecVirtual {
	v := s.vec()
	VADDPS(b, a, v)
	return v
}

func minus(s isa, a reg.VecVirtual, b Op) reg.VecVirtual {
	v := s.vec()
	VSUBPS(b, a, v)
	return v
}

func has(wanted []int, i int) bool {
	for _, w := range wanted {
		if w == i {
			return true
		}
	}
	return false
}

// input6 is Bᵀ of F(4,3) and F(2,5).
var input6 = line{"In6", 6, 6, [][]int{{0}, {1, 2}, {3, 4}, {5}}, func(s isa, d func(int) Op, wanted []int) vectors {
	end := func(a, b, c int) reg.VecVirtual { // 4a − 5b + c
		v := copied(s, d(c))
		VFMADD231PS(d(a), constants[4], v)
		VFNMADD231PS(d(b), constants[5], v)
		return v
	}
	r := vectors{}
	switch {
	case has(wanted, 0):
		r[0] = end(0, 2, 4)
	case has(wanted, 5):
		r[5] = end(1, 3, 5)
	case has(wanted, 1) || has(wanted, 2):
		even, odd := copied(s, d(4)), copied(s, d(3))
		VFNMADD231PS(d(2), constants[4], even)
		VFNMADD231PS(d(1), constants[4], odd)
		if has(wanted, 1) {
			r[1] = plus(s, even, odd)
		}
		if has(wanted, 2) {
			r[2] = minus(s, even, odd)
		}
	default:
		even, odd := minus(s, held(s, d(4)), d(2)), minus(s, held(s, d(3)), d(1))
		if has(wanted, 3) {
			r[3] = copied(s, even)
			VFMADD231PS(odd, constants[2], r[3])
		}
		if has(wanted, 4) {
			r[4] = even
			VFNMADD231PS(odd, constants[2], r[4])
		}
	}
	return r
}}

// input4 is Bᵀ of F(2,3).
var input4 = line{"In4", 4, 4, [][]int{{0}, {1, 2}, {3}}, func(s isa, d func(int) Op, wanted []int) vectors {
	r := vectors{}
	for _, i := range wanted {
		switch i {
		case 0:
			r[0] = minus(s, held(s, d(0)), d(2))
		case 1:
			r[1] = plus(s, held(s, d(1)), d(2))
		case 2:
			r[2] = minus(s, held(s, d(2)), d(1))
		case 3:
			r[3] = minus(s, held(s, d(1)), d(3))
		}
	}
	return r
}}

// output6 is Aᵀ of F(4,3), or of F(2,5).
func output6(out int) line {
	together := [][]int{{0, 2}, {1, 3}}
	if out == 2 {
		together = [][]int{{0}, {1}}
	}
	return line{fmt.Sprintf("Out6to%d", out), 6, out, together, func(s isa, d func(int) Op, wanted []int) vectors {
		r := vectors{}
		if has(wanted, 0) || has(wanted, 2) {
			near, far := plus(s, held(s, d(1)), d(2)), plus(s, held(s, d(3)), d(4))
			if has(wanted, 0) {
				r[0] = plus(s, plus(s, near, far), d(0))
			}
			if has(wanted, 2) {
				r[2] = near
				VFMADD231PS(far, constants[4], r[2])
			}
			return r
		}
		near, far := minus(s, held(s, d(1)), d(2)), minus(s, held(s, d(3)), d(4))
		if last := out - 1; has(wanted, last) {
			r[last] = plus(s, near, d(5))
			VFMADD231PS(far, constants[map[int]float32{2: 2, 4: 8}[out]], r[last])
		}
		if out == 4 && has(wanted, 1) {
			r[1] = near
			VFMADD231PS(far, constants[2], r[1])
		}
		return r
	}}
}

// output4 is Aᵀ of F(2,3).
var output4 = line{"Out4to2", 4, 2, [][]int{{0}, {1}}, func(s isa, d func(int) Op, wanted []int) vectors {
	r := vectors{}
	for _, i := range wanted {
		switch i {
		case 0:
			r[0] = plus(s, plus(s, held(s, d(0)), d(1)), d(2))
		case 1:
			r[1] = minus(s, minus(s, held(s, d(1)), d(2)), d(3))
		}
	}
	return r
}}

// transform is l in both dimensions, on a register of tiles a turn: columns first,
// whose operands come from memory as often as they are needed, so that no more than
// a row or two of results is in registers; then their rows.
func transform(s isa, l line) {
	name := "transform" + l.name + "x" + strings.TrimSuffix(s.name, "full")
	a := args(name, fmt.Sprintf("%s makes %dx%d results of %dx%d values, for %d tiles a turn.", name, l.out, l.out, l.size, l.size, s.bytes/4), "transformArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	constants = map[float32]reg.VecVirtual{}
	if l.size == 6 {
		table := GLOBL(name+"constants", RODATA|NOPTR)
		for i, c := range []float32{2, 4, map[bool]float32{true: 5, false: 8}[l.out == 6]} {
			DATA(4*i, U32(math.Float32bits(c)))
			constants[c] = s.vec()
			VBROADCASTSS(table.Offset(4*i), constants[c])
		}
	}
	src, dst, left := field(trSrc), field(trDst), field(trCount)
	// Multiples of a step between columns, which addresses can hold.
	type steps struct{ one, three, five reg.GPVirtual }
	multiples := func(at, n int) steps {
		m := steps{one: field(at)}
		if n > 3 {
			m.three = GP64()
			LEAQ(Mem{Base: m.one, Index: m.one, Scale: 2}, m.three)
		}
		if n > 5 {
			m.five = GP64()
			LEAQ(Mem{Base: m.one, Index: m.one, Scale: 4}, m.five)
		}
		return m
	}
	column := func(base reg.GPVirtual, m steps, i int) Mem {
		switch i {
		case 0:
			return Mem{Base: base}
		case 3:
			return Mem{Base: base, Index: m.three, Scale: 1}
		case 5:
			return Mem{Base: base, Index: m.five, Scale: 1}
		}
		return Mem{Base: base, Index: m.one, Scale: uint8(i)}
	}
	from, to := multiples(trColumn, l.size), multiples(trDstColumn, l.out)

	groups := l.together
	if s.bytes == 32 { // half as many registers
		groups = nil
		for i := range l.out {
			groups = append(groups, []int{i})
		}
	}
	Label("loop")
	for _, group := range groups {
		rows := map[int]reg.GPVirtual{}
		row := func(i int) reg.GPVirtual {
			if _, ok := rows[i]; !ok {
				rows[i] = field(trRows + 8*i)
				ADDQ(src, rows[i])
			}
			return rows[i]
		}
		var half []vectors // by column
		for j := range l.size {
			half = append(half, l.make(s, func(i int) Op { return column(row(i), from, j) }, group))
		}
		for _, i := range group {
			at := GP64()
			MOVQ(dst, at)
			for range i {
				ADDQ(a.Offset(trDstRow), at)
			}
			for _, columns := range l.together {
				r := l.make(s, func(j int) Op { return half[j][i] }, columns)
				for _, j := range columns {
					VMOVUPS(r[j], column(at, to, j))
				}
			}
		}
	}
	ADDQ(Imm(uint64(s.bytes)), src)
	ADDQ(Imm(uint64(s.bytes)), dst)
	DECQ(left)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// winograd is all that Winograd's convolutions need.
func winograd() {
	for _, s := range []isa{wide, full} {
		for _, l := range []line{input6, input4, output6(4), output6(2), output4} {
			transform(s, l)
		}
	}
	for _, s := range []isa{wide, narrow} {
		for _, n := range []struct{ out, size int }{{4, 6}, {2, 6}, {2, 4}} {
			spread(s, n.out, n.size)
		}
		gather(s, 4)
		gather(s, 2)
	}
}
