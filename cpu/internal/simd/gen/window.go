package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of windowArgs.
const (
	inX = 8 * iota
	inPitch
	inY
	inAdd
	inScale
	inW
	inBlocks
	inCount
	inBias
	inLo = inBias + 4
	inHi = inBias + 8
)

// Fields of a block: where its first window begins in x and its first pixel lies
// in y and in the residual, which of the pixels exist, then masks of taps.
const (
	blockX = 4 * iota
	blockY
	blockAdd
	blockStore
	blockTaps = blockStore + 2
)

// head is what both kinds of window begin with.
type head struct {
	x, y, add, scale, block, left reg.GPVirtual
	rows                          []reg.GPVirtual // where each row of taps begins, relative to the first, in bytes
	w                             Mem
	bias, lo, hi                  reg.VecVirtual
}

func newHead(a Mem, taps int) head {
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	h := head{x: field(inX), y: field(inY), add: field(inAdd), block: field(inBlocks), left: field(inCount),
		bias: ZMM(), lo: ZMM(), hi: ZMM()}
	pitch := field(inPitch)
	SHLQ(Imm(2), pitch)
	h.rows = make([]reg.GPVirtual, taps)
	h.rows[1] = pitch
	for u := 2; u < taps; u++ {
		h.rows[u] = GP64()
		if u == 2 {
			LEAQ(Mem{Base: pitch, Index: pitch, Scale: 1}, h.rows[u])
		} else {
			LEAQ(Mem{Base: h.rows[u-1], Index: pitch, Scale: 1}, h.rows[u])
		}
	}
	h.w = Mem{Base: field(inW)}
	VBROADCASTSS(a.Offset(inBias), h.bias)
	VBROADCASTSS(a.Offset(inLo), h.lo)
	VBROADCASTSS(a.Offset(inHi), h.hi)
	return h
}

// begin gives the addresses of the block's rows of taps.
func (h *head) begin() (rows []Mem) {
	Label("loop")
	at := GP64()
	MOVLQSX(Mem{Base: h.block, Disp: blockX}, at)
	LEAQ(Mem{Base: h.x, Index: at, Scale: 4}, at)
	for u := range h.rows {
		m := Mem{Base: at}
		if u > 0 {
			m.Index, m.Scale = h.rows[u], 1
		}
		rows = append(rows, m)
	}
	return rows
}

func (h *head) mask(tap int) reg.OpmaskVirtual {
	k := K()
	KMOVW(Mem{Base: h.block, Disp: blockTaps + 2*tap}, k)
	return k
}

// end scales, adds, clamps and stores a block, and goes on to the next.
func (h *head) end(acc reg.VecVirtual, taps int, scale Mem) {
	k := K()
	KMOVW(Mem{Base: h.block, Disp: blockStore}, k)
	at := GP64()
	MOVLQSX(Mem{Base: h.block, Disp: blockY}, at)
	if scale.Base != nil {
		factor := GP64()
		MOVQ(scale, factor)
		TESTQ(factor, factor)
		JZ(LabelRef("unscaled"))
		VMULPS(Mem{Base: factor, Index: at, Scale: 4}, acc, k, acc)
		Label("unscaled")
	}
	TESTQ(h.add, h.add)
	JZ(LabelRef("clamp"))
	from := GP64()
	MOVLQSX(Mem{Base: h.block, Disp: blockAdd}, from)
	VADDPS(Mem{Base: h.add, Index: from, Scale: 4}, acc, k, acc)
	Label("clamp")
	clamp(acc, h.lo, h.hi)
	VMOVUPS(acc, k, Mem{Base: h.y, Index: at, Scale: 4})
	ADDQ(Imm(uint64((blockTaps+2*taps+3)/4*4)), h.block)
	DECQ(h.left)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// window is a square convolution of one plane with stride 1: each block of 16
// pixels meets each weight once, in pixels shifted by the tap, less those that the
// tap's mask says are padding. So borders cost nothing, neither a copy nor a
// branch; and a block may run over the ends of rows.
func window(size int) {
	a := args(fmt.Sprintf("window%d", size),
		fmt.Sprintf("window%d convolves a plane with %dx%d weights.", size, size, size), "windowArgs")
	h := newHead(a, size)
	weights := make([]reg.VecVirtual, size*size)
	for i := range weights {
		weights[i] = ZMM()
		VBROADCASTSS(h.w.Offset(4*i), weights[i])
	}
	rows := h.begin()
	acc := ZMM()
	VMOVAPS(h.bias, acc)
	for i, w := range weights {
		VFMADD231PS(rows[i/size].Offset(4*(i%size)), w, h.mask(i), acc)
	}
	h.end(acc, len(weights), a.Offset(inScale))
}

// strided is a 3x3 window that moves by two pixels: windows begin at every other of
// 32 pixels, so even and odd ones are taken apart as they are loaded.
func strided(most bool) {
	name, doc := "strided3", "strided3 convolves a plane with 3x3 weights, every other pixel, and scales the sums."
	if most {
		name, doc = "stridedMax3", "stridedMax3 is the largest of 3x3 pixels, every other pixel."
	}
	a := args(name, doc, "windowArgs")
	h := newHead(a, 3)
	even, odd := evenOdd(name)
	weights := make([]reg.VecVirtual, 9)
	if !most {
		for i := range weights {
			weights[i] = ZMM()
			VBROADCASTSS(h.w.Offset(4*i), weights[i])
		}
	}
	rows := h.begin()
	acc := ZMM()
	VMOVAPS(h.bias, acc)
	nans := K()
	if most {
		KXORW(nans, nans, nans)
	}
	for u, row := range rows {
		load := func(i, disp int) reg.VecVirtual {
			v := ZMM()
			if most { // padding must not win
				VMOVAPS(h.bias, v)
				VMOVUPS(row.Offset(disp), h.mask(2*u+i), v)
			} else {
				VMOVUPS_Z(row.Offset(disp), h.mask(2*u+i), v)
			}
			return v
		}
		// Even pixels are column 0 of the windows, odd ones column 1; column 2 is column
		// 0 of the next window, which is why a block has at most 15.
		a, b := load(0, 0), load(1, 64)
		left, middle, c := ZMM(), ZMM(), ZMM()
		VMOVAPS(even, left)
		VPERMI2PS(b, a, left)
		VMOVAPS(odd, middle)
		VPERMI2PS(b, a, middle)
		VALIGND(Imm(1), left, left, c)
		if !most {
			VFMADD231PS(left, weights[3*u], acc)
			VFMADD231PS(middle, weights[3*u+1], acc)
			VFMADD231PS(c, weights[3*u+2], acc)
			continue
		}
		// MAXPS forgets a NaN; who saw one is noted.
		k := K()
		VCMPPS(Imm(3), left, middle, k)
		KORW(k, nans, nans)
		k = K()
		VCMPPS(Imm(3), c, c, k)
		KORW(k, nans, nans)
		VMAXPS(left, acc, acc)
		VMAXPS(middle, c, c)
		VMAXPS(c, acc, acc)
	}
	if most {
		ones := ZMM()
		VPTERNLOGD(Imm(0xff), ones, ones, ones)
		VMOVAPS(ones, nans, acc)
		h.end(acc, 6, Mem{})
		return
	}
	h.end(acc, 6, a.Offset(inScale))
}

// Masks of a block of run3: which pixels exist, which of the 16 pixels after the
// block's own there are in each row, and which columns of taps are inside the map.
// (Rows of taps outside it are no pixels of the run, and read as zeros.)
const (
	runStore = 0
	runNext  = 2
	runTaps  = runNext + 2*3
	runBlock = (runTaps + 2*3 + 3) / 4 * 4
)

// run3 is window(3) for planes that are one run. Blocks follow each other, so the
// pixels of each row are loaded once, 16 at a time, and shifted for the other two
// taps: loads that cross cache lines, as nearly all do, cost three times what a
// shift does.
func run3() {
	a := args("run3", "run3 convolves a plane that is one run with 3x3 weights.", "windowArgs")
	h := newHead(a, 3)
	weights := make([]reg.VecVirtual, 9)
	for i := range weights {
		weights[i] = ZMM()
		VBROADCASTSS(h.w.Offset(4*i), weights[i])
	}
	// Before the blocks: where the first begins in x, and which of its pixels exist.
	first := GP64()
	MOVLQSX(Mem{Base: h.block}, first)
	LEAQ(Mem{Base: h.x, Index: first, Scale: 4}, h.x)
	rows := make([]Mem, 3)
	here, next := make([]reg.VecVirtual, 3), make([]reg.VecVirtual, 3)
	for u := range rows {
		rows[u] = Mem{Base: h.x}
		if u > 0 {
			rows[u].Index, rows[u].Scale = h.rows[u], 1
		}
		k := K()
		KMOVW(Mem{Base: h.block, Disp: 4 + 2*u}, k)
		here[u], next[u] = ZMM(), ZMM()
		VMOVUPS_Z(rows[u], k, here[u])
	}
	ADDQ(Imm(12), h.block)
	scale := GP64()
	MOVQ(a.Offset(inScale), scale)
	Label("loop")
	k := func(disp int) reg.OpmaskVirtual {
		k := K()
		KMOVW(Mem{Base: h.block, Disp: disp}, k)
		return k
	}
	acc := ZMM()
	VMOVAPS(h.bias, acc)
	columns := []reg.OpmaskVirtual{k(runTaps), k(runTaps + 2), k(runTaps + 4)}
	for u := range rows {
		VMOVUPS_Z(rows[u].Offset(64), k(runNext+2*u), next[u])
		VFMADD231PS(here[u], weights[3*u], columns[0], acc)
		for v := 1; v < 3; v++ {
			shifted := ZMM()
			VALIGND(Imm(uint64(v)), here[u], next[u], shifted)
			VFMADD231PS(shifted, weights[3*u+v], columns[v], acc)
		}
		VMOVAPS(next[u], here[u])
	}
	store := k(runStore)
	TESTQ(scale, scale)
	JZ(LabelRef("unscaled"))
	VMULPS(Mem{Base: scale}, acc, store, acc)
	ADDQ(Imm(64), scale)
	Label("unscaled")
	TESTQ(h.add, h.add)
	JZ(LabelRef("clamp"))
	VADDPS(Mem{Base: h.add}, acc, store, acc)
	ADDQ(Imm(64), h.add)
	Label("clamp")
	clamp(acc, h.lo, h.hi)
	VMOVUPS(acc, store, Mem{Base: h.y})
	ADDQ(Imm(64), h.x)
	ADDQ(Imm(64), h.y)
	ADDQ(Imm(runBlock), h.block)
	DECQ(h.left)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
