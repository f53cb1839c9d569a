package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of spreadArgs.
const (
	spSrc = 8 * iota
	spSrcStep
	spDst
	spDstStep
	spSize
	spRows
	spBlocks
	spCount
	spBefore
	spAfter
	spFirst
)

// maskBytes is the memory of a mask: a bit for each lane, or with AVX2 a word.
func maskBytes(s isa) int {
	if s.bytes == 64 {
		return 2
	}
	return s.bytes
}

// order is a register of numbers in memory.
func order(s isa, name string, number func(lane int) int) reg.VecVirtual {
	v := s.vec()
	VMOVUPS(table(s, name, number), v)
	return v
}

// table is where such a register is in memory.
func table(s isa, name string, number func(lane int) int) Mem {
	at := GLOBL(name, RODATA|NOPTR)
	for lane := range s.bytes / 4 {
		DATA(4*lane, U32(number(lane)))
	}
	return at
}

// take gives every out-th of the pixels in registers, from each of the first out on.
func take(s isa, pixels []reg.VecVirtual, orders []reg.VecVirtual) []reg.VecVirtual {
	if s.bytes == 64 {
		pair := func(a, b, order reg.VecVirtual) reg.VecVirtual {
			v := ZMM()
			VMOVAPS(order, v)
			VPERMI2PS(b, a, v)
			return v
		}
		if len(pixels) == 2 {
			return []reg.VecVirtual{pair(pixels[0], pixels[1], orders[0]), pair(pixels[0], pixels[1], orders[1])}
		}
		var taken []reg.VecVirtual
		for _, o := range orders { // two of every four pixels
			low, high := pair(pixels[0], pixels[1], o), pair(pixels[2], pixels[3], o)
			first, second := ZMM(), ZMM()
			VSHUFF64X2(Imm(0x44), high, low, first)
			VSHUFF64X2(Imm(0xee), high, low, second)
			taken = append(taken, first, second)
		}
		return taken
	}
	// Within lanes of 128 bits first.
	var halves [2][]reg.VecVirtual
	for i := 0; i < len(pixels); i += 2 {
		for odd, which := range []uint64{0x88, 0xdd} {
			v := YMM()
			VSHUFPS(Imm(which), pixels[i+1], pixels[i], v)
			halves[odd] = append(halves[odd], v)
		}
	}
	if len(pixels) == 2 {
		for _, v := range []reg.VecVirtual{halves[0][0], halves[1][0]} {
			VPERMPD(Imm(0xd8), v, v)
		}
		return []reg.VecVirtual{halves[0][0], halves[1][0]}
	}
	taken := make([]reg.VecVirtual, 4)
	for i := range taken {
		h := halves[i%2]
		taken[i] = YMM()
		VSHUFPS(Imm([]uint64{0x88, 0xdd}[i/2]), h[1], h[0], taken[i])
		VPERMPS(taken[i], orders[0], taken[i])
	}
	return taken
}

// fourths are the orders in which take gives every fourth pixel of four of AVX-512's registers.
func fourths(s isa, name string) (orders []reg.VecVirtual) {
	for _, first := range []int{0, 2} {
		orders = append(orders, order(s, fmt.Sprintf("%sorder%d", name, first), func(lane int) int { return lane%8*4 + lane/8 + first }))
	}
	return orders
}

// spread lays rows of pixels out by columns of tiles: tiles begin every out pixels
// and are size wide, and column v of all of a row's tiles is one run.
func spread(s isa, out, size int) {
	name := fmt.Sprintf("spread%dof%dx%s", size, out, s.name)
	a := args(name, fmt.Sprintf("%s takes rows apart into the columns of tiles of %d, every %d pixels.", name, size, out), "spreadArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	var orders []reg.VecVirtual
	switch {
	case s.bytes == 64 && out == 2:
		for first := range 2 {
			orders = append(orders, order(s, fmt.Sprintf("%sorder%d", name, first), func(lane int) int { return 2*lane + first }))
		}
	case s.bytes == 64:
		orders = fourths(s, name)
	case out == 4:
		orders = append(orders, order(s, name+"order", func(lane int) int { return []int{0, 4, 1, 5, 2, 6, 3, 7}[lane] }))
	}
	src, dst, left := field(spSrc), field(spDst), field(spRows)
	one, three, five := field(spSize), GP64(), GP64()
	LEAQ(Mem{Base: one, Index: one, Scale: 2}, three)
	LEAQ(Mem{Base: one, Index: one, Scale: 4}, five)
	from, to := GP64(), GP64()
	place := func(v int) Mem {
		switch v {
		case 0:
			return Mem{Base: to}
		case 3:
			return Mem{Base: to, Index: three, Scale: 1}
		case 5:
			return Mem{Base: to, Index: five, Scale: 1}
		}
		return Mem{Base: to, Index: one, Scale: uint8(v)}
	}
	padding := func(count int, loop, done string) {
		turns, zero := field(count), s.vec()
		VXORPS(zero.AsY(), zero.AsY(), zero.AsY())
		MOVQ(dst, to)
		TESTQ(turns, turns)
		JZ(LabelRef(done))
		Label(loop)
		for v := range size {
			VMOVUPS(zero, place(v))
		}
		ADDQ(Imm(uint64(s.bytes)), to)
		DECQ(turns)
		JNZ(LabelRef(loop))
		Label(done)
	}
	padding(spBefore, "above", "inside")
	ADDQ(a.Offset(spFirst), dst)
	TESTQ(left, left)
	JZ(LabelRef("rest"))
	Label("row")
	block, count := Mem{Base: field(spBlocks)}, field(spCount)
	Label("block")
	MOVLQSX(block, from)
	LEAQ(Mem{Base: src, Index: from, Scale: 4}, from)
	MOVLQSX(block.Offset(4), to)
	LEAQ(Mem{Base: dst, Index: to, Scale: 4}, to)
	mask := 8
	load := func(at int) reg.VecVirtual {
		v := s.vec()
		if s.bytes == 64 {
			k := K()
			KMOVW(block.Offset(mask), k)
			s.load(Mem{Base: from, Disp: at}, k, v)
		} else {
			k := YMM()
			VMOVUPS(block.Offset(mask), k)
			s.load(Mem{Base: from, Disp: at}, k, v)
		}
		mask += maskBytes(s)
		return v
	}
	if s.bytes == 64 { // a block has so few tiles that all columns are in these pixels
		var pixels []reg.VecVirtual
		for i := range out {
			pixels = append(pixels, load(i*s.bytes))
		}
		for v, t := range take(s, pixels, orders) {
			VMOVUPS(t, place(v))
			for beyond := v + out; beyond < size; beyond += out {
				VALIGND(Imm(1), t, t, t)
				VMOVUPS(t, place(beyond))
			}
		}
	} else {
		for first := 0; first < size; first += out {
			var pixels []reg.VecVirtual
			for i := range out {
				pixels = append(pixels, load(4*first+i*s.bytes))
			}
			for v, t := range take(s, pixels, orders) {
				if first+v < size {
					VMOVUPS(t, place(first+v))
				}
			}
		}
	}
	ADDQ(U32((mask+3)/4*4), block.Base)
	DECQ(count)
	JNZ(LabelRef("block"))
	ADDQ(a.Offset(spSrcStep), src)
	ADDQ(a.Offset(spDstStep), dst)
	DECQ(left)
	JNZ(LabelRef("row"))
	Label("rest")
	padding(spAfter, "below", "end")
	VZEROUPPER()
	RET()
}

// Fields of gatherArgs.
const (
	gaSrc = 8 * iota
	gaSize
	gaRows
	gaDst
	gaDstStep
	gaAdd
	gaAddStep
	gaBlocks
	gaCount
	gaBias
	gaLo = gaBias + 4
	gaHi = gaBias + 8
)

// mix puts pixels that lie n apart side by side: take's inverse.
func mix(s isa, columns []reg.VecVirtual, orders []reg.VecVirtual) []reg.VecVirtual {
	if s.bytes == 64 {
		pair := func(a, b, order reg.VecVirtual) reg.VecVirtual {
			v := ZMM()
			VMOVAPS(order, v)
			VPERMI2PS(b, a, v)
			return v
		}
		if len(columns) == 2 {
			return []reg.VecVirtual{pair(columns[0], columns[1], orders[0]), pair(columns[0], columns[1], orders[1])}
		}
		var low, high [2]reg.VecVirtual // columns 0 and 1, 2 and 3
		for i := range 2 {
			low[i], high[i] = ZMM(), ZMM()
			VUNPCKLPS(columns[2*i+1], columns[2*i], low[i])
			VUNPCKHPS(columns[2*i+1], columns[2*i], high[i])
		}
		// Four pixels of one tile, of tiles i, i+4, i+8 and i+12.
		var quads [4]reg.VecVirtual
		for i := range quads {
			quads[i] = ZMM()
		}
		VUNPCKLPD(low[1], low[0], quads[0])
		VUNPCKHPD(low[1], low[0], quads[1])
		VUNPCKLPD(high[1], high[0], quads[2])
		VUNPCKHPD(high[1], high[0], quads[3])
		// A transposition of those quarters.
		var a [4]reg.VecVirtual
		for i, w := range []struct {
			x, y int
			how  uint64
		}{{0, 1, 0x44}, {2, 3, 0x44}, {0, 1, 0xee}, {2, 3, 0xee}} {
			a[i] = ZMM()
			VSHUFF64X2(Imm(w.how), quads[w.y], quads[w.x], a[i])
		}
		mixed := make([]reg.VecVirtual, 4)
		for i := range mixed {
			mixed[i] = ZMM()
			VSHUFF64X2(Imm([]uint64{0x88, 0xdd}[i%2]), a[i/2*2+1], a[i/2*2], mixed[i])
		}
		return mixed
	}
	var low, high []reg.VecVirtual
	for i := 0; i < len(columns); i += 2 {
		l, h := YMM(), YMM()
		VUNPCKLPS(columns[i+1], columns[i], l)
		VUNPCKHPS(columns[i+1], columns[i], h)
		low, high = append(low, l), append(high, h)
	}
	parts := []reg.VecVirtual{low[0], high[0]}
	if len(columns) == 4 {
		parts = nil
		for _, h := range [][]reg.VecVirtual{low, high} {
			l, u := YMM(), YMM()
			VUNPCKLPD(h[1], h[0], l)
			VUNPCKHPD(h[1], h[0], u)
			parts = append(parts, l, u)
		}
	}
	var mixed []reg.VecVirtual
	for _, half := range []uint64{0x20, 0x31} {
		for i := 0; i < len(parts); i += 2 {
			v := YMM()
			VPERM2F128(Imm(half), parts[i+1], parts[i], v)
			mixed = append(mixed, v)
		}
	}
	return mixed
}

// gather is spread's inverse for the results of tiles, of n by n pixels: it puts
// them together to rows, adds, clamps and stores.
func gather(s isa, n int) {
	name := fmt.Sprintf("gather%dx%s", n, s.name)
	a := args(name, fmt.Sprintf("%s puts rows together from the columns of tiles of %d.", name, n), "gatherArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	var orders []reg.VecVirtual
	if s.bytes == 64 && n == 2 {
		for first := range 2 {
			orders = append(orders, order(s, fmt.Sprintf("%sorder%d", name, first), func(lane int) int { return lane%2*16 + lane/2 + 8*first }))
		}
	}
	bias, lo, hi := s.vec(), s.vec(), s.vec()
	VBROADCASTSS(a.Offset(gaBias), bias)
	VBROADCASTSS(a.Offset(gaLo), lo)
	VBROADCASTSS(a.Offset(gaHi), hi)
	src, dst, add, left := field(gaSrc), field(gaDst), field(gaAdd), field(gaRows)
	one, three := field(gaSize), GP64()
	LEAQ(Mem{Base: one, Index: one, Scale: 2}, three)
	Label("row")
	block, count := Mem{Base: field(gaBlocks)}, field(gaCount)
	Label("block")
	from, to := GP64(), GP64()
	MOVLQSX(block, from)
	LEAQ(Mem{Base: src, Index: from, Scale: 4}, from)
	MOVLQSX(block.Offset(4), to)
	var columns []reg.VecVirtual
	for _, m := range []Mem{{Base: from}, {Base: from, Index: one, Scale: 1}, {Base: from, Index: one, Scale: 2}, {Base: from, Index: three, Scale: 1}}[:n] {
		columns = append(columns, copied(s, m))
	}
	mask := 8
	for i, v := range mix(s, columns, orders) {
		next := fmt.Sprintf("next%d", i)
		plain := fmt.Sprintf("plain%d", i)
		here := Mem{Base: dst, Index: to, Scale: 4, Disp: i * s.bytes}
		there := Mem{Base: add, Index: to, Scale: 4, Disp: i * s.bytes}
		bits := GP32()
		var k reg.Register
		if s.bytes == 64 {
			MOVWLZX(block.Offset(mask), bits)
			TESTL(bits, bits)
			JZ(LabelRef(next))
			m := K()
			KMOVW(bits, m)
			k = m
		} else {
			m := YMM()
			VMOVUPS(block.Offset(mask), m)
			VMOVMSKPS(m, bits)
			TESTL(bits, bits)
			JZ(LabelRef(next))
			k = m
		}
		VADDPS(bias, v, v)
		TESTQ(add, add)
		JZ(LabelRef(plain))
		s.add(there, k, v)
		Label(plain)
		clamp(v, lo, hi)
		if s.bytes == 32 { // masked stores are slow
			part := fmt.Sprintf("part%d", i)
			CMPL(bits, Imm(0xff))
			JNE(LabelRef(part))
			VMOVUPS(v, here)
			JMP(LabelRef(next))
			Label(part)
		}
		s.store(v, k, here)
		Label(next)
		mask += maskBytes(s)
	}
	ADDQ(U32((mask+3)/4*4), block.Base)
	DECQ(count)
	JNZ(LabelRef("block"))
	ADDQ(one, src) // the next row's n columns
	if n == 2 {
		ADDQ(one, src)
	} else {
		ADDQ(three, src)
	}
	ADDQ(a.Offset(gaDstStep), dst)
	TESTQ(add, add)
	JZ(LabelRef("nothing"))
	ADDQ(a.Offset(gaAddStep), add)
	Label("nothing")
	DECQ(left)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}
