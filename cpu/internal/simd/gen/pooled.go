package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of pooledArgs.
const (
	pooledX = 8 * iota
	pooledRow
	pooledPlane
	pooledDepth
	pooledLine
	pooledW
	pooledBefore
	pooledMost
	pooledBlocks
	pooledHalf
	pooledNear
	pooledY      = pooledNear + 3*8
	pooledTo     = pooledY + 8
	pooledRows   = pooledY + 16
	pooledWhole  = pooledY + 24
	pooledInside = pooledY + 32
	pooledPart   = pooledY + 40
	pooledStored = pooledY + 48
	pooledFloor  = pooledY + 56
	pooledLo     = pooledFloor + 4
	pooledHi     = pooledFloor + 8
)

// pooledHeight is how many rows of weights there are at a time.
func pooledHeight(s isa) int {
	if s.bytes == 64 {
		return 6
	}
	return 3
}

func pooleds() {
	for count := 1; count <= 2; count++ {
		pooled(narrow, 3, count)
		pooled(narrow, 7, count)
		pooled(wide, 3, count)
	}
	quarters(narrow)
	quarters(wide)
}

// pooledTile is a tile of pooled: a register of even columns of the convolution's rows and one of
// odd columns, or half of a register each.
type pooledTile struct {
	*strip
	isa
	half         bool
	line, triple reg.GPVirtual      // bytes from quarter to quarter of a row, and three times that
	rows         []reg.GPVirtual    // the pixels of each row's taps
	sums         [][]reg.VecVirtual // of each row of weights: even, odd, and those of the second row; or both, and those
	weights      []reg.VecVirtual
	pixels       reg.VecVirtual
	eight        reg.OpmaskVirtual // lanes of half a register
}

// at is a place so many lines behind a pointer.
func (t *pooledTile) at(base reg.GPVirtual, lines int) Mem {
	switch lines {
	case 0:
		return Mem{Base: base}
	case 3:
		return Mem{Base: base, Index: t.triple, Scale: 1}
	}
	return Mem{Base: base, Index: t.line, Scale: uint8(lines)}
}

// pooled computes one row of some planes. Of the convolution's rows it makes the one or two
// that no row before has met, by windows of so many taps each way.
func pooled(s isa, taps, count int) {
	name, height := fmt.Sprintf("pooled%sx%dx%d", s.name, taps, count), pooledHeight(s)
	a := args(name, fmt.Sprintf("%s computes a row of %d planes, for which it makes %d of a convolution of %dx%d.", name, height, count, taps, taps), "pooledArgs")
	t := &pooledTile{strip: &strip{a: a}, isa: s, triple: GP64()}
	t.line = t.field(pooledLine)
	LEAQ(Mem{Base: t.line, Index: t.line, Scale: 2}, t.triple)
	x, row, before, most := t.field(pooledX), t.field(pooledRow), t.field(pooledBefore), t.field(pooledMost)
	if s.bytes == 32 {
		blocks := t.field(pooledBlocks)
		t.block("block", taps, count, x, row, before, most)
		DECQ(blocks)
		JNZ(LabelRef("block"))
	} else {
		blocks := t.field(pooledBlocks)
		TESTQ(blocks, blocks)
		JZ(LabelRef("halves"))
		t.block("block", taps, count, x, row, before, most)
		DECQ(blocks)
		JNZ(LabelRef("block"))
		Label("halves")
		CMPQ(a.Offset(pooledHalf), Imm(0))
		JEQ(LabelRef("rows"))
		bits := GP32()
		MOVL(U32(0xff), bits)
		t.half, t.eight = true, K()
		KMOVW(bits, t.eight)
		t.block("half", taps, count, x, row, before, most)
		Label("rows")
	}
	t.store()
	VZEROUPPER()
	RET()
}

// block makes a tile, and leaves what its pixels' rows of the pool meet. It goes on to the next.
func (t *pooledTile) block(label string, taps, count int, x, row, before, most reg.GPVirtual) {
	height, each := pooledHeight(t.isa), 2
	if t.half {
		each = 1
	}
	Label(label)
	w := t.field(pooledW)
	t.sums = make([][]reg.VecVirtual, height)
	for r := range t.sums {
		for range each * count {
			sum := t.vec()
			VBROADCASTSS(Mem{Base: w, Disp: 4 * r}, sum)
			t.sums[r] = append(t.sums[r], sum)
		}
	}
	ADDQ(Imm(uint64(4*height)), w)
	t.rows = []reg.GPVirtual{GP64(), GP64()}[:count]
	MOVQ(x, t.rows[0])
	if count == 2 {
		LEAQ(Mem{Base: x, Index: row, Scale: 2}, t.rows[1])
	}
	t.weights, t.pixels = make([]reg.VecVirtual, height), t.vec()
	for r := range t.weights {
		t.weights[r] = t.vec()
	}
	depth := t.field(pooledDepth)
	Label(label + "plane")
	for u := range taps {
		for v := range taps {
			t.multiply(Mem{Base: w, Disp: 4 * height * (u*taps + v)}, v)
		}
		for _, r := range t.rows {
			if u < taps-1 {
				ADDQ(row, r)
			} else {
				ADDQ(t.a.Offset(pooledPlane), r)
			}
		}
	}
	ADDQ(U32(4*height*taps*taps), w)
	DECQ(depth)
	JNZ(LabelRef(label + "plane"))
	t.maxima(before, most)
	ADDQ(Imm(uint64(t.bytes)), x)
	ADDQ(Imm(uint64(t.bytes)), most)
	ADDQ(U32(each*height*t.bytes), before)
}

// multiply adds a tap's products: odd columns are two pixels further on than even ones.
func (t *pooledTile) multiply(w Mem, v int) {
	for r, weight := range t.weights {
		VBROADCASTSS(w.Offset(4*r), weight)
	}
	for i, base := range t.rows {
		place := func(column int) Mem {
			pixel := v + 2*column
			return t.at(base, pixel%4).Offset(4 * (pixel / 4))
		}
		multiply := func(column, each int) {
			for r, weight := range t.weights {
				VFMADD231PS(t.pixels, weight, t.sums[r][each*i+column])
			}
		}
		if t.half {
			VMOVUPS_Z(place(0), t.eight, t.pixels)
			VINSERTF32X8(Imm(1), place(1), t.pixels, t.pixels)
			multiply(0, 1)
			continue
		}
		for column := range 2 {
			VMOVUPS(place(column), t.pixels)
			multiply(column, 2)
		}
	}
}

// maxima clamps sums, which then are not less than zero, and leaves for each column the
// largest of them and of the row before. They are compared as words without a sign, of which NaNs are the
// largest but for zeros with a sign.
func (t *pooledTile) maxima(before, most reg.GPVirtual) {
	floor, zero, to := t.vec(), t.vec(), GP64()
	VBROADCASTSS(t.a.Offset(pooledFloor), floor)
	VXORPS(zero, zero, zero)
	MOVQ(most, to)
	for r, sums := range t.sums {
		each := 2
		if t.half {
			each = 1
		}
		for column := range each {
			last := Mem{Base: before, Disp: t.bytes * (each*r + column)}
			for i := column; i < len(sums); i += each {
				VMAXPS(sums[i], floor, sums[i]) // keeps a NaN
				VADDPS(zero, sums[i], sums[i])  // -0 becomes 0
			}
			top, bottom := sums[column], sums[len(sums)-each+column]
			v := t.vec()
			VPMAXUD(last, top, v)
			VMOVUPS(bottom, last)
			if len(sums) > each {
				VPMAXUD(bottom, v, v)
			}
			if t.half {
				VMOVUPS(v.AsY(), t.at(to, 0))
				VEXTRACTF32X8(Imm(1), v, t.at(to, 1))
			} else {
				VMOVUPS(v, t.at(to, column))
			}
		}
		if r < len(t.sums)-1 {
			LEAQ(Mem{Base: to, Index: t.line, Scale: 2}, to)
		}
	}
}

// store writes each plane's row: the largest of three neighbours.
func (t *pooledTile) store() {
	rows := t.field(pooledRows)
	TESTQ(rows, rows)
	JZ(LabelRef("stored"))
	to, most, inside := Mem{Base: t.field(pooledTo)}, t.field(pooledMost), t.mask(t.a.Offset(pooledInside))
	lo, hi := t.vec(), t.vec()
	VBROADCASTSS(t.a.Offset(pooledLo), lo)
	VBROADCASTSS(t.a.Offset(pooledHi), hi)
	near := [3]reg.GPVirtual{GP64(), GP64(), GP64()}
	Label("line")
	y := GP64()
	MOVLQSX(to, y)
	SHLQ(Imm(2), y)
	ADDQ(t.a.Offset(pooledY), y)
	for i, p := range near {
		MOVQ(most, p)
		ADDQ(t.a.Offset(pooledNear+8*i), p)
	}
	place, left := GP64(), t.field(pooledWhole)
	XORQ(place, place)
	largest := func(masked bool) reg.VecVirtual {
		at := func(i int) Mem { return Mem{Base: near[i], Index: place, Scale: 1} }
		v := t.vec()
		if masked {
			t.load(at(2), inside, v)
		} else {
			VMOVUPS(at(2), v)
		}
		VPMAXUD(at(0), v, v)
		VPMAXUD(at(1), v, v)
		clamp(v, lo, hi)
		return v
	}
	result := Mem{Base: y, Index: place, Scale: 1}
	TESTQ(left, left)
	JZ(LabelRef("end"))
	Label("pixels")
	VMOVUPS(largest(false), result)
	ADDQ(Imm(uint64(t.bytes)), place)
	DECQ(left)
	JNZ(LabelRef("pixels"))
	Label("end")
	v := largest(true)
	CMPQ(t.a.Offset(pooledStored), Imm(uint64(t.bytes/4)))
	JNE(LabelRef("part"))
	VMOVUPS(v, result)
	JMP(LabelRef("next"))
	Label("part")
	t.isa.store(v, t.mask(t.a.Offset(pooledPart)), result)
	Label("next")
	ADDQ(Imm(4), to.Base)
	LEAQ(Mem{Base: most, Index: t.line, Scale: 2}, most)
	DECQ(rows)
	JNZ(LabelRef("line"))
	Label("stored")
}
