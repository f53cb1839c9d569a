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
	pooledNear
	pooledY      = pooledNear + 3*8
	pooledTo     = pooledY + 8
	pooledRows   = pooledY + 16
	pooledWhole  = pooledY + 24
	pooledMasks  = pooledY + 32
	pooledStored = pooledY + 40
	pooledFloor  = pooledY + 48
	pooledLo     = pooledFloor + 4
	pooledHi     = pooledFloor + 8
)

// Fields of quartersArgs.
const (
	quartersX = 8 * iota
	quartersPitch
	quartersTo
	quartersRow    = quartersTo + 4*8
	quartersRows   = quartersRow + 8
	quartersBlocks = quartersRow + 16
)

const pooledHeight = 3 // rows of weights at a time

func pooleds() {
	quarters()
	for _, taps := range []int{3, 7} {
		pooled(taps, 1)
		pooled(taps, 2)
	}
}

// quarters takes rows apart into every fourth pixel, from the first, the second, the third and the
// fourth on, 32 pixels at a time.
func quarters() {
	a := args("quarters", "quarters takes rows apart into every fourth pixel.", "quartersArgs")
	s := &strip{a: a}
	x, pitch, row, rows := s.field(quartersX), s.field(quartersPitch), s.field(quartersRow), s.field(quartersRows)
	var to [4]reg.GPVirtual
	for i := range to {
		to[i] = s.field(quartersTo + 8*i)
	}
	Label("row")
	at, place, count := GP64(), GP64(), s.field(quartersBlocks)
	MOVQ(x, at)
	XORQ(place, place)
	Label("block")
	v := ymms(4) // pixels 4i…4i+3, and 16+4i… in the upper half
	for i := range v {
		VMOVUPS(Mem{Base: at, Disp: 16 * i}, v[i].AsX())
		VINSERTF128(Imm(1), Mem{Base: at, Disp: 16*i + 64}, v[i], v[i])
	}
	for i, q := range transposed(v) {
		VMOVUPS(q, Mem{Base: to[i], Index: place, Scale: 1})
	}
	ADDQ(Imm(128), at)
	ADDQ(Imm(32), place)
	DECQ(count)
	JNZ(LabelRef("block"))
	ADDQ(pitch, x)
	for i := range to {
		ADDQ(row, to[i])
	}
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// pooledTile is a tile of pooled: 8 even and 8 odd columns of the convolution's rows.
type pooledTile struct {
	*strip
	line, triple reg.GPVirtual                  // bytes from quarter to quarter of a row, and three times that
	rows         []reg.GPVirtual                // the pixels of each row's taps
	sums         [pooledHeight][]reg.VecVirtual // even, odd, and those of the second row
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

// pooled computes one row of pooledHeight planes. Of the convolution's rows it makes the one or two
// that no row before has met, by windows of so many taps each way.
func pooled(taps, count int) {
	name := fmt.Sprintf("pooled%dx%d", taps, count)
	a := args(name, fmt.Sprintf("%s computes a row of planes, for which it makes %d of a convolution of %dx%d.", name, count, taps, taps), "pooledArgs")
	t := &pooledTile{strip: &strip{a: a}, triple: GP64()}
	t.line = t.field(pooledLine)
	LEAQ(Mem{Base: t.line, Index: t.line, Scale: 2}, t.triple)
	x, row, before, most, blocks := t.field(pooledX), t.field(pooledRow), t.field(pooledBefore), t.field(pooledMost), t.field(pooledBlocks)
	upper := GP64() // three lines of the maxima further on
	LEAQ(Mem{Base: most, Index: t.triple, Scale: 1}, upper)

	Label("block")
	w := t.field(pooledW)
	for r := range t.sums {
		t.sums[r] = ymms(2 * count)
		for _, sum := range t.sums[r] {
			VBROADCASTSS(Mem{Base: w, Disp: 4 * r}, sum)
		}
	}
	ADDQ(Imm(4*pooledHeight), w)
	t.rows = []reg.GPVirtual{GP64(), GP64()}[:count]
	MOVQ(x, t.rows[0])
	if count == 2 {
		LEAQ(Mem{Base: x, Index: row, Scale: 2}, t.rows[1])
	}
	depth := t.field(pooledDepth)
	Label("plane")
	for u := range taps {
		for v := range taps {
			t.multiply(Mem{Base: w, Disp: 4 * pooledHeight * (u*taps + v)}, v)
		}
		for _, r := range t.rows {
			if u < taps-1 {
				ADDQ(row, r)
			} else {
				ADDQ(a.Offset(pooledPlane), r)
			}
		}
	}
	ADDQ(U32(4*pooledHeight*taps*taps), w)
	DECQ(depth)
	JNZ(LabelRef("plane"))
	t.maxima(before, most, upper)
	for _, p := range []reg.GPVirtual{x, most, upper} {
		ADDQ(Imm(32), p)
	}
	ADDQ(U32(2*pooledHeight*32), before)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	t.store()
	VZEROUPPER()
	RET()
}

// multiply adds a tap's products: odd columns are two pixels further on than even ones.
func (t *pooledTile) multiply(w Mem, v int) {
	weights := ymms(pooledHeight)
	for r, weight := range weights {
		VBROADCASTSS(w.Offset(4*r), weight)
	}
	for i, base := range t.rows {
		for column := range 2 {
			x, pixel := YMM(), v+2*column
			VMOVUPS(t.at(base, pixel%4).Offset(4*(pixel/4)), x)
			for r, weight := range weights {
				VFMADD231PS(x, weight, t.sums[r][2*i+column])
			}
		}
	}
}

// maxima clamps sums, which then are not less than zero, and leaves for each column the
// largest of them and of the row before. They are compared as words without a sign, of which NaNs are the
// largest but for zeros with a sign.
func (t *pooledTile) maxima(before, most, upper reg.GPVirtual) {
	floor, zero := YMM(), YMM()
	VBROADCASTSS(t.a.Offset(pooledFloor), floor)
	VXORPS(zero, zero, zero)
	for r, sums := range t.sums {
		for column := range 2 {
			line := 2*r + column
			last := Mem{Base: before, Disp: 32 * line}
			for i := column; i < len(sums); i += 2 {
				VMAXPS(sums[i], floor, sums[i]) // keeps a NaN
				VADDPS(zero, sums[i], sums[i])  // -0 becomes 0
			}
			top, bottom := sums[column], sums[len(sums)-2+column]
			v := YMM()
			VPMAXUD(last, top, v)
			VMOVUPS(bottom, last)
			if len(sums) > 2 {
				VPMAXUD(bottom, v, v)
			}
			if line < 3 {
				VMOVUPS(v, t.at(most, line))
			} else {
				VMOVUPS(v, t.at(upper, line-3))
			}
		}
	}
}

// store writes each plane's row: the largest of three neighbours.
func (t *pooledTile) store() {
	rows := t.field(pooledRows)
	TESTQ(rows, rows)
	JZ(LabelRef("stored"))
	to, most, inside := Mem{Base: t.field(pooledTo)}, t.field(pooledMost), YMM()
	lo, hi := YMM(), YMM()
	VBROADCASTSS(t.a.Offset(pooledLo), lo)
	VBROADCASTSS(t.a.Offset(pooledHi), hi)
	masks := Mem{Base: t.field(pooledMasks)}
	VMOVUPS(masks, inside)
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
	largest := func(mask bool) reg.VecVirtual {
		at := func(i int) Mem { return Mem{Base: near[i], Index: place, Scale: 1} }
		v := YMM()
		VMOVUPS(at(2), v)
		if mask {
			VPAND(inside, v, v)
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
	ADDQ(Imm(32), place)
	DECQ(left)
	JNZ(LabelRef("pixels"))
	Label("end")
	v := largest(true)
	CMPQ(t.a.Offset(pooledStored), Imm(8))
	JNE(LabelRef("part"))
	VMOVUPS(v, result)
	JMP(LabelRef("next"))
	Label("part")
	part := YMM()
	VMOVUPS(masks.Offset(32), part)
	VMASKMOVPS(v, part, result)
	Label("next")
	ADDQ(Imm(4), to.Base)
	LEAQ(Mem{Base: most, Index: t.line, Scale: 2}, most)
	DECQ(rows)
	JNZ(LabelRef("line"))
	Label("stored")
}
