package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// everyOther takes two registers of pixels apart into even and odd ones, by VSHUFPS, which does not keep
// multiply-adds waiting as permutations do. Each quarter of a register then has two pixels of the first
// and two of the second; what is computed of them is put in order at the end.
type everyOther struct {
	next reg.VecVirtual // each pixel's right neighbour
	back reg.VecVirtual // pixels in order
}

func newEveryOther(name string) everyOther {
	pixel := func(lane int) int { return lane/4*2 + lane%2 + lane%4/2*8 }
	lane := func(pixel int) int { return pixel%8/2*4 + pixel%2 + pixel/8*2 }
	return everyOther{
		next: order(wide, name+"next", func(l int) int { return lane(min(pixel(l)+1, 15)) }),
		back: order(wide, name+"back", lane),
	}
}

// columns are those of windows that move by two pixels: even pixels are column 0, odd ones column 1;
// column 2 is column 0 of the next window, which is why a strip has at most 15. Those beyond masks,
// if there are any, are zero.
func (e *everyOther) columns(a, b reg.VecVirtual, inside ...reg.OpmaskVirtual) (c [3]reg.VecVirtual) {
	c = [3]reg.VecVirtual{ZMM(), ZMM(), ZMM()}
	for i, which := range evenAndOdd {
		if len(inside) > 0 {
			VSHUFPS_Z(Imm(which), b, a, inside[i], c[i])
		} else {
			VSHUFPS(Imm(which), b, a, c[i])
		}
	}
	VPERMPS(c[0], e.next, c[2])
	return c
}

// evenAndOdd say to VSHUFPS which pixels.
var evenAndOdd = [2]uint64{0x88, 0xdd}

// masks are those of even and of odd pixels, of two registers'.
func (e *everyOther) masks(a, b reg.OpmaskVirtual) (inside []reg.OpmaskVirtual) {
	lanes := zmms(2)
	for i, k := range []reg.OpmaskVirtual{a, b} {
		VPMOVM2D(k, lanes[i])
	}
	for _, which := range evenAndOdd {
		v, k := ZMM(), K()
		VSHUFPS(Imm(which), lanes[1], lanes[0], v)
		VPMOVD2M(v, k)
		inside = append(inside, k)
	}
	return inside
}

// inOrder puts what was computed of columns in order.
func (e *everyOther) inOrder(v reg.VecVirtual) { VPERMPS(v, e.back, v) }
