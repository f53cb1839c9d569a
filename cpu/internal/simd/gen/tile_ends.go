package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ends is the sums of a tile's few pixels behind the last register: one, or with AVX-512 two, four or eight.
// A register has one pixel's rows side by side, or all of AVX-512's lanes several pixels': two of eight
// rows, four of four rows, or eight of two rows.
type ends struct {
	isa
	m, pixels int
	sums      []reg.VecVirtual
	each      int // rows of a register
	endOrder

	spreadPixels, firstWeight reg.VecVirtual // of eight pixels: these twice, and the first row's weight of a pair
}

const eight = 8

// endOrder is the order of pixels and of rows in the lanes of registers that have several pixels'.
type endOrder struct {
	spread reg.VecVirtual    // which pixel each lane is of
	turn   Mem               // the lanes row by row
	second reg.OpmaskVirtual // of eight pixels: the lanes of a register's second row
}

func newEnds(s isa, m, pixels int, order endOrder) *ends {
	e := &ends{isa: s, m: m, pixels: pixels, endOrder: order}
	switch {
	case pixels == 1:
		e.sums = []reg.VecVirtual{YMM()}
	case pixels > 1:
		e.each = 16 / pixels
		for r := 0; r < m; r += e.each {
			e.sums = append(e.sums, ZMM())
		}
	}
	return e
}

// newEndOrder is the order that the ends of so many pixels need.
func newEndOrder(s isa, name string, pixels int) (o endOrder) {
	if pixels == eight {
		bits := GP32()
		o.second = K()
		MOVL(U32(0xff00), bits)
		KMOVW(bits, o.second)
	} else if pixels > 1 {
		each := 16 / pixels
		o.spread = order(s, name+"spread", func(lane int) int { return lane / each })
		o.turn = table(s, name+"turn", func(lane int) int { return lane%pixels*each + lane/pixels })
	}
	return o
}

// rows loads a register's rows, beside each other as often as it has pixels.
func (e *ends) rows(from Mem, register int, to reg.VecVirtual) {
	from = from.Offset(4 * e.each * register)
	switch e.pixels {
	case 1:
		VMOVUPS(from, to)
	case 2:
		VBROADCASTF64X4(from, to)
	default:
		VBROADCASTF32X4(from, to)
	}
}

func (e *ends) begin(bias Mem) {
	for i, sum := range e.sums {
		if e.pixels == eight {
			VBROADCASTSS(bias.Offset(8*i), sum)
			VBROADCASTSS(bias.Offset(8*i+4), e.second, sum)
			continue
		}
		e.rows(bias, i, sum)
	}
}

// multiply adds products of a column of weights and of the pixels.
func (e *ends) multiply(w, pixels Mem) {
	switch {
	case e.pixels == 1 && e.bytes == 32: // with the last of 16 registers
		pixel := YMM()
		VBROADCASTSS(pixels, pixel)
		VFMADD231PS(w, pixel, e.sums[0])
	case e.pixels == 1:
		column := YMM()
		e.rows(w, 0, column)
		VFMADD231PS_BCST(pixels, column, e.sums[0])
	case e.pixels == eight: // row by row, with the tile's weights
		e.spreadPixels = ZMM()
		VBROADCASTF32X8(pixels, e.spreadPixels)
	case e.pixels > 1:
		column, spread := ZMM(), ZMM()
		if e.pixels == 2 {
			VBROADCASTSD(pixels, spread)
		} else {
			VBROADCASTF32X4(pixels, spread)
		}
		VPERMILPS(e.spread, spread, spread)
		for i, sum := range e.sums {
			e.rows(w, i, column)
			VFMADD231PS(spread, column, sum)
		}
	}
}

// multiplyRow adds eight pixels' products, when a register's second row, or the last one, is there.
func (e *ends) multiplyRow(i int, weight reg.VecVirtual) {
	if e.pixels != eight {
		return
	}
	if i%2 == 0 && i < e.m-1 {
		e.firstWeight = weight
		return
	}
	if i%2 == 1 {
		both := ZMM()
		VBLENDMPS(weight, e.firstWeight, e.second, both)
		weight = both
	}
	VFMADD231PS(weight, e.spreadPixels, e.sums[i/2])
}

// turned gives each row's pixels.
func (e *ends) turned() (rows []reg.Register) {
	switch e.pixels {
	case 1:
		return e.single()
	case eight:
		for i := range e.m {
			row := e.sums[i/2].AsY()
			if i%2 == 1 {
				upper := YMM()
				VEXTRACTF32X8(Imm(1), e.sums[i/2], upper)
				row = upper
			}
			rows = append(rows, row)
		}
		return rows
	}
	turn := ZMM()
	VMOVUPS(e.turn, turn)
	for _, sum := range e.sums {
		VPERMPS(sum, turn, sum)
	}
	quarters := 4 / e.pixels // rows of a quarter
	for r := range e.m {
		sum, row := e.sums[r/e.each], XMM()
		VEXTRACTF32X4(Imm(uint64(r%e.each/quarters)), sum, row)
		if r%quarters > 0 {
			VPERMILPD(Imm(1), row, row)
		}
		rows = append(rows, row)
	}
	return rows
}

// add adds what lies where each row's pixels do.
func (e *ends) add(rows []reg.Register, at func(i int) Mem) {
	for i, v := range rows {
		switch from := at(i); e.pixels {
		case 1:
			VADDSS(from, v, v)
		case 2:
			pair := XMM()
			VMOVSD(from, pair)
			VADDPS(pair, v, v)
		default:
			VADDPS(from, v, v)
		}
	}
}

// store clamps and stores each row's pixels.
func (e *ends) store(rows []reg.Register, lo, hi reg.VecVirtual, at func(i int) Mem) {
	for i, v := range rows {
		if e.pixels == eight {
			clamp(v, lo.AsY(), hi.AsY())
		} else {
			clamp(v, lo.AsX(), hi.AsX())
		}
		switch to := at(i); e.pixels {
		case 1:
			VMOVSS(v, to)
		case 2:
			VMOVSD(v, to)
		default:
			VMOVUPS(v, to)
		}
	}
}

func (e *ends) single() (rows []reg.Register) {
	quads := []reg.VecVirtual{e.sums[0]} // row i, and i+4 in the upper half
	for i := 1; i < min(e.m, 4); i++ {
		quads = append(quads, YMM())
		VPERMILPS(Imm(uint64(i)), quads[0], quads[i])
	}
	for i := range e.m {
		if i < 4 {
			rows = append(rows, quads[i].AsX())
			continue
		}
		rows = append(rows, XMM())
		if e.bytes == 64 {
			VEXTRACTF32X4(Imm(1), quads[i-4], rows[i])
		} else {
			VEXTRACTF128(Imm(1), quads[i-4], rows[i])
		}
	}
	return rows
}
